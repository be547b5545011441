#ifndef TIEPDAN_APP_REFERENCE_EXCHANGE_H
#define TIEPDAN_APP_REFERENCE_EXCHANGE_H

#include "app/reference/calendars.h"
#include "civil/ical.h"

/* One calendar as it travels: rows of version_calendar, version_hours and version_days as iCalendar or CSV,
 * and what was read from iCalendar as the rows that calendar_put() of the database takes. */

/* Who the calendar is, without hours and days: all that reading a text for it needs. False when its zone is
 * not on this machine. */
bool exchange_open(struct arena *arena, const PGresult *calendar, struct ical *ret);

/* Absent when the zone is not on this machine. */
struct str exchange_ical(struct arena *arena, const struct calendar_rows *rows);
/* The exceptions, in the columns of `tiepdan import days`. */
struct str exchange_csv(struct arena *arena, const PGresult *days);

/* Rows in JSON. A text without weekly hours leaves those of the calendar as they are: absent. */
struct str exchange_hours(struct arena *arena, const struct ical *read);
struct str exchange_days(struct arena *arena, const struct ical *read);

#endif

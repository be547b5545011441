#ifndef TIEPDAN_APP_REFERENCE_CALENDARS_H
#define TIEPDAN_APP_REFERENCE_CALENDARS_H

#include <libpq-fe.h>

#include "civil/calendar.h"

/* Rows of calendars -> compiled calendars. The rows are those of load_calendars, load_hours and load_days; of
 * load_kept, load_kept_hours and load_kept_days, which have the version, too; or of version_calendar,
 * version_hours and version_days, for a calendar as it was when a date was computed with it. The rows may be
 * cleared afterwards. */
struct calendar_rows {
	const PGresult *calendars, *hours, *days;
};

/* One calendar for each row of `calendars`, in their order, compiled for some years around `year`. NULL and a
 * reason for the log when one cannot be used: no zone, no working time, hours that overlap. */
const struct calendar *const *calendars_from_rows(
	struct arena *arena, const struct calendar_rows *rows, int year, struct str *ret_reason);

/* The same, but one that cannot be used is left out: older versions that had their working time in other
 * years. */
const struct calendar *const *calendars_kept(
	struct arena *arena, const struct calendar_rows *rows, int year, unsigned *ret_n);

/* One row of hours, and one of days with its texts copied. */
struct calendar_hours calendars_hours(const PGresult *hours, int row);
struct calendar_day calendars_day(struct arena *arena, const PGresult *days, int row);

#endif

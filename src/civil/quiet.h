#ifndef TIEPDAN_CIVIL_QUIET_H
#define TIEPDAN_CIVIL_QUIET_H

#include "civil/calendar.h"

/* When somebody may be told something that is not urgent. Instants are seconds since 1970 UTC; the answer is
 * `now` when they may be told at once. */

/* The next opening of a calendar; outside what is compiled, and at its end, `now`: nobody waits for ever. */
int64_t quiet_working(const struct calendar *calendar, int64_t now);
/* The next instant whose local hour is from .. to - 1 (hours of the day, 0 to 24); to <= from: any hour. */
int64_t quiet_hours(const struct calendar *local, int64_t now, int from, int to);

#endif

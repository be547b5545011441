#ifndef TIEPDAN_CIVIL_CALENDAR_H
#define TIEPDAN_CIVIL_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* Working time, pure arithmetic. A calendar is given as weekly hours and exceptions, and compiled for a span
 * of years into the sorted open intervals with cumulative working seconds: adding and subtracting working
 * time is two binary searches. Instants are seconds since 1970 UTC; local time comes from an offset table of
 * the zone, so that zones with daylight saving work too. */

struct calendar_hours {	 /* open interval of one weekday */
	int weekday;	 /* 0 Monday .. 6 Sunday         */
	int open, close; /* seconds of the local day, open < close <= 86400 */
};

struct calendar_day { /* an exception                 */
	int32_t day;  /* days since 1970-01-01        */
	bool works;   /* make-up day: full hours of the weekday it stands in for */
	int weekday;  /* that weekday, 0 Monday; if it has no hours: the day's own, else the first that has */
};

struct zone_offset { /* from this instant on, local = UTC + seconds: see civil/zone.h */
	int64_t from;
	int32_t seconds;
};

struct calendar; /* compiled */

struct calendar_source {
	struct str code;
	const struct calendar_hours *hours;
	unsigned nhours;
	const struct calendar_day *days; /* any order; of two for one day the later one counts */
	unsigned ndays;
	const struct zone_offset
		*offsets; /* sorted; at least one, the first also covers all time before it */
	unsigned noffsets;
	int first_year, last_year; /* compiled span, local years inclusive, 1 .. 9998 */
};

/* NULL when the source has no working time at all, overlapping or impossible hours, offsets out of order, or
 * no span. Needs nothing of the source afterwards. */
const struct calendar *calendar_compile(struct arena *arena, const struct calendar_source *source);

/* Local date of an instant, and the instant of a local date and second: the first one at which the clock
 * shows that time or a later one. So a time that the clock skips is the moment after the gap, one that it
 * repeats means the first. Both also work outside the span. */
int32_t calendar_local_day(const struct calendar *c, int64_t instant);
int64_t calendar_instant(const struct calendar *c, int32_t day, int second_of_day);
bool calendar_is_working_day(const struct calendar *c, int32_t day); /* false outside the span */
/* The n-th working day after the first working day that is not before `day`; n = 0 is that one itself.
 * -ERANGE when it leaves the span or n is negative. */
int calendar_working_day(const struct calendar *c, int32_t day, int64_t n, int32_t *ret_day);
/* Last closing time of a working day; `day` must be one. */
int64_t calendar_close(const struct calendar *c, int32_t day);

/* Working seconds from the beginning of the span to `instant`. Differences of such coordinates are working
 * time that is left or gone by. */
int64_t calendar_coordinate(const struct calendar *c, int64_t instant);
/* The earliest instant with this coordinate that is reached by working, i.e. inside or at the end of an
 * interval. For 0 it is the first opening; coordinates outside the calendar give its first opening or last
 * closing. */
int64_t calendar_at(const struct calendar *c, int64_t coordinate);
/* The span [first, last) of instants that is compiled. */
void calendar_span(const struct calendar *c, int64_t *ret_first, int64_t *ret_last);

#endif

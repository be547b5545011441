#ifndef TIEPDAN_CIVIL_CALENDAR_H
#define TIEPDAN_CIVIL_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* Working time, pure arithmetic. A calendar is given as weekly hours and exceptions, and compiled for a span of years
 * into the sorted open intervals with cumulative working seconds: adding and subtracting working time is two binary
 * searches. Instants are seconds since 1970 UTC; local time comes from an offset table of the zone, so that zones with
 * daylight saving work too. */

struct calendar_hours {         /* open interval of one weekday */
	int weekday;            /* 0 Monday .. 6 Sunday         */
	int open, close;        /* seconds of the local day, open < close <= 86400 */
};

struct calendar_day {           /* an exception                 */
	int32_t day;            /* days since 1970-01-01        */
	bool works;             /* make-up day: full hours of the weekday it stands in for, or of Monday */
};

struct zone_offset {            /* from this instant on, local = UTC + seconds */
	int64_t from;
	int32_t seconds;
};

struct calendar;                /* compiled */

struct calendar_source {
	struct str code;
	const struct calendar_hours *hours;
	unsigned nhours;
	const struct calendar_day *days;
	unsigned ndays;
	const struct zone_offset *offsets;     /* sorted; at least one, the first covers the beginning */
	unsigned noffsets;
	int first_year, last_year;             /* compiled span, local years inclusive */
};

/* NULL when the source has no working time at all or overlapping hours. */
const struct calendar *calendar_compile(struct arena *arena, const struct calendar_source *source);

/* Local date of an instant, and the instant of a local date and second (a time that the clock skips moves forward, one
 * that it repeats means the first). */
int32_t calendar_local_day(const struct calendar *c, int64_t instant);
int64_t calendar_instant(const struct calendar *c, int32_t day, int second_of_day);
bool calendar_is_working_day(const struct calendar *c, int32_t day);
/* Last closing time of a working day; `day` must be one. */
int64_t calendar_close(const struct calendar *c, int32_t day);

/* Working seconds from the beginning of the span to `instant`: the coordinate of architecture.md section 7. */
int64_t calendar_coordinate(const struct calendar *c, int64_t instant);
/* The earliest instant with this coordinate that is reached by working, i.e. inside or at the end of an interval. */
int64_t calendar_at(const struct calendar *c, int64_t coordinate);
/* The span [first, last) of instants that is compiled. */
void calendar_span(const struct calendar *c, int64_t *ret_first, int64_t *ret_last);

/* Six units of legal time limits (domain rules: Civil Code 2015 Art. 147-148 for days). */
enum deadline_unit {
	UNIT_WORKING_HOURS,   /* open seconds; outside hours starts at the next opening                                 */
	UNIT_WORKING_DAYS,    /* day of receipt not counted; close of the N-th working day; receipt after close or on a
	                       * day off counts as received on the next working day                                    */
	UNIT_CALENDAR_DAYS,   /* day of receipt not counted; a last day off rolls to the next working day; ends at close */
	UNIT_HOURS,           /* clock hours                                                                            */
	UNIT_IMMEDIATE,       /* due at once: `amount` minutes until the alarm                                          */
	UNIT_NONE,            /* no clock                                                                               */
};

bool deadline_unit_parse(struct str code, enum deadline_unit *ret);      /* wh wd cd h now none */
const char *deadline_unit_code(enum deadline_unit unit);
/* When a limit of `amount` units that starts at `start` ends. -ERANGE when it leaves the compiled span (the calendar has
 * to be extended), -ENOENT for UNIT_NONE. */
int deadline_compute(const struct calendar *c, int64_t start, enum deadline_unit unit, int64_t amount, int64_t *ret_due);

#endif

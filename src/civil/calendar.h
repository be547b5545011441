#ifndef TIEPDAN_CIVIL_CALENDAR_H
#define TIEPDAN_CIVIL_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* Working time, pure arithmetic. A calendar is given as weekly hours and exceptions, and compiled for a span
 * of years into the sorted open intervals with cumulative working seconds: adding and subtracting working
 * time is two searches. Instants are seconds since 1970 UTC; local time comes from an offset table of the
 * zone, so that zones with daylight saving work too. */

struct calendar_interval { /* seconds of the local day, 0 <= open < close <= 86400 */
	int open, close;
};

/* One open interval of one weekday, in force on the local days valid_from <= d < valid_to. */
struct calendar_hours {
	int weekday; /* 0 Monday .. 6 Sunday */
	int open, close;
	int32_t valid_from, valid_to; /* days since 1970-01-01; INT32_MIN / INT32_MAX: open */
};

/* The validity of hours that have always been and stay: {0, 28800, 43200, CALENDAR_ALWAYS}. */
#define CALENDAR_ALWAYS .valid_from = INT32_MIN, .valid_to = INT32_MAX

enum calendar_day_rule {
	DAY_OFF,
	DAY_LIKE,  /* the full hours of the weekday that it stands in for */
	DAY_HOURS, /* exactly these intervals: a half day, an extra opening */
};

/* An exception: what one local day has instead of its weekly hours. */
struct calendar_day {
	int32_t day; /* since 1970-01-01 */
	enum calendar_day_rule rule;
	/* DAY_LIKE: that weekday, 0 Monday; -1, or one that has no hours in force on the day: its own weekday
	 * if that has hours, else the first that has. With no hours at all in force it is a day off. */
	int weekday;
	const struct calendar_interval *hours; /* DAY_HOURS: in any order, disjoint */
	unsigned nhours;
	struct str name[2]; /* vi, en; absent: none */
	struct str source;  /* the notice that announced it; absent: none */
};

struct zone_offset { /* from this instant on, local = UTC + seconds: see civil/zone.h */
	int64_t from;
	int32_t seconds;
};

struct calendar; /* compiled */

struct calendar_source {
	struct str code;
	int64_t version;
	const struct calendar_hours *hours;
	unsigned nhours;
	const struct calendar_day *days; /* any order; of two for one day the later one counts */
	unsigned ndays;
	const struct zone_offset
		*offsets; /* sorted; at least one, the first also covers all time before it */
	unsigned noffsets;
	int first_year, last_year; /* compiled span, local years inclusive, 1 .. 9998 */
};

/* NULL when the source has no working time at all, impossible hours or validity, hours of one weekday that
 * overlap while both are in force, an exception whose own hours are none, impossible or overlap, offsets out
 * of order, or no span. Hours that touch are fine. Texts are not copied and have to outlive the calendar; of
 * the rest of the source nothing is needed afterwards. */
const struct calendar *calendar_compile(struct arena *arena, const struct calendar_source *source);

struct str calendar_code(const struct calendar *c);
int64_t calendar_version(const struct calendar *c);
/* The exception that counts for a local day, also outside the span; NULL: none. */
const struct calendar_day *calendar_exception(const struct calendar *c, int32_t day);

/* The last local day of the last year of which it has a day off, since those of a year are announced
 * together: nobody knows yet what later dates will be. INT32_MAX: it has none. */
int32_t calendar_known_until(const struct calendar *c);

/* Local date of an instant, and the instant of a local date and second: the first one at which the clock
 * shows that time or a later one. So a time that the clock skips is the moment after the gap, one that it
 * repeats means the first. Both also work outside the span. */
int32_t calendar_local_day(const struct calendar *c, int64_t instant);
int64_t calendar_instant(const struct calendar *c, int32_t day, int second_of_day);
int calendar_second(const struct calendar *c, int64_t instant);	     /* of the local day */
int calendar_weekday(int32_t day);				     /* 0 Monday .. 6 Sunday */
bool calendar_is_working_day(const struct calendar *c, int32_t day); /* false outside the span */
/* The n-th working day after the first working day that is not before `day`; n = 0 is that one itself.
 * -ERANGE when it leaves the span or n is negative. */
int calendar_working_day(const struct calendar *c, int32_t day, int64_t n, int32_t *ret_day);
/* Number of working days of the span before `day`, and the working day that has this many before it: -ERANGE
 * when there is none. */
int64_t calendar_rank(const struct calendar *c, int32_t day);
int calendar_ranked(const struct calendar *c, int64_t rank, int32_t *ret_day);
/* The n-th open interval of a local day, n from 0, in order; false when the day has fewer. */
bool calendar_open(const struct calendar *c, int32_t day, unsigned n, int64_t *ret_open, int64_t *ret_close);
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

#ifndef TIEPDAN_BASE_CLOCK_H
#define TIEPDAN_BASE_CLOCK_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* Two clocks: the wall clock for facts that people read (milliseconds since 1970, UTC) and the monotonic
 * clock for timers and durations (microseconds since an arbitrary point). */
int64_t clock_wall_ms(void);
int64_t clock_mono_us(void);

enum {
	CLOCK_RFC3339_SIZE = 25,
	CLOCK_HTTP_DATE_SIZE = 30
};

/* RFC 3339 in UTC with exactly three decimals: 2026-11-23T03:15:00.000Z. Years 0001 to 9999. */
void clock_format(int64_t wall_ms, char ret_text[CLOCK_RFC3339_SIZE]);
/* IMF-fixdate of RFC 9110 section 5.6.7. */
void clock_http_date(int64_t wall_ms, char ret_text[CLOCK_HTTP_DATE_SIZE]);
/* RFC 3339 date-time with an offset; -00:00 is UTC, :60 only as a leap second form (23:59:60 UTC, read as the
 * next second), fractions beyond milliseconds are cut. Returns 0 or -EINVAL. */
int clock_parse(struct str text, int64_t *ret_wall_ms);

/* Proleptic Gregorian calendar: days since 1970-01-01. */
int32_t clock_days_from_civil(int year, int month, int day);
void clock_civil_from_days(int32_t days, int *ret_year, int *ret_month, int *ret_day);
/* YYYY-MM-DD */
struct str clock_date_text(struct arena *arena, int32_t days);
/* The same read, a date that exists. Returns 0 or -EINVAL. */
int clock_parse_date(struct str text, int32_t *ret_days);

#endif

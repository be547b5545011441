/* Compiled working time: the open intervals of a span of years in order, and which of them belong to which
 * local day. */
#include "civil/calendar.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"

enum {
	DAY_SECONDS = 86400,
	WEEK = 7,
	DAY_OFF = 7,
	YEAR_MAX = 9998,
	OFFSET_MAX = 2 * DAY_SECONDS
};

struct calendar {
	struct zone_offset *offsets;
	unsigned noffsets;
	int32_t first_day, end_day; /* the span is first_day .. end_day - 1 */
	int64_t first, last;
	size_t nopen;
	int64_t *open;	    /* the instants at which an interval begins  */
	int64_t *done;	    /* working seconds before each of them; one more for the total, so lengths are
			       differences */
	uint32_t *day_open; /* by day of the span and one more: its first interval */
	uint32_t *day_rank; /* by day of the span and one more: working days before it */
	int32_t *working;   /* the working days in order */
	uint32_t nworking;
};

/* The weekly hours, sorted: those of weekday w are at[from[w]] .. at[from[w + 1] - 1]. A day off is one more,
 * empty. */
struct week {
	struct calendar_hours *at;
	unsigned from[WEEK + 2];
};

/* Number of elements of a sorted array that are <= key. */
static size_t count_up_to(const int64_t *sorted, size_t n, int64_t key)
{
	size_t low = 0;

	while (n > 0) {
		size_t half = n / 2;

		if (sorted[low + half] <= key) {
			low += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return low;
}

static int by_weekday(const void *a, const void *b)
{
	const struct calendar_hours *x = a, *y = b;

	if (x->weekday != y->weekday)
		return x->weekday < y->weekday ? -1 : 1;
	return (x->open > y->open) - (x->open < y->open);
}

static bool week_plan(struct arena *arena, const struct calendar_source *source, struct week *ret)
{
	unsigned n = source->nhours;

	ret->at = arena_alloc(arena, n * sizeof(*ret->at) + 1);
	if (n > 0)
		memcpy(ret->at, source->hours, n * sizeof(*ret->at));
	qsort(ret->at, n, sizeof(*ret->at), by_weekday);
	memset(ret->from, 0, sizeof(ret->from));
	for (unsigned i = 0; i < n; i++) {
		const struct calendar_hours *h = &ret->at[i];

		if (h->weekday < 0 || h->weekday >= WEEK || h->open < 0 || h->open >= h->close ||
			h->close > DAY_SECONDS)
			return false;
		if (i > 0 && h[-1].weekday == h->weekday && h[-1].close > h->open)
			return false;
		ret->from[h->weekday + 1] = i + 1;
	}
	for (unsigned w = 1; w < WEEK + 2; w++)
		if (ret->from[w] < ret->from[w - 1])
			ret->from[w] = ret->from[w - 1];
	return n > 0;
}

static bool week_opens(const struct week *week, unsigned weekday)
{
	return week->from[weekday + 1] > week->from[weekday];
}

/* Whose hours a make-up day has. */
static unsigned stand_in(const struct week *week, int wanted, unsigned own)
{
	unsigned w = 0;

	if (wanted >= 0 && wanted < WEEK && week_opens(week, (unsigned)wanted))
		return (unsigned)wanted;
	if (week_opens(week, own))
		return own;
	while (!week_opens(week, w))
		w++;
	return w;
}

static unsigned weekday_of(int32_t day)
{
	return (unsigned)(((int64_t)day + 3) % WEEK + WEEK) % WEEK; /* 1970-01-01 was a Thursday */
}

/* By day of the span: the weekday whose hours it has, or DAY_OFF. */
static uint8_t *plan_days(struct arena *arena, const struct calendar *c, const struct calendar_source *source,
	const struct week *week)
{
	uint8_t *plan = arena_alloc(arena, (size_t)(c->end_day - c->first_day));

	for (int32_t day = c->first_day; day < c->end_day; day++)
		plan[day - c->first_day] = (uint8_t)weekday_of(day);
	for (unsigned i = 0; i < source->ndays; i++) {
		const struct calendar_day *d = &source->days[i];

		if (d->day < c->first_day || d->day >= c->end_day)
			continue;
		plan[d->day - c->first_day] =
			d->works ? (uint8_t)stand_in(week, d->weekday, weekday_of(d->day)) : (uint8_t)DAY_OFF;
	}
	return plan;
}

static void lay_day(struct calendar *c, int32_t day, const struct week *week, unsigned weekday)
{
	int32_t index = day - c->first_day;
	size_t before = c->nopen;

	c->day_open[index] = (uint32_t)before;
	c->day_rank[index] = c->nworking;
	for (unsigned i = week->from[weekday]; i < week->from[weekday + 1]; i++) {
		int64_t open = calendar_instant(c, day, week->at[i].open);
		int64_t close = calendar_instant(c, day, week->at[i].close);

		if (open >= close) /* the clock skips all of it */
			continue;
		c->open[c->nopen] = open;
		c->done[c->nopen + 1] = c->done[c->nopen] + (close - open);
		c->nopen++;
	}
	if (c->nopen > before)
		c->working[c->nworking++] = day;
}

static void lay_out(struct arena *arena, struct calendar *c, const struct calendar_source *source,
	const struct week *week)
{
	const uint8_t *plan = plan_days(arena, c, source, week);
	size_t days = (size_t)(c->end_day - c->first_day), intervals = 0;

	for (size_t i = 0; i < days; i++)
		intervals += week->from[plan[i] + 1] - week->from[plan[i]];
	c->open = arena_alloc(arena, (intervals + 1) * sizeof(*c->open));
	c->done = arena_alloc(arena, (intervals + 1) * sizeof(*c->done));
	c->day_open = arena_alloc(arena, (days + 1) * sizeof(*c->day_open));
	c->day_rank = arena_alloc(arena, (days + 1) * sizeof(*c->day_rank));
	c->working = arena_alloc(arena, (days + 1) * sizeof(*c->working));
	for (size_t i = 0; i < days; i++)
		lay_day(c, c->first_day + (int32_t)i, week, plan[i]);
	c->day_open[days] = (uint32_t)c->nopen;
	c->day_rank[days] = c->nworking;
}

/* Local time must go on from one offset to the next, or "the first instant that shows this time" would need a
 * scan. */
static bool zone_copy(struct arena *arena, struct calendar *c, const struct calendar_source *source)
{
	const struct zone_offset *o = source->offsets;

	if (source->noffsets == 0)
		return false;
	for (unsigned i = 0; i < source->noffsets; i++) {
		if (o[i].seconds < -OFFSET_MAX || o[i].seconds > OFFSET_MAX)
			return false;
		if (i > 0 && (o[i].from < INT64_MIN / 2 || o[i].from > INT64_MAX / 2))
			return false;
		if (i > 0 && o[i].from <= o[i - 1].from)
			return false;
		if (i > 1 && o[i].from + o[i - 1].seconds <= o[i - 1].from + o[i - 2].seconds)
			return false;
	}
	c->noffsets = source->noffsets;
	c->offsets = arena_alloc(arena, c->noffsets * sizeof(*c->offsets));
	memcpy(c->offsets, o, c->noffsets * sizeof(*c->offsets));
	return true;
}

const struct calendar *calendar_compile(struct arena *arena, const struct calendar_source *source)
{
	struct calendar *c = arena_alloc(arena, sizeof(*c));
	struct week week;

	if (source->first_year < 1 || source->last_year > YEAR_MAX || source->first_year > source->last_year)
		return NULL;
	if (!zone_copy(arena, c, source) || !week_plan(arena, source, &week))
		return NULL;
	c->first_day = clock_days_from_civil(source->first_year, 1, 1);
	c->end_day = clock_days_from_civil(source->last_year + 1, 1, 1);
	c->first = calendar_instant(c, c->first_day, 0);
	c->last = calendar_instant(c, c->end_day, 0);
	lay_out(arena, c, source, &week);
	return c->nopen > 0 ? c : NULL;
}

int32_t calendar_local_day(const struct calendar *c, int64_t instant)
{
	unsigned low = 0, n = c->noffsets;
	int64_t local, day;

	while (n > 1) {
		unsigned half = n / 2;

		if (c->offsets[low + half].from <= instant) {
			low += half;
			n -= half;
		} else {
			n = half;
		}
	}
	if (__builtin_add_overflow(instant, (int64_t)c->offsets[low].seconds, &local))
		local = instant;
	day = local / DAY_SECONDS - (local % DAY_SECONDS < 0);
	if (day < INT32_MIN || day > INT32_MAX)
		return day < 0 ? INT32_MIN : INT32_MAX;
	return (int32_t)day;
}

int64_t calendar_instant(const struct calendar *c, int32_t day, int second_of_day)
{
	int64_t local = (int64_t)day * DAY_SECONDS + second_of_day, instant;
	unsigned low = 0, n = c->noffsets - 1;

	/* The first offset whose stretch ends, in its own local time, after `local`; the last one never
	 * ends. */
	while (n > 0) {
		unsigned half = n / 2, at = low + half;

		if (c->offsets[at + 1].from + c->offsets[at].seconds <= local) {
			low = at + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	instant = local - c->offsets[low].seconds;
	return low > 0 && instant < c->offsets[low].from ? c->offsets[low].from : instant;
}

bool calendar_is_working_day(const struct calendar *c, int32_t day)
{
	if (day < c->first_day || day >= c->end_day)
		return false;
	return c->day_rank[day - c->first_day + 1] > c->day_rank[day - c->first_day];
}

int calendar_working_day(const struct calendar *c, int32_t day, int64_t n, int32_t *ret_day)
{
	uint32_t rank;

	if (day < c->first_day || day >= c->end_day)
		return -ERANGE;
	rank = c->day_rank[day - c->first_day];
	if (n < 0 || n >= (int64_t)c->nworking - (int64_t)rank)
		return -ERANGE;
	*ret_day = c->working[rank + (uint32_t)n];
	return 0;
}

int64_t calendar_close(const struct calendar *c, int32_t day)
{
	uint32_t last;

	must(calendar_is_working_day(c, day));
	last = c->day_open[day - c->first_day + 1] - 1;
	return c->open[last] + (c->done[last + 1] - c->done[last]);
}

int64_t calendar_coordinate(const struct calendar *c, int64_t instant)
{
	size_t opened = count_up_to(c->open, c->nopen, instant);
	int64_t worked;

	if (opened == 0)
		return 0;
	/* Written so that an instant far in the future cannot overflow. */
	worked = c->done[opened] - c->done[opened - 1];
	if (instant < c->open[opened - 1] + worked)
		worked = instant - c->open[opened - 1];
	return c->done[opened - 1] + worked;
}

int64_t calendar_at(const struct calendar *c, int64_t coordinate)
{
	size_t i;

	if (coordinate <= 0)
		return c->open[0];
	if (coordinate > c->done[c->nopen])
		coordinate = c->done[c->nopen];
	i = count_up_to(c->done, c->nopen + 1, coordinate - 1) - 1;
	return c->open[i] + (coordinate - c->done[i]);
}

void calendar_span(const struct calendar *c, int64_t *ret_first, int64_t *ret_last)
{
	*ret_first = c->first;
	*ret_last = c->last;
}

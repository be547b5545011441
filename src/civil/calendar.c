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
	YEAR_MAX = 9998,
	OFFSET_MAX = 2 * DAY_SECONDS,
	OPEN_SHIFT = 16, /* stretches of 18 hours, */
	DONE_SHIFT = 14, /* and of 5 hours of work: about two intervals each */
};

/* Of a sorted array: how many elements lie before each stretch of 2^shift. */
struct directory {
	int64_t origin; /* the first element: there the first stretch begins */
	unsigned shift;
	size_t n;	  /* stretches                                       */
	uint32_t *before; /* one more, for all elements                      */
};

struct calendar {
	struct str code;
	int64_t version;
	struct calendar_day *exceptions; /* sorted, one a day */
	size_t nexceptions;
	struct zone_offset *offsets;
	unsigned noffsets;
	int32_t first_day, end_day; /* the span is first_day .. end_day - 1 */
	int64_t first, last;
	size_t nopen;
	int64_t *open; /* the instants at which an interval begins  */
	int64_t *done; /* working seconds before each of them; one more for the total, so lengths are
			       differences */
	struct directory by_open, by_done;
	uint32_t *day_open; /* by day of the span and one more: its first interval */
	uint32_t *day_rank; /* by day of the span and one more: working days before it */
	int32_t *working;   /* the working days in order */
	uint32_t nworking;
};

/* What a day's hours are looked up in. The weekly hours are sorted: those of weekday w, of all times, are
 * at[from[w]] .. at[from[w + 1] - 1]. */
struct plan {
	const struct calendar *calendar;
	struct calendar_hours *at;
	unsigned from[WEEK + 1];
	struct calendar_interval *day; /* of the day looked up last */
};

/* Number of elements of a sorted array that are <= key. Without branches that depend on them: where a key
 * falls is not to be foreseen. */
static size_t count_up_to(const int64_t *sorted, size_t n, int64_t key)
{
	const int64_t *low = sorted;

	while (n > 1) {
		size_t half = n / 2;

		low += low[half - 1] <= key ? half : 0;
		n -= half;
	}
	return (size_t)(low - sorted) + (n == 1 && *low <= key);
}

/* The same by way of the directory, for keys from its origin on: only those of one stretch are looked at. */
static size_t find_up_to(const struct directory *d, const int64_t *sorted, int64_t key)
{
	size_t stretch = (size_t)(((uint64_t)key - (uint64_t)d->origin) >> d->shift), low;

	if (stretch >= d->n)
		return d->before[d->n];
	low = d->before[stretch];
	return low + count_up_to(sorted + low, d->before[stretch + 1] - low, key);
}

static void make_directory(struct arena *arena, struct directory *d, const int64_t *sorted, size_t n)
{
	size_t at = 0;

	d->origin = sorted[0];
	d->n = (size_t)((sorted[n - 1] - sorted[0]) >> d->shift) + 1;
	d->before = arena_alloc(arena, (d->n + 1) * sizeof(*d->before));
	for (size_t i = 0; i <= d->n; i++) {
		while (at < n && sorted[at] - d->origin < (int64_t)(i << d->shift))
			at++;
		d->before[i] = (uint32_t)at;
	}
}

static int by_weekday(const void *a, const void *b)
{
	const struct calendar_hours *x = a, *y = b;

	if (x->weekday != y->weekday)
		return x->weekday < y->weekday ? -1 : 1;
	return (x->open > y->open) - (x->open < y->open);
}

static bool possible(int open, int close)
{
	return open >= 0 && open < close && close <= DAY_SECONDS;
}

static bool in_force(const struct calendar_hours *h, int32_t day)
{
	return h->valid_from <= day && day < h->valid_to;
}

/* Of the sorted hours, whether at[i] overlaps none that follow it. */
static bool stands_alone(const struct calendar_hours *at, unsigned i, unsigned n)
{
	for (unsigned j = i + 1; j < n; j++) {
		if (at[j].weekday != at[i].weekday || at[j].open >= at[i].close)
			return true;
		if (at[j].valid_from < at[i].valid_to && at[i].valid_from < at[j].valid_to)
			return false;
	}
	return true;
}

static bool plan_week(struct arena *arena, const struct calendar_source *source, struct plan *ret)
{
	unsigned n = source->nhours;

	ret->at = arena_alloc(arena, n * sizeof(*ret->at) + 1);
	if (n > 0)
		memcpy(ret->at, source->hours, n * sizeof(*ret->at));
	qsort(ret->at, n, sizeof(*ret->at), by_weekday);
	memset(ret->from, 0, sizeof(ret->from));
	for (unsigned i = 0; i < n; i++) {
		const struct calendar_hours *h = &ret->at[i];

		if (h->weekday < 0 || h->weekday >= WEEK || !possible(h->open, h->close))
			return false;
		if (h->valid_from >= h->valid_to || !stands_alone(ret->at, i, n))
			return false;
		ret->from[h->weekday + 1] = i + 1;
	}
	for (unsigned w = 1; w <= WEEK; w++)
		if (ret->from[w] < ret->from[w - 1])
			ret->from[w] = ret->from[w - 1];
	return true;
}

static int by_open(const void *a, const void *b)
{
	const struct calendar_interval *x = a, *y = b;

	return (x->open > y->open) - (x->open < y->open);
}

/* Gives an exception its own, sorted hours. */
static bool own_hours(struct arena *arena, struct calendar_day *d)
{
	struct calendar_interval *own;

	if (d->rule != DAY_HOURS) {
		d->hours = NULL;
		d->nhours = 0;
		return d->rule == DAY_OFF || d->rule == DAY_LIKE;
	}
	if (d->nhours == 0)
		return false;
	own = arena_alloc(arena, d->nhours * sizeof(*own));
	memcpy(own, d->hours, d->nhours * sizeof(*own));
	qsort(own, d->nhours, sizeof(*own), by_open);
	for (unsigned i = 0; i < d->nhours; i++)
		if (!possible(own[i].open, own[i].close) || (i > 0 && own[i - 1].close > own[i].open))
			return false;
	d->hours = own;
	return true;
}

/* By day, and for one day as they were given: all point into one array. */
static int by_day(const void *a, const void *b)
{
	const struct calendar_day *x = *(const struct calendar_day *const *)a;
	const struct calendar_day *y = *(const struct calendar_day *const *)b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return (x > y) - (x < y);
}

static bool copy_exceptions(struct arena *arena, struct calendar *c, const struct calendar_source *source)
{
	size_t n = source->ndays;
	const struct calendar_day **order = arena_alloc(arena, (n + 1) * sizeof(*order));

	c->exceptions = arena_alloc(arena, (n + 1) * sizeof(*c->exceptions));
	for (size_t i = 0; i < n; i++)
		order[i] = &source->days[i];
	qsort(order, n, sizeof(*order), by_day);
	for (size_t i = 0; i < n; i++) {
		struct calendar_day copy = *order[i];

		if (!own_hours(arena, &copy))
			return false;
		if (i + 1 == n || order[i + 1]->day != copy.day)
			c->exceptions[c->nexceptions++] = copy;
	}
	return true;
}

/* The hours in force on `day` for its own or another weekday. */
static unsigned look_up(struct plan *plan, int weekday, int32_t day)
{
	unsigned n = 0;

	for (unsigned i = plan->from[weekday]; i < plan->from[weekday + 1]; i++)
		if (in_force(&plan->at[i], day))
			plan->day[n++] = (struct calendar_interval){plan->at[i].open, plan->at[i].close};
	return n;
}

static unsigned stand_in(struct plan *plan, const struct calendar_day *d)
{
	unsigned n = 0;

	if (d->weekday >= 0 && d->weekday < WEEK)
		n = look_up(plan, d->weekday, d->day);
	if (n == 0)
		n = look_up(plan, calendar_weekday(d->day), d->day);
	for (int w = 0; n == 0 && w < WEEK; w++)
		n = look_up(plan, w, d->day);
	return n;
}

static unsigned hours_of(struct plan *plan, int32_t day)
{
	const struct calendar_day *d = calendar_exception(plan->calendar, day);

	if (!d)
		return look_up(plan, calendar_weekday(day), day);
	if (d->rule == DAY_LIKE)
		return stand_in(plan, d);
	if (d->nhours > 0)
		memcpy(plan->day, d->hours, d->nhours * sizeof(*d->hours));
	return d->nhours;
}

static void lay_day(struct calendar *c, int32_t day, struct plan *plan)
{
	int32_t index = day - c->first_day;
	size_t before = c->nopen;
	unsigned n = hours_of(plan, day);

	c->day_open[index] = (uint32_t)before;
	c->day_rank[index] = c->nworking;
	for (unsigned i = 0; i < n; i++) {
		int64_t open = calendar_instant(c, day, plan->day[i].open);
		int64_t close = calendar_instant(c, day, plan->day[i].close);

		if (open >= close) /* the clock skips all of it */
			continue;
		c->open[c->nopen] = open;
		c->done[c->nopen + 1] = c->done[c->nopen] + (close - open);
		c->nopen++;
	}
	if (c->nopen > before)
		c->working[c->nworking++] = day;
}

static void lay_out(struct arena *arena, struct calendar *c, struct plan *plan)
{
	size_t days = (size_t)(c->end_day - c->first_day), intervals = 0, most = plan->from[WEEK];

	for (size_t i = 0; i < c->nexceptions; i++)
		if (c->exceptions[i].nhours > most)
			most = c->exceptions[i].nhours;
	plan->day = arena_alloc(arena, (most + 1) * sizeof(*plan->day));
	for (size_t i = 0; i < days; i++)
		intervals += hours_of(plan, c->first_day + (int32_t)i);
	c->open = arena_alloc(arena, (intervals + 1) * sizeof(*c->open));
	c->done = arena_alloc(arena, (intervals + 1) * sizeof(*c->done));
	c->day_open = arena_alloc(arena, (days + 1) * sizeof(*c->day_open));
	c->day_rank = arena_alloc(arena, (days + 1) * sizeof(*c->day_rank));
	c->working = arena_alloc(arena, (days + 1) * sizeof(*c->working));
	for (size_t i = 0; i < days; i++)
		lay_day(c, c->first_day + (int32_t)i, plan);
	c->day_open[days] = (uint32_t)c->nopen;
	c->day_rank[days] = c->nworking;
	if (c->nopen == 0)
		return;
	c->by_open.shift = OPEN_SHIFT;
	c->by_done.shift = DONE_SHIFT;
	make_directory(arena, &c->by_open, c->open, c->nopen);
	make_directory(arena, &c->by_done, c->done, c->nopen + 1);
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
	struct plan plan = {.calendar = c};

	if (source->first_year < 1 || source->last_year > YEAR_MAX || source->first_year > source->last_year)
		return NULL;
	if (!zone_copy(arena, c, source) || !plan_week(arena, source, &plan) ||
		!copy_exceptions(arena, c, source))
		return NULL;
	c->code = source->code;
	c->version = source->version;
	c->first_day = clock_days_from_civil(source->first_year, 1, 1);
	c->end_day = clock_days_from_civil(source->last_year + 1, 1, 1);
	c->first = calendar_instant(c, c->first_day, 0);
	c->last = calendar_instant(c, c->end_day, 0);
	lay_out(arena, c, &plan);
	return c->nopen > 0 ? c : NULL;
}

struct str calendar_code(const struct calendar *c)
{
	return c->code;
}

int64_t calendar_version(const struct calendar *c)
{
	return c->version;
}

int32_t calendar_known_until(const struct calendar *c)
{
	int year, month, day;

	for (size_t i = c->nexceptions; i-- > 0;)
		if (c->exceptions[i].rule == DAY_OFF) {
			clock_civil_from_days(c->exceptions[i].day, &year, &month, &day);
			return clock_days_from_civil(year + 1, 1, 1) - 1;
		}
	return INT32_MAX;
}

const struct calendar_day *calendar_exception(const struct calendar *c, int32_t day)
{
	size_t low = 0, n = c->nexceptions;

	while (n > 0) {
		size_t half = n / 2;

		if (c->exceptions[low + half].day < day) {
			low += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return low < c->nexceptions && c->exceptions[low].day == day ? &c->exceptions[low] : NULL;
}

int calendar_weekday(int32_t day)
{
	return (int)(((int64_t)day + 3) % WEEK + WEEK) % WEEK; /* 1970-01-01 was a Thursday */
}

/* What the clock on the wall shows, in seconds since 1970. */
static int64_t local_time(const struct calendar *c, int64_t instant)
{
	unsigned low = 0, n = c->noffsets;
	int64_t local;

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
		return instant;
	return local;
}

int32_t calendar_local_day(const struct calendar *c, int64_t instant)
{
	int64_t local = local_time(c, instant), day = local / DAY_SECONDS - (local % DAY_SECONDS < 0);

	if (day < INT32_MIN || day > INT32_MAX)
		return day < 0 ? INT32_MIN : INT32_MAX;
	return (int32_t)day;
}

int calendar_second(const struct calendar *c, int64_t instant)
{
	return (int)((local_time(c, instant) % DAY_SECONDS + DAY_SECONDS) % DAY_SECONDS);
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
	if (day < c->first_day || day >= c->end_day || n < 0 || n > c->nworking)
		return -ERANGE;
	return calendar_ranked(c, c->day_rank[day - c->first_day] + n, ret_day);
}

int64_t calendar_rank(const struct calendar *c, int32_t day)
{
	if (day <= c->first_day)
		return 0;
	return day < c->end_day ? c->day_rank[day - c->first_day] : c->nworking;
}

int calendar_ranked(const struct calendar *c, int64_t rank, int32_t *ret_day)
{
	if (rank < 0 || rank >= c->nworking)
		return -ERANGE;
	*ret_day = c->working[rank];
	return 0;
}

bool calendar_open(const struct calendar *c, int32_t day, unsigned n, int64_t *ret_open, int64_t *ret_close)
{
	uint32_t first;

	if (day < c->first_day || day >= c->end_day)
		return false;
	first = c->day_open[day - c->first_day];
	if (n >= c->day_open[day - c->first_day + 1] - first)
		return false;
	*ret_open = c->open[first + n];
	*ret_close = *ret_open + (c->done[first + n + 1] - c->done[first + n]);
	return true;
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
	size_t opened;
	int64_t worked;

	if (instant < c->open[0])
		return 0;
	opened = find_up_to(&c->by_open, c->open, instant);
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
	i = find_up_to(&c->by_done, c->done, coordinate - 1) - 1;
	return c->open[i] + (coordinate - c->done[i]);
}

void calendar_span(const struct calendar *c, int64_t *ret_first, int64_t *ret_last)
{
	*ret_first = c->first;
	*ret_last = c->last;
}

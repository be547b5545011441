/* Deadlines against a slow model: random calendars (holidays of Tet, half days, swapped days, round-the-clock
 * desks, zones with daylight saving) walked minute by minute. */
#include "calendars.h"

#include <errno.h>
#include <stdlib.h>

#include "civil/zone.h"

enum {
	CALENDARS = 125,
	QUERIES = 800, /* for each: 100,000 in all */
	YEAR_MINUTES = 366 * 1440,
	SPAN_DAYS = 2 * 366 + 4,
	HOURS_MAX = 7 * 3,
};

/* The model: for each minute of the span whether it is open, for each day when it closes. */
static struct model {
	int64_t first, last; /* instants of the span */
	int32_t first_day;
	bool open[2 * YEAR_MINUTES];
	int32_t worked[2 * YEAR_MINUTES + 1]; /* open minutes before */
	int64_t close[SPAN_DAYS];	      /* 0: no working day */
} model;

static struct calendar_day vietnam[DAYS_MAX];
static unsigned nvietnam;
static uint64_t seed = 20261123;

static unsigned random_below(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % n;
}

static int offset_at(const struct calendar_source *s, int64_t instant)
{
	unsigned i = s->noffsets - 1;

	while (i > 0 && s->offsets[i].from > instant)
		i--;
	return s->offsets[i].seconds;
}

static bool has_hours(const struct calendar_source *s, int weekday)
{
	for (unsigned i = 0; i < s->nhours; i++)
		if (s->hours[i].weekday == weekday)
			return true;
	return false;
}

/* The weekday whose hours a day has, or -1. */
static int hours_of_day(const struct calendar_source *s, int32_t day)
{
	int own = (int)(((int64_t)day + 3 + 7000000) % 7), found = own;

	for (unsigned i = 0; i < s->ndays; i++) {
		const struct calendar_day *d = &s->days[i];

		if (d->day != day)
			continue;
		if (d->rule == DAY_OFF)
			found = -1;
		else if (has_hours(s, d->weekday))
			found = d->weekday;
		else if (has_hours(s, own))
			found = own;
		else
			for (found = 0; !has_hours(s, found);)
				found++;
	}
	return found;
}

static bool is_open(const struct calendar_source *s, int weekday, int second)
{
	for (unsigned i = 0; i < s->nhours; i++)
		if (s->hours[i].weekday == weekday && s->hours[i].open <= second &&
			second < s->hours[i].close)
			return true;
	return false;
}

/* A time that comes twice means the first: so what counts is the furthest that the clock on the wall has
 * come. */
static void build_model(const struct calendar_source *s)
{
	int64_t furthest = INT64_MIN;
	int32_t end_day = clock_days_from_civil(s->last_year + 1, 1, 1), today = INT32_MIN;
	int weekday = -1;
	size_t n = 0;

	memset(&model, 0, sizeof(model));
	model.first_day = clock_days_from_civil(s->first_year, 1, 1);
	for (int64_t t = (int64_t)model.first_day * 86400 - 86400;; t += 60) {
		int64_t local = t + offset_at(s, t);
		int32_t day;

		furthest = local > furthest ? local : furthest;
		day = (int32_t)(furthest / 86400);
		if (day >= end_day)
			break;
		if (day < model.first_day)
			continue;
		if (n == 0)
			model.first = t;
		if (day != today)
			weekday = hours_of_day(s, today = day);
		model.open[n] = weekday >= 0 && is_open(s, weekday, (int)(furthest % 86400));
		if (model.open[n])
			model.close[day - model.first_day] = t + 60;
		model.worked[n + 1] = model.worked[n] + model.open[n];
		n++;
	}
	model.last = model.first + 60 * (int64_t)n;
}

static int model_hours(int64_t start, int64_t amount, int64_t *ret_due)
{
	int64_t left = amount * 3600, t = start;

	while (left > 0) {
		int64_t minute = (t - model.first) / 60, end = model.first + (minute + 1) * 60;

		if (t >= model.last)
			return -ERANGE;
		if (model.open[minute] && left <= end - t) {
			t += left;
			break;
		}
		left -= model.open[minute] ? end - t : 0;
		t = end;
	}
	*ret_due = t;
	return 0;
}

static int next_working_day(int32_t *day, int32_t ndays)
{
	while (*day < ndays && model.close[*day] == 0)
		++*day;
	return *day < ndays ? 0 : -ERANGE;
}

static int model_days(const struct calendar_source *s, int64_t start, enum deadline_unit unit, int64_t amount,
	int64_t *ret_due)
{
	int32_t ndays = clock_days_from_civil(s->last_year + 1, 1, 1) - model.first_day;
	int32_t day = (int32_t)((start + offset_at(s, start)) / 86400) - model.first_day;

	if (unit == DEADLINE_CALENDAR_DAYS) {
		day += (int32_t)amount;
	} else {
		if (model.close[day] != 0 && start > model.close[day])
			day++;
		for (int64_t i = 0; i < amount; i++) {
			if (next_working_day(&day, ndays) < 0)
				return -ERANGE;
			day++;
		}
	}
	if (next_working_day(&day, ndays) < 0)
		return -ERANGE;
	*ret_due = model.close[day];
	return 0;
}

static int model_compute(const struct calendar_source *s, int64_t start, enum deadline_unit unit,
	int64_t amount, int64_t *ret_due)
{
	switch (unit) {
	case DEADLINE_WORKING_HOURS:
		return model_hours(start, amount, ret_due);
	case DEADLINE_WORKING_DAYS:
	case DEADLINE_CALENDAR_DAYS:
		return model_days(s, start, unit, amount, ret_due);
	default:
		*ret_due = start + amount * (unit == DEADLINE_HOURS ? 3600 : 60);
		return *ret_due > model.last ? -ERANGE : 0;
	}
}

static unsigned random_hours(struct calendar_hours ret[HOURS_MAX])
{
	unsigned n = 0;

	for (int weekday = 0; weekday < 7; weekday++) {
		int at = (int)random_below(1440);

		for (unsigned i = random_below(4); i > 0 && at < 1440; i--) {
			int close = at + 1 + (int)random_below((unsigned)(1440 - at));

			ret[n++] = (struct calendar_hours){weekday, at * 60, close * 60, CALENDAR_ALWAYS};
			at = close + (int)random_below(120) * (int)random_below(2);
		}
	}
	if (n == 0)
		ret[n++] = (struct calendar_hours){0, 0, 86400, CALENDAR_ALWAYS};
	return n;
}

/* Offices, offices with half Saturdays, desks round the clock, nights across the change of the clocks,
 * anything. */
static unsigned pick_hours(struct calendar_hours ret[HOURS_MAX])
{
	unsigned n = 0;

	switch (random_below(5)) {
	case 0:
	case 1:
		memcpy(ret, office_hours, sizeof(office_hours));
		n = OFFICE_HOURS;
		if (random_below(2))
			ret[n++] = (struct calendar_hours){5, 8 * HOUR, 11 * HOUR + 1800, CALENDAR_ALWAYS};
		return n;
	case 2:
		for (int weekday = 0; weekday < 7; weekday++)
			ret[n++] = (struct calendar_hours){weekday, 0, 86400, CALENDAR_ALWAYS};
		return n;
	case 3:
		for (int weekday = 0; weekday < 7; weekday++) {
			ret[n++] = (struct calendar_hours){
				weekday, HOUR, 2 * HOUR + 60 * (int)random_below(60), CALENDAR_ALWAYS};
			ret[n++] = (struct calendar_hours){weekday, 3 * HOUR, 4 * HOUR, CALENDAR_ALWAYS};
		}
		return n;
	default:
		return random_hours(ret);
	}
}

static unsigned pick_days(struct calendar_day ret[DAYS_MAX], int first_year)
{
	int32_t begin = clock_days_from_civil(first_year, 1, 1);
	unsigned n = 0;

	if (random_below(2)) {
		memcpy(ret, vietnam, nvietnam * sizeof(*ret));
		n = nvietnam;
	}
	for (unsigned i = random_below(40); i > 0; i--)
		ret[n++] = (struct calendar_day){
			.day = begin + (int32_t)random_below(SPAN_DAYS),
			.rule = random_below(3) == 0 ? DAY_LIKE : DAY_OFF,
			.weekday = (int)random_below(7),
		};
	return n;
}

static void compare(const struct calendar *c, const struct calendar_source *s)
{
	static const unsigned most[] = {40, 30, 90, 200, 600};
	enum deadline_unit unit = (enum deadline_unit)random_below(5);
	int64_t amount = random_below(most[unit] + 1);
	int64_t start = model.first + (int64_t)random_below((unsigned)(model.last - model.first));
	int64_t minute = (start - model.first) / 60, want = 0, got = 0;
	int wanted, status;

	/* Often just at or beside an edge: of an hour, of a closing time. */
	if (random_below(3) == 0)
		start -= start % 3600 - (int64_t)random_below(2);
	if (start < model.first)
		start = model.first;
	minute = (start - model.first) / 60;
	assert_int_equal(calendar_coordinate(c, start),
		60 * (int64_t)model.worked[minute] + (model.open[minute] ? (start - model.first) % 60 : 0));
	wanted = model_compute(s, start, unit, amount, &want);
	status = deadline_compute(c, start, unit, amount, &got);
	if (wanted != status || (status == 0 && want != got))
		fail_msg("start %lld, %lld %s: %d %lld, should be %d %lld", (long long)start,
			(long long)amount, deadline_unit_code(unit), status, (long long)got, wanted,
			(long long)want);
}

static void same_as_the_model(void **state)
{
	static const char *const zones[] = {
		"Asia/Ho_Chi_Minh", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"};
	static struct calendar_hours hours[HOURS_MAX];
	static struct calendar_day days[DAYS_MAX];
	struct arena *arena = arena_new();
	unsigned ran = 0;
	(void)state;

	assert_non_null(arena);
	nvietnam = vietnamese_days(arena, vietnam);
	while (ran < CALENDARS) {
		struct calendar_source source = {.code = STR("random"), .hours = hours, .days = days};
		const struct calendar *c;
		int64_t first, last;

		source.first_year = 2024 + (int)random_below(4);
		source.last_year = source.first_year + (random_below(4) == 0);
		source.nhours = pick_hours(hours);
		source.ndays = pick_days(days, source.first_year);
		assert_int_equal(zone_load(arena, str_of(zones[random_below(4)]), 2030, &source.offsets,
					 &source.noffsets),
			0);
		c = calendar_compile(arena, &source);
		assert_non_null(c);
		build_model(&source);
		calendar_span(c, &first, &last);
		assert_int_equal(first, model.first);
		assert_int_equal(last, model.last);
		for (unsigned i = 0; i < QUERIES; i++)
			compare(c, &source);
		arena_free(arena);
		arena = arena_new();
		ran++;
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(same_as_the_model)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

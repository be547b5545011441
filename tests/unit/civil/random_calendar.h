#ifndef TIEPDAN_TEST_RANDOM_CALENDAR_H
#define TIEPDAN_TEST_RANDOM_CALENDAR_H

#include "model.h"

#include "civil/zone.h"

/* Calendars and questions at random: offices with half Saturdays, hours that change during the year, desks
 * round the clock, nights across the change of the clocks, Tet, half days, swapped days; pauses that overlap
 * nothing but everything else. The seed is fixed, so a failure can be had again. */

enum {
	PAUSES_MAX = 3,
};

static uint64_t random_seed = 20261123;

static inline unsigned random_below(unsigned n)
{
	random_seed ^= random_seed << 13;
	random_seed ^= random_seed >> 7;
	random_seed ^= random_seed << 17;
	return (unsigned)(random_seed >> 33) % n;
}

/* Up to three intervals of a day, disjoint; they may touch. */
static inline unsigned random_intervals(struct calendar_interval ret[OWN_MAX])
{
	int at = (int)random_below(1440);
	unsigned n = 0;

	for (unsigned i = random_below(OWN_MAX + 1); i > 0 && at < 1440; i--) {
		int close = at + 1 + (int)random_below((unsigned)(1440 - at));

		ret[n++] = (struct calendar_interval){at * 60, close * 60};
		at = close + (int)random_below(120) * (int)random_below(2);
	}
	return n;
}

static inline unsigned random_hours(struct calendar_hours ret[HOURS_MAX])
{
	struct calendar_interval some[OWN_MAX];
	unsigned n = 0;

	for (int weekday = 0; weekday < 7; weekday++)
		for (unsigned i = random_intervals(some); i > 0; i--)
			ret[n++] = (struct calendar_hours){
				weekday, some[i - 1].open, some[i - 1].close, CALENDAR_ALWAYS};
	if (n == 0)
		ret[n++] = (struct calendar_hours){0, 0, 86400, CALENDAR_ALWAYS};
	return n;
}

static inline unsigned random_week(struct calendar_hours ret[HOURS_MAX])
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

/* One week for all time, or two, of which the later begins on a day of the span; sometimes with a gap. */
static inline unsigned random_weeks(struct calendar_hours ret[HOURS_MAX], int32_t first_day)
{
	int32_t change = first_day + (int32_t)random_below(SPAN_DAYS), gap = (int32_t)random_below(20);
	unsigned n = random_week(ret), both;

	if (random_below(2) || n > HOURS_MAX / 2)
		return n;
	both = n + random_week(ret + n);
	if (random_below(2))
		gap = 0;
	for (unsigned i = 0; i < n; i++)
		ret[i].valid_to = change;
	for (unsigned i = n; i < both; i++)
		ret[i].valid_from = change + gap;
	return both;
}

static inline unsigned random_days(struct arena *arena, struct calendar_day ret[DAYS_MAX], int32_t first_day)
{
	static struct calendar_interval own[DAYS_MAX][OWN_MAX];
	unsigned n = random_below(2) ? vietnamese_days(arena, ret) : 0;

	for (unsigned i = random_below(40); i > 0; i--) {
		struct calendar_day *d = &ret[n];

		*d = (struct calendar_day){
			.day = first_day + (int32_t)random_below(SPAN_DAYS),
			.rule = (enum calendar_day_rule)random_below(3),
			.weekday = (int)random_below(8) - 1,
			.hours = own[n],
		};
		if (random_below(2))
			d->name[0] = STR("Nghỉ riêng"), d->name[1] = STR("Own day off");
		d->nhours = random_intervals(own[n]);
		if (d->nhours == 0)
			d->rule = d->rule == DAY_HOURS ? DAY_OFF : d->rule;
		n++;
	}
	return n;
}

/* Fills the source; only what the arena holds outlives the next call. */
static inline void random_calendar(struct arena *arena, struct calendar_source *ret)
{
	static const char *const zones[] = {
		"Asia/Ho_Chi_Minh", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"};
	static struct calendar_hours hours[HOURS_MAX];
	static struct calendar_day days[DAYS_MAX];
	int32_t first_day;

	*ret = (struct calendar_source){.code = STR("random"), .hours = hours, .days = days};
	ret->first_year = 2024 + (int)random_below(4);
	ret->last_year = ret->first_year + (random_below(4) == 0);
	first_day = clock_days_from_civil(ret->first_year, 1, 1);
	ret->nhours = random_weeks(hours, first_day);
	ret->ndays = random_days(arena, days, first_day);
	assert_int_equal(
		zone_load(arena, str_of(zones[random_below(4)]), 2030, &ret->offsets, &ret->noffsets), 0);
}

/* Often just at or beside an edge: of an hour, of a closing time. */
static inline int64_t random_instant(int64_t from, unsigned seconds)
{
	int64_t t = from + (int64_t)random_below(seconds);

	if (random_below(3) == 0)
		t -= t % 3600 - (int64_t)random_below(2);
	else if (random_below(8) == 0 && model.close[random_below((unsigned)model.ndays)] != 0)
		t = model.close[random_below((unsigned)model.ndays)];
	return t;
}

/* That instant, or the close of its day: where pauses end that nobody ended before. */
static inline int64_t random_end(int64_t t)
{
	int64_t day = (t - model.first) / 86400;

	if (t < model.first || day >= model.ndays || random_below(4) != 0)
		return t;
	return model.close[day] != 0 ? model.close[day] : model.end[day];
}

static inline unsigned random_pauses(struct deadline_pause ret[PAUSES_MAX], int64_t start)
{
	static const unsigned lengths[] = {3600, 86400, 20 * 86400};
	unsigned n = random_below(PAUSES_MAX + 1);
	int64_t t = start - (int64_t)random_below(3 * 86400);

	for (unsigned i = 0; i < n; i++) {
		int64_t from = random_instant(t, lengths[random_below(3)]);

		from = from < t ? t : from;
		t = random_end(random_instant(from, lengths[random_below(3)]));
		t = t < from ? from : t;
		if (i + 1 == n && random_below(8) == 0)
			t = INT64_MAX;
		ret[i] = (struct deadline_pause){from, t};
		if (t > model.last)
			return i + 1;
	}
	return n;
}

/* A question about the calendar that the model was built of. */
static inline void random_question(struct deadline_question *ret, struct deadline_pause pauses[PAUSES_MAX])
{
	static const unsigned most[] = {40, 30, 90, 200, 600};
	enum deadline_unit unit = (enum deadline_unit)random_below(5);
	int64_t start = random_instant(model.first, (unsigned)(model.last - model.first));

	if (start < model.first || start >= model.last)
		start = model.first;
	*ret = (struct deadline_question){
		.start = start,
		.terms = {.unit = unit,
			.receipt = (enum deadline_receipt)random_below(2),
			.amount = random_below(most[unit] + 1),
			.extension = random_below(2) ? random_below(most[unit] + 1) : 0},
		.pauses = pauses,
		.npauses = random_pauses(pauses, start),
	};
}

#endif

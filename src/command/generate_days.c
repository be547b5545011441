/* When generated tickets are filed. */
#include "command/generate_days.h"

#include <math.h>

#include "base/clock.h"
#include "command/generate_random.h"

enum {
	HOUR = 3600,
	DAY_HOURS_N = 24,
	STORM_APART = 12, /* one in so many days of the season begins a storm */
	STORM_HOURS = 30
};

static const double growth = 1.35; /* a year */
static const double storm_weight = 7;

/* By the hour of the local day, and by the day of the week. */
static const double by_hour[DAY_HOURS_N] = {
	2, 1, 1, 1, 1, 3, 9, 30, 62, 78, 80, 60, 34, 48, 72, 76, 66, 48, 38, 40, 44, 38, 20, 8};
static const double by_weekday[7] = {1.12, 1.05, 1, 1, 0.98, 0.62, 0.48};

/* Storms begin on days of the wet months, which the seed chooses. */
static bool begins_storm(uint64_t seed, int32_t day)
{
	struct random random = random_of(seed, (uint64_t)day);
	int year, month, of_month;

	clock_civil_from_days(day, &year, &month, &of_month);
	return month >= 5 && month <= 10 && random_below(&random, STORM_APART) == 0;
}

/* How much there is of the hour that begins then. */
static int64_t lasts_at(int64_t at, int64_t to)
{
	return to - at < HOUR ? to - at : HOUR;
}

struct days days_make(
	struct arena *arena, const struct calendar *calendar, uint64_t seed, int64_t from, int64_t to)
{
	size_t n = (size_t)((to - from + HOUR - 1) / HOUR);
	double *before = arena_alloc(arena, (n + 1) * sizeof(*before));
	bool *storm = arena_alloc(arena, n * sizeof(*storm));
	int left = 0;
	int32_t last = INT32_MIN;

	for (size_t i = 0; i < n; i++) {
		int64_t at = from + (int64_t)i * HOUR;
		int32_t day = calendar_local_day(calendar, at);
		double weight = by_hour[calendar_second(calendar, at) / HOUR % DAY_HOURS_N] *
				by_weekday[calendar_weekday(day)] *
				pow(growth, (double)(at - from) / (365.25 * DAY_HOURS_N * HOUR));

		if (day != last && begins_storm(seed, day))
			left = STORM_HOURS;
		last = day;
		storm[i] = left > 0;
		left -= left > 0;
		weight *= (double)lasts_at(at, to) / HOUR;
		before[i + 1] = before[i] + weight * (storm[i] ? storm_weight : 1);
	}
	return (struct days){from, to, n, before, storm};
}

/* The last hour that begins at or before this weight. */
static size_t hour_of(const struct days *days, double weight)
{
	size_t low = 0, high = days->n - 1;

	while (low < high) {
		size_t middle = (low + high + 1) / 2;

		if (days->before[middle] <= weight)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

int64_t days_at(const struct days *days, int64_t k, int64_t n)
{
	double weight = days->before[days->n] * ((double)k + 0.5) / (double)n;
	size_t hour = hour_of(days, weight);
	double in = (weight - days->before[hour]) / (days->before[hour + 1] - days->before[hour]);
	int64_t begins = days->from + (int64_t)hour * HOUR;

	return begins + (int64_t)(in * (double)lasts_at(begins, days->to));
}

bool days_storm(const struct days *days, int64_t at)
{
	int64_t hour = (at - days->from) / HOUR;

	return hour >= 0 && (size_t)hour < days->n && days->storm[hour];
}

/* Adds working time over ten years, our way or day by day, and tells how many additions a second of one core
 * does: load_calendar ours|walk SECONDS. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "civil/deadline.h"

enum {
	FIRST_YEAR = 2024,
	YEARS = 10,
	HOLIDAYS = 12, /* a year, of a day each */
	HOURS = 10,
	HOURS_MOST = 240, /* 30 working days */
	QUESTIONS = 1 << 16,
	DAY = 86400,
	EAST = 7 * 3600
};

static struct calendar_hours hours[HOURS];
static struct calendar_day days[YEARS * HOLIDAYS];
static struct deadline_question questions[QUESTIONS];
static uint64_t seed = 20261125;

static unsigned random_below(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % n;
}

static int by_day(const void *a, const void *b)
{
	const struct calendar_day *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

static const struct calendar *make_calendar(struct arena *arena)
{
	const struct zone_offset zone = {INT64_MIN, EAST};
	const struct calendar_source source = {.code = STR("office"),
		.hours = hours,
		.nhours = HOURS,
		.days = days,
		.ndays = YEARS * HOLIDAYS,
		.offsets = &zone,
		.noffsets = 1,
		.first_year = FIRST_YEAR,
		.last_year = FIRST_YEAR + YEARS - 1};

	for (int i = 0; i < HOURS; i++)
		hours[i] = (struct calendar_hours){
			i / 2, i % 2 ? 13 * 3600 : 8 * 3600, i % 2 ? 17 * 3600 : 12 * 3600, CALENDAR_ALWAYS};
	for (int i = 0; i < YEARS * HOLIDAYS; i++)
		days[i] =
			(struct calendar_day){.day = clock_days_from_civil(FIRST_YEAR + i / HOLIDAYS, 1, 1) +
						     (int32_t)random_below(365)};
	qsort(days, YEARS * HOLIDAYS, sizeof(*days), by_day);
	return calendar_compile(arena, &source);
}

/* All but the last half year, which the limits may need. */
static void make_questions(void)
{
	int64_t first = (int64_t)clock_days_from_civil(FIRST_YEAR, 1, 1) * DAY;

	for (int i = 0; i < QUESTIONS; i++)
		questions[i] = (struct deadline_question){
			.start = first + (int64_t)random_below((unsigned)((YEARS * 365 - 180) * DAY)),
			.terms = {.unit = DEADLINE_WORKING_HOURS, .amount = 1 + random_below(HOURS_MOST)}};
}

static int64_t ours(const struct calendar *c, const struct deadline_question *q)
{
	int64_t due = 0;

	if (deadline_compute(c, q, NULL, &due) < 0)
		abort();
	return due;
}

/* The usual way: from day to day, each looked up in the sorted holidays and the week. */
static int64_t walk(const struct calendar *c, const struct deadline_question *q)
{
	int64_t left = q->terms.amount * 3600;
	int32_t day = (int32_t)((q->start + EAST) / DAY);

	(void)c;
	for (;; day++) {
		const struct calendar_day key = {.day = day};
		int weekday = (day + 3) % 7;

		if (weekday > 4 || bsearch(&key, days, YEARS * HOLIDAYS, sizeof(key), by_day))
			continue;
		for (int i = 2 * weekday; i < 2 * weekday + 2; i++) {
			int64_t open = (int64_t)day * DAY + hours[i].open - EAST;
			int64_t close = (int64_t)day * DAY + hours[i].close - EAST;

			open = open < q->start ? q->start : open;
			if (open < close && left <= close - open)
				return open + left;
			left -= open < close ? close - open : 0;
		}
	}
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	int64_t (*way)(const struct calendar *, const struct deadline_question *) = ours;
	struct arena *arena = arena_new();
	const struct calendar *c = arena ? make_calendar(arena) : NULL;
	double seconds = argc == 3 ? strtod(argv[2], NULL) : 0, began, spent;
	int64_t done = 0, sum = 0;

	if (!c || seconds <= 0)
		return 2;
	if (strcmp(argv[1], "walk") == 0)
		way = walk;
	make_questions();
	for (int i = 0; i < QUESTIONS; i++)
		if (ours(c, &questions[i]) != walk(c, &questions[i]))
			return 1;
	began = cpu_seconds();
	do {
		for (int i = 0; i < QUESTIONS; i++)
			sum += way(c, &questions[i]);
		done += QUESTIONS;
		spent = cpu_seconds() - began;
	} while (spent < seconds);
	printf("{\"done\":%lld,\"seconds\":%.6f,\"sum\":%lld}\n", (long long)done, spent, (long long)sum);
	arena_free(arena);
	return 0;
}

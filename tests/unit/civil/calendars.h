#ifndef TIEPDAN_TEST_CALENDARS_H
#define TIEPDAN_TEST_CALENDARS_H

#include "base/clock.h"
#include "base/csv.h"
#include "civil/deadline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What several tests of working time need: the Vietnamese holidays in vn_calendar.csv and the usual office
 * hours. */

enum {
	HOUR = 3600,
	DAYS_MAX = 512
};

static const struct calendar_hours office_hours[] = {
	{0, 8 * HOUR, 12 * HOUR, CALENDAR_ALWAYS},
	{0, 13 * HOUR, 17 * HOUR, CALENDAR_ALWAYS},
	{1, 8 * HOUR, 12 * HOUR, CALENDAR_ALWAYS},
	{1, 13 * HOUR, 17 * HOUR, CALENDAR_ALWAYS},
	{2, 8 * HOUR, 12 * HOUR, CALENDAR_ALWAYS},
	{2, 13 * HOUR, 17 * HOUR, CALENDAR_ALWAYS},
	{3, 8 * HOUR, 12 * HOUR, CALENDAR_ALWAYS},
	{3, 13 * HOUR, 17 * HOUR, CALENDAR_ALWAYS},
	{4, 8 * HOUR, 12 * HOUR, CALENDAR_ALWAYS},
	{4, 13 * HOUR, 17 * HOUR, CALENDAR_ALWAYS},
};
enum {
	OFFICE_HOURS = sizeof(office_hours) / sizeof(office_hours[0])
};

static const struct zone_offset seven_east[] = {{INT64_MIN, 7 * HOUR}};

static inline struct str test_file(struct arena *arena, const char *name)
{
	struct str path = arena_printf(arena, "%s/tests/unit/civil/%s", TEST_ROOT, name);
	enum {
		SIZE = 64 * 1024
	};
	char *text = arena_alloc(arena, SIZE);
	FILE *file = fopen(path.at, "rb");
	size_t n;

	assert_non_null(file);
	n = fread(text, 1, SIZE, file);
	assert_true(n > 0 && n < SIZE);
	assert_int_equal(fclose(file), 0);
	return (struct str){text, n};
}

static inline unsigned vietnamese_days(struct arena *arena, struct calendar_day ret_days[DAYS_MAX])
{
	struct csv csv = csv_open(test_file(arena, "vn_calendar.csv"));
	struct str fields[CSV_FIELDS_MAX];
	unsigned n = 0;

	assert_int_equal(csv_read(&csv, arena, fields), 6);
	while (csv_read(&csv, arena, fields) > 0) {
		assert_true(n < DAYS_MAX);
		ret_days[n] = (struct calendar_day){.day = 0};
		assert_int_equal(clock_parse_date(fields[0], &ret_days[n].day), 0);
		ret_days[n].rule = str_eq(fields[1], STR("makeup_workday")) ? DAY_LIKE : DAY_OFF;
		ret_days[n].weekday = 0;
		ret_days[n].name[0] = arena_str(arena, fields[2]);
		ret_days[n].name[1] = arena_str(arena, fields[3]);
		ret_days[n].source = arena_str(arena, fields[5]);
		n++;
	}
	assert_null(csv.fault);
	assert_true(n > 50);
	return n;
}

/* Offices of Hanoi, 2024 to 2027. */
static inline const struct calendar *hanoi_calendar(struct arena *arena)
{
	static struct calendar_day days[DAYS_MAX];
	const struct calendar_source source = {
		.code = STR("office"),
		.hours = office_hours,
		.nhours = OFFICE_HOURS,
		.days = days,
		.ndays = vietnamese_days(arena, days),
		.offsets = seven_east,
		.noffsets = 1,
		.first_year = 2024,
		.last_year = 2027,
	};
	const struct calendar *c = calendar_compile(arena, &source);

	assert_non_null(c);
	return c;
}

/* A local time of Hanoi, YYYY-MM-DDTHH:MM, in seconds. */
static inline int64_t hanoi(const char *local)
{
	char text[32];
	int64_t ms = 0;
	int n = snprintf(text, sizeof(text), "%s:00+07:00", local);

	assert_int_equal(clock_parse((struct str){text, (size_t)n}, &ms), 0);
	return ms / 1000;
}

static inline int32_t day_of(const char *date)
{
	int32_t day = 0;

	assert_int_equal(clock_parse_date(str_of(date), &day), 0);
	return day;
}

#endif

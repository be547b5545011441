/* Compiled calendars: what they refuse, local time at the edges of daylight saving, days, coordinates. */
#include "calendars.h"
#include "unit.h"

#include <errno.h>

/* Europe/Berlin in 2026: an hour forward on 29 March at 01:00 UTC, back on 25 October at 01:00 UTC. */
static const struct zone_offset berlin_2026[] = {
	{INT64_MIN, HOUR},
	{1774746000, 2 * HOUR},
	{1792890000, HOUR},
};

static struct calendar_source one_year(const struct calendar_hours *hours, unsigned nhours)
{
	return (struct calendar_source){
		.code = STR("test"),
		.hours = hours,
		.nhours = nhours,
		.offsets = seven_east,
		.noffsets = 1,
		.first_year = 2026,
		.last_year = 2026,
	};
}

static void refuses_what_is_no_calendar(void **state)
{
	const struct calendar_hours overlapping[] = {
		{0, 8 * HOUR, 12 * HOUR, CALENDAR_ALWAYS}, {0, 11 * HOUR, 13 * HOUR, CALENDAR_ALWAYS}};
	const struct calendar_hours touching[] = {
		{0, 12 * HOUR, 13 * HOUR, CALENDAR_ALWAYS}, {0, 8 * HOUR, 12 * HOUR, CALENDAR_ALWAYS}};
	const struct calendar_hours impossible[] = {{7, 0, 1, CALENDAR_ALWAYS}, {-1, 0, 1, CALENDAR_ALWAYS},
		{0, 5, 5, CALENDAR_ALWAYS}, {0, 6, 5, CALENDAR_ALWAYS}, {0, -1, 5, CALENDAR_ALWAYS},
		{0, 5, 86401, CALENDAR_ALWAYS}, {0, 5, 6, .valid_from = 9, .valid_to = 9}, {0, 5, 6}};
	const struct zone_offset disorder[] = {{0, 0}, {100, HOUR}, {50, 0}};
	const struct zone_offset backwards[] = {{0, 0}, {100, 2 * HOUR}, {200, 0}, {300, HOUR}};
	struct calendar_source source = one_year(NULL, 0);
	(void)state;

	assert_null(calendar_compile(arena, &source));
	source = one_year(overlapping, 2);
	assert_null(calendar_compile(arena, &source));
	source = one_year(touching, 2);
	assert_non_null(calendar_compile(arena, &source));
	for (unsigned i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
		source = one_year(&impossible[i], 1);
		assert_null(calendar_compile(arena, &source));
	}
	source = one_year(touching, 2);
	source.last_year = 2025;
	assert_null(calendar_compile(arena, &source));
	source = one_year(touching, 2);
	source.noffsets = 0;
	assert_null(calendar_compile(arena, &source));
	source.offsets = disorder;
	source.noffsets = 3;
	assert_null(calendar_compile(arena, &source));
	source.offsets = backwards;
	source.noffsets = 4;
	assert_null(calendar_compile(arena, &source));
}

static void all_days_off_is_no_calendar(void **state)
{
	const struct calendar_hours monday = {0, 8 * HOUR, 12 * HOUR, CALENDAR_ALWAYS};
	static struct calendar_day off[365];
	struct calendar_source source = one_year(&monday, 1);
	(void)state;

	for (int i = 0; i < 365; i++)
		off[i] = (struct calendar_day){.day = day_of("2026-01-01") + i};
	source.days = off;
	source.ndays = 365;
	assert_null(calendar_compile(arena, &source));
	source.ndays = 364; /* 31 December 2026 is a Thursday */
	assert_null(calendar_compile(arena, &source));
	off[4].rule = DAY_LIKE; /* 5 January, a Monday */
	assert_non_null(calendar_compile(arena, &source));
}

static void daylight_saving(void **state)
{
	const struct calendar_hours night = {6, 2 * HOUR, 3 * HOUR, CALENDAR_ALWAYS};
	struct calendar_source source = one_year(&night, 1);
	const struct calendar *c;
	int32_t march = day_of("2026-03-29"), october = day_of("2026-10-25");
	(void)state;

	source.offsets = berlin_2026;
	source.noffsets = 3;
	c = calendar_compile(arena, &source);
	assert_non_null(c);
	/* 02:00 to 03:00 does not exist in March: each time in it is the moment after the gap. */
	assert_int_equal(calendar_instant(c, march, 2 * HOUR - 1), 1774746000 - 1);
	assert_int_equal(calendar_instant(c, march, 2 * HOUR), 1774746000);
	assert_int_equal(calendar_instant(c, march, 2 * HOUR + 1800), 1774746000);
	assert_int_equal(calendar_instant(c, march, 3 * HOUR), 1774746000);
	assert_int_equal(calendar_instant(c, march, 3 * HOUR + 60), 1774746000 + 60);
	assert_false(calendar_is_working_day(c, march));
	/* In October it comes twice: the first one is meant, and the interval lasts two hours. */
	assert_int_equal(calendar_instant(c, october, 2 * HOUR), 1792890000 - HOUR);
	assert_int_equal(calendar_instant(c, october, 2 * HOUR + 1800), 1792890000 - 1800);
	assert_int_equal(calendar_instant(c, october, 3 * HOUR), 1792890000 + HOUR);
	assert_int_equal(calendar_close(c, october), 1792890000 + HOUR);
	assert_int_equal(
		calendar_coordinate(c, 1792890000 + HOUR) - calendar_coordinate(c, 1792890000 - HOUR),
		2 * HOUR);
}

static void days_of_hanoi(void **state)
{
	const struct calendar *c = hanoi_calendar(arena);
	int64_t first, last;
	int32_t day;
	unsigned working[4] = {0};
	(void)state;

	for (unsigned year = 0; year < 4; year++) {
		int32_t begin_day = clock_days_from_civil(2024 + (int)year, 1, 1);
		int32_t end_day = clock_days_from_civil(2025 + (int)year, 1, 1);

		for (day = begin_day; day < end_day; day++)
			working[year] += calendar_is_working_day(c, day);
	}
	/* The counts that the announcements give. */
	assert_int_equal(working[0], 251);
	assert_int_equal(working[1], 250);
	assert_int_equal(working[2], 249);
	assert_int_equal(working[3], 249);
	assert_int_equal(calendar_close(c, day_of("2026-08-22")), hanoi("2026-08-22T17:00"));
	assert_int_equal(calendar_local_day(c, hanoi("2026-08-22T00:00")), day_of("2026-08-22"));
	assert_int_equal(calendar_local_day(c, hanoi("2026-08-22T00:00") - 1), day_of("2026-08-21"));
	calendar_span(c, &first, &last);
	assert_int_equal(first, hanoi("2024-01-01T00:00"));
	assert_int_equal(last, hanoi("2028-01-01T00:00"));
	assert_int_equal(calendar_coordinate(c, last), (251 + 250 + 249 + 249) * 8 * HOUR);
	assert_int_equal(calendar_working_day(c, day_of("2027-02-04"), 0, &day), 0);
	assert_int_equal(day, day_of("2027-02-11"));
	assert_int_equal(calendar_working_day(c, day_of("2027-02-03"), 1, &day), 0);
	assert_int_equal(day, day_of("2027-02-11"));
	assert_int_equal(calendar_working_day(c, day_of("2027-12-31"), 0, &day), 0);
	assert_int_equal(calendar_working_day(c, day_of("2027-12-31"), 1, &day), -ERANGE);
	assert_int_equal(calendar_working_day(c, day_of("2027-12-31"), INT64_MAX, &day), -ERANGE);
	assert_int_equal(calendar_working_day(c, day_of("2027-12-31"), -1, &day), -ERANGE);
	assert_int_equal(calendar_working_day(c, day_of("2028-01-01"), 0, &day), -ERANGE);
	assert_int_equal(calendar_working_day(c, day_of("2023-12-31"), 0, &day), -ERANGE);
	assert_false(calendar_is_working_day(c, day_of("2023-12-29")));
	assert_false(calendar_is_working_day(c, INT32_MAX));
	assert_false(calendar_is_working_day(c, INT32_MIN));
}

static void coordinates(void **state)
{
	const struct calendar *c = hanoi_calendar(arena);
	int64_t friday = calendar_coordinate(c, hanoi("2026-11-20T12:00"));
	(void)state;

	assert_int_equal(calendar_coordinate(c, hanoi("2026-11-20T12:30")), friday);
	assert_int_equal(calendar_coordinate(c, hanoi("2026-11-20T13:00")), friday);
	assert_int_equal(calendar_coordinate(c, hanoi("2026-11-20T13:00") + 1), friday + 1);
	assert_int_equal(calendar_at(c, friday), hanoi("2026-11-20T12:00"));
	assert_int_equal(calendar_at(c, friday + 1), hanoi("2026-11-20T13:00") + 1);
	assert_int_equal(calendar_at(c, 0), hanoi("2024-01-02T08:00"));
	assert_int_equal(calendar_at(c, INT64_MIN), hanoi("2024-01-02T08:00"));
	assert_int_equal(calendar_at(c, INT64_MAX), hanoi("2027-12-31T17:00"));
	assert_int_equal(calendar_coordinate(c, INT64_MIN), 0);
	assert_int_equal(calendar_coordinate(c, INT64_MAX), (251 + 250 + 249 + 249) * 8 * HOUR);
	assert_int_equal(calendar_local_day(c, INT64_MAX), INT32_MAX);
	assert_int_equal(calendar_local_day(c, INT64_MIN), INT32_MIN);
}

static void make_up_days(void **state)
{
	const struct calendar_hours hours[] = {
		{1, 9 * HOUR, 12 * HOUR, CALENDAR_ALWAYS},
		{2, 9 * HOUR, 13 * HOUR, CALENDAR_ALWAYS},
		{5, 9 * HOUR, 10 * HOUR, CALENDAR_ALWAYS},
	};
	/* Saturday 10 January for a Wednesday, Sunday 11 for Friday (no hours), Saturday 17 for Friday. */
	const struct calendar_day days[] = {
		{day_of("2026-01-10"), DAY_LIKE, 2},
		{day_of("2026-01-11"), DAY_LIKE, 4},
		{day_of("2026-01-17"), DAY_LIKE, 4},
		{day_of("2026-01-06"), DAY_LIKE, 1},
		{day_of("2026-01-06"), DAY_OFF},
		{day_of("1999-01-06"), DAY_OFF},
	};
	struct calendar_source source = one_year(hours, 3);
	const struct calendar *c;
	(void)state;

	source.days = days;
	source.ndays = 6;
	c = calendar_compile(arena, &source);
	assert_non_null(c);
	assert_int_equal(calendar_close(c, day_of("2026-01-10")), hanoi("2026-01-10T13:00"));
	assert_int_equal(calendar_close(c, day_of("2026-01-11")), hanoi("2026-01-11T12:00"));
	assert_int_equal(calendar_close(c, day_of("2026-01-17")), hanoi("2026-01-17T10:00"));
	assert_false(calendar_is_working_day(c, day_of("2026-01-06")));
}

/* A half Saturday, an extra opening on a day off, one of two for a day, and what cannot be. */
static void days_with_hours_of_their_own(void **state)
{
	const struct calendar_interval half[] = {{10 * HOUR, 11 * HOUR}, {8 * HOUR, 9 * HOUR}};
	const struct calendar_interval overlapping[] = {{8 * HOUR, 10 * HOUR}, {9 * HOUR, 11 * HOUR}};
	const struct calendar_interval impossible = {8 * HOUR, 8 * HOUR};
	struct calendar_day days[] = {
		{day_of("2026-01-10"), DAY_HOURS, .hours = half, .nhours = 2, .name = {STR("Nửa ngày")}},
		{day_of("2026-01-12"), DAY_HOURS, .hours = half, .nhours = 1},
		{day_of("2026-01-13"), DAY_HOURS, .hours = half, .nhours = 1},
		{day_of("2026-01-13"), DAY_OFF, .source = STR("1/TB")},
	};
	struct calendar_source source = one_year(office_hours, OFFICE_HOURS);
	int64_t open = 0, close = 0;
	const struct calendar *c;
	(void)state;

	source.version = 7;
	source.days = days;
	source.ndays = 4;
	c = calendar_compile(arena, &source);
	assert_non_null(c);
	assert_int_equal(calendar_known_until(c), day_of("2026-12-31"));
	assert_true(str_eq(calendar_code(c), STR("test")));
	assert_int_equal(calendar_version(c), 7);
	assert_true(calendar_open(c, day_of("2026-01-10"), 0, &open, &close));
	assert_int_equal(open, hanoi("2026-01-10T08:00"));
	assert_int_equal(close, hanoi("2026-01-10T09:00"));
	assert_true(calendar_open(c, day_of("2026-01-10"), 1, &open, &close));
	assert_int_equal(close, calendar_close(c, day_of("2026-01-10")));
	assert_false(calendar_open(c, day_of("2026-01-10"), 2, &open, &close));
	assert_false(calendar_open(c, day_of("2027-01-01"), 0, &open, &close));
	assert_int_equal(calendar_close(c, day_of("2026-01-12")), hanoi("2026-01-12T11:00"));
	assert_false(calendar_is_working_day(c, day_of("2026-01-13")));
	assert_null(calendar_exception(c, day_of("2026-01-11")));
	assert_true(str_eq(calendar_exception(c, day_of("2026-01-10"))->name[0], STR("Nửa ngày")));
	assert_true(str_eq(calendar_exception(c, day_of("2026-01-13"))->source, STR("1/TB")));
	days[1].nhours = 0;
	assert_null(calendar_compile(arena, &source));
	days[1].hours = overlapping, days[1].nhours = 2;
	assert_null(calendar_compile(arena, &source));
	days[1].hours = &impossible, days[1].nhours = 1;
	assert_null(calendar_compile(arena, &source));
	days[1] = (struct calendar_day){day_of("2026-01-12"), (enum calendar_day_rule)3};
	assert_null(calendar_compile(arena, &source));
}

/* Hours of the week hold from one local day to another; a make-up day has those of its own time. */
static void hours_that_change(void **state)
{
	const int32_t change = day_of("2026-07-01"); /* a Wednesday */
	struct calendar_hours hours[] = {
		{2, 9 * HOUR, 11 * HOUR, .valid_from = change, .valid_to = INT32_MAX},
		{2, 8 * HOUR, 10 * HOUR, .valid_from = INT32_MIN, .valid_to = change},
	};
	const struct calendar_day like[] = {{day_of("2026-06-27"), DAY_LIKE, .weekday = 2},
		{day_of("2026-07-04"), DAY_LIKE, .weekday = -1}};
	struct calendar_source source = one_year(hours, 2);
	const struct calendar *c;
	(void)state;

	source.days = like;
	source.ndays = 2;
	c = calendar_compile(arena, &source);
	assert_non_null(c);
	assert_int_equal(calendar_known_until(c), INT32_MAX);
	assert_int_equal(calendar_close(c, change - 7), hanoi("2026-06-24T10:00"));
	assert_int_equal(calendar_close(c, change), hanoi("2026-07-01T11:00"));
	assert_int_equal(calendar_close(c, day_of("2026-06-27")), hanoi("2026-06-27T10:00"));
	assert_int_equal(calendar_close(c, day_of("2026-07-04")), hanoi("2026-07-04T11:00"));
	hours[1].valid_to = change + 1;
	assert_null(calendar_compile(arena, &source));
	/* Nothing in force: no hours to stand in with. */
	hours[1].valid_to = change - 14;
	c = calendar_compile(arena, &source);
	assert_non_null(c);
	assert_false(calendar_is_working_day(c, change - 7));
	assert_false(calendar_is_working_day(c, day_of("2026-06-27")));
}

/* A calendar with more intervals in some days than others have in months, from the year 1 on. */
static void uneven_intervals(void **state)
{
	static struct calendar_interval minutes[720];
	const struct calendar_hours new_year = {0, 8 * HOUR, 9 * HOUR, .valid_from = 0, .valid_to = 8};
	const struct calendar_day busy = {day_of("0002-03-01"), DAY_HOURS, .hours = minutes, .nhours = 720};
	struct calendar_source source = one_year(&new_year, 1);
	int64_t begin = 0, close = 0;
	const struct calendar *c;
	(void)state;

	for (int i = 0; i < 720; i++)
		minutes[719 - i] = (struct calendar_interval){120 * i, 120 * i + 60};
	source.days = &busy;
	source.ndays = 1;
	source.first_year = 1;
	c = calendar_compile(arena, &source);
	assert_non_null(c);
	assert_true(calendar_open(c, busy.day, 0, &begin, &close));
	for (int64_t done = 0; done <= 720 * 60; done += 7) {
		int64_t at = begin + 120 * (done / 60) + done % 60;

		assert_int_equal(calendar_coordinate(c, at), done);
		if (done % 60 > 0)
			assert_int_equal(calendar_at(c, done), at);
	}
	assert_int_equal(calendar_coordinate(c, INT64_MAX), 720 * 60 + HOUR);
	assert_int_equal(calendar_coordinate(c, INT64_MIN), 0);
	assert_int_equal(calendar_at(c, 720 * 60 + 1), calendar_instant(c, 4, 8 * HOUR) + 1);
	assert_int_equal(calendar_at(c, INT64_MAX), calendar_instant(c, 4, 9 * HOUR));
}

static void weekdays_and_seconds(void **state)
{
	const struct calendar *c = hanoi_calendar(arena);
	int32_t day = 0;
	(void)state;

	assert_int_equal(calendar_weekday(day_of("2026-11-25")), 2);
	assert_int_equal(calendar_weekday(day_of("1969-12-31")), 2);
	assert_int_equal(calendar_weekday(day_of("0001-01-01")), 0);
	assert_int_equal(calendar_second(c, hanoi("2026-11-25T10:15") + 7), 10 * HOUR + 15 * 60 + 7);
	assert_int_equal(calendar_second(c, hanoi("1960-11-25T23:59")), 86400 - 60);
	assert_int_equal(calendar_rank(c, day_of("2024-01-03")), 1);
	assert_int_equal(calendar_rank(c, INT32_MIN), 0);
	assert_int_equal(calendar_rank(c, INT32_MAX), 251 + 250 + 249 + 249);
	assert_int_equal(calendar_ranked(c, 251, &day), 0);
	assert_int_equal(day, day_of("2025-01-02"));
	assert_int_equal(calendar_ranked(c, -1, &day), -ERANGE);
	assert_int_equal(calendar_ranked(c, 251 + 250 + 249 + 249, &day), -ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(refuses_what_is_no_calendar, begin, end),
		cmocka_unit_test_setup_teardown(all_days_off_is_no_calendar, begin, end),
		cmocka_unit_test_setup_teardown(daylight_saving, begin, end),
		cmocka_unit_test_setup_teardown(days_of_hanoi, begin, end),
		cmocka_unit_test_setup_teardown(coordinates, begin, end),
		cmocka_unit_test_setup_teardown(make_up_days, begin, end),
		cmocka_unit_test_setup_teardown(days_with_hours_of_their_own, begin, end),
		cmocka_unit_test_setup_teardown(hours_that_change, begin, end),
		cmocka_unit_test_setup_teardown(uneven_intervals, begin, end),
		cmocka_unit_test_setup_teardown(weekdays_and_seconds, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

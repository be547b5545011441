/* Quiet hours: the next opening of an office, and the day of citizens. */
#include "calendars.h"
#include "unit.h"

#include "civil/quiet.h"

static const struct calendar *office(void)
{
	static const struct calendar_day holiday[] = {
		{.day = 20783, .rule = DAY_OFF}}; /* Thursday 2026-11-26 */
	const struct calendar_source source = {.code = STR("office"),
		.hours = office_hours,
		.nhours = OFFICE_HOURS,
		.days = holiday,
		.ndays = 1,
		.offsets = seven_east,
		.noffsets = 1,
		.first_year = 2026,
		.last_year = 2026};
	const struct calendar *c = calendar_compile(arena, &source);

	assert_non_null(c);
	return c;
}

static int64_t at(const char *text)
{
	int64_t ms;

	assert_int_equal(clock_parse(str_of(text), &ms), 0);
	return ms / 1000;
}

static void check_working(const char *now, const char *want)
{
	assert_int_equal(quiet_working(office(), at(now)), at(want));
}

static void the_next_opening(void **state)
{
	(void)state;
	check_working("2026-11-25T07:59:59+07:00", "2026-11-25T08:00:00+07:00");
	check_working("2026-11-25T08:00:00+07:00", "2026-11-25T08:00:00+07:00");
	check_working("2026-11-25T11:59:59+07:00", "2026-11-25T11:59:59+07:00");
	check_working("2026-11-25T12:00:00+07:00", "2026-11-25T13:00:00+07:00");
	check_working("2026-11-25T17:00:00+07:00", "2026-11-27T08:00:00+07:00");
	check_working("2026-11-27T23:00:00+07:00", "2026-11-30T08:00:00+07:00");
	/* Beyond the last closing nobody knows of, and outside: at once. */
	check_working("2026-12-31T20:00:00+07:00", "2026-12-31T20:00:00+07:00");
	check_working("2031-01-01T03:00:00+07:00", "2031-01-01T03:00:00+07:00");
	check_working("2020-01-01T03:00:00+07:00", "2020-01-01T03:00:00+07:00");
}

static void check_hours(const char *now, int from, int to, const char *want)
{
	assert_int_equal(quiet_hours(office(), at(now), from, to), at(want));
}

static void the_day_of_citizens(void **state)
{
	(void)state;
	check_hours("2026-11-25T06:59:59+07:00", 7, 21, "2026-11-25T07:00:00+07:00");
	check_hours("2026-11-25T07:00:00+07:00", 7, 21, "2026-11-25T07:00:00+07:00");
	check_hours("2026-11-25T20:59:59+07:00", 7, 21, "2026-11-25T20:59:59+07:00");
	check_hours("2026-11-25T21:00:00+07:00", 7, 21, "2026-11-26T07:00:00+07:00");
	check_hours("2026-11-25T03:00:00+07:00", 0, 24, "2026-11-25T03:00:00+07:00");
	check_hours("2026-11-25T23:59:59+07:00", 0, 24, "2026-11-25T23:59:59+07:00");
	check_hours("2026-11-25T03:00:00+07:00", 7, 7, "2026-11-25T03:00:00+07:00");
	check_hours("2026-11-25T03:00:00+07:00", 21, 7, "2026-11-25T03:00:00+07:00");
	check_hours("2026-12-31T22:00:00+07:00", 7, 21, "2027-01-01T07:00:00+07:00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_opening),
		cmocka_unit_test(the_day_of_citizens),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

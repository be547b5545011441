/* base/clock.h: the calendar, RFC 3339 and HTTP dates. */
#include "unit.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

static const int64_t first_ms = INT64_C(-62135596800000), last_ms = INT64_C(253402300799999);

static void every_day_of_four_centuries(void **state)
{
	int32_t days = clock_days_from_civil(1799, 12, 31);

	(void)state;
	assert_int_equal(clock_days_from_civil(1970, 1, 1), 0);
	assert_int_equal(clock_days_from_civil(2000, 2, 29), 11016);
	for (int year = 1800; year < 2250; year++) {
		bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
		const int lengths[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

		for (int month = 1; month <= 12; month++) {
			for (int day = 1; day <= lengths[month - 1]; day++) {
				int y, m, d;

				assert_int_equal(clock_days_from_civil(year, month, day), ++days);
				clock_civil_from_days(days, &y, &m, &d);
				assert_true(y == year && m == month && d == day);
			}
		}
	}
}

static void formatting(void **state)
{
	char text[CLOCK_RFC3339_SIZE];

	(void)state;
	clock_format(0, text);
	assert_string_equal(text, "1970-01-01T00:00:00.000Z");
	clock_format(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
	clock_format(INT64_C(1795403700007), text);
	assert_string_equal(text, "2026-11-23T03:15:00.007Z");
	clock_format(first_ms, text);
	assert_string_equal(text, "0001-01-01T00:00:00.000Z");
	clock_format(last_ms, text);
	assert_string_equal(text, "9999-12-31T23:59:59.999Z");
}

static void http_dates(void **state)
{
	char text[CLOCK_HTTP_DATE_SIZE], want[CLOCK_HTTP_DATE_SIZE];

	(void)state;
	clock_http_date(INT64_C(784111777000), text);
	assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT");
	for (int64_t ms = INT64_C(-8000000000000); ms < INT64_C(8000000000000); ms += INT64_C(7777777777)) {
		time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
		struct tm tm;

		gmtime_r(&seconds, &tm);
		assert_int_equal(
			strftime(want, sizeof(want), "%a, %d %b %Y %H:%M:%S GMT", &tm), sizeof(want) - 1);
		clock_http_date(ms, text);
		assert_string_equal(text, want);
	}
}

static void parsing(void **state)
{
	static const struct {
		const char *text, *utc;
	} good[] = {
		{"2026-11-23T03:15:00Z", "2026-11-23T03:15:00.000Z"},
		{"2026-11-23t03:15:00z", "2026-11-23T03:15:00.000Z"},
		{"2026-11-23T10:15:00+07:00", "2026-11-23T03:15:00.000Z"},
		{"2026-11-23T03:15:00-00:00", "2026-11-23T03:15:00.000Z"},
		{"2026-11-22T20:15:00.5-07:00", "2026-11-23T03:15:00.500Z"},
		{"2026-11-23T03:15:00.123999999999999Z", "2026-11-23T03:15:00.123Z"},
		{"2026-11-23T03:15:00.01Z", "2026-11-23T03:15:00.010Z"},
		{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"},
		{"2017-01-01T06:59:60.25+07:00", "2017-01-01T00:00:00.250Z"},
		{"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
		{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"},
		{"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
		{"2026-01-01T00:00:00+23:59", "2025-12-31T00:01:00.000Z"},
	};
	static const char *const bad[] = {"", "2026-11-23", "2026-11-23T03:15Z", "2026-11-23T03:15:00",
		"2026-11-23 03:15:00Z", "2026-11-23T03:15:00.Z", "2026-11-23T03:15:00+7:00",
		"2026-11-23T03:15:00+0700", "2026-11-23T03:15:00+24:00", "2026-11-23T03:15:00+07:60",
		"2026-11-23T24:00:00Z", "2026-11-23T03:60:00Z", "2026-11-23T03:15:60Z",
		"2026-11-23T03:15:61Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
		"2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z",
		"0000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
		"9999-12-31T23:59:60Z", "26-11-23T03:15:00Z", "+026-11-23T03:15:00Z", "2026-11-23T03:15:00Zx",
		"2026-11-23T03:15:00ZZ", " 2026-11-23T03:15:00Z", "2026-11-23T-3:15:00Z",
		"2026-11-23T03:15:00,5Z", "2100-02-29T00:00:00Z", "2026-11-23T03:15:00\342\210\22207:00"};
	char text[CLOCK_RFC3339_SIZE];
	int64_t ms = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(clock_parse(str_of(good[i].text), &ms), 0);
		clock_format(ms, text);
		assert_string_equal(text, good[i].utc);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(clock_parse(str_of(bad[i]), &ms), -EINVAL);
	assert_int_equal(clock_parse(STR("2026-11-23T03:15:00Z\0"), &ms), -EINVAL);
	assert_int_equal(clock_parse(STR_NONE, &ms), -EINVAL);
}

static void formatted_and_parsed(void **state)
{
	char text[CLOCK_RFC3339_SIZE];

	(void)state;
	for (int64_t ms = first_ms; ms <= last_ms; ms += INT64_C(1234567890123)) {
		int64_t again = 0;

		clock_format(ms, text);
		assert_int_equal(clock_parse(str_of(text), &again), 0);
		assert_true(again == ms);
	}
}

static void dates(void **state)
{
	int32_t days = 0;

	(void)state;
	assert_int_equal(clock_parse_date(STR("2026-11-23"), &days), 0);
	assert_int_equal(days, clock_days_from_civil(2026, 11, 23));
	assert_int_equal(clock_parse_date(STR("2026-11-31"), &days), -EINVAL);
	assert_int_equal(clock_parse_date(STR("2026-1-01"), &days), -EINVAL);
	assert_int_equal(clock_parse_date(STR("2026-11-23T"), &days), -EINVAL);
	assert_int_equal(clock_parse_date(STR_NONE, &days), -EINVAL);
	assert_int_equal(days, clock_days_from_civil(2026, 11, 23));
}

static void the_clocks_run(void **state)
{
	int64_t mono = clock_mono_us();
	time_t before = time(NULL);
	int64_t wall = clock_wall_ms();

	(void)state;
	assert_true(wall / 1000 >= before - 1 && wall / 1000 <= before + 5);
	assert_true(clock_mono_us() >= mono);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_of_four_centuries),
		cmocka_unit_test(formatting),
		cmocka_unit_test(http_dates),
		cmocka_unit_test(parsing),
		cmocka_unit_test(formatted_and_parsed),
		cmocka_unit_test(dates),
		cmocka_unit_test(the_clocks_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

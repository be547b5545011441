/* Zones: every offset as the C library computes it, and files and names that are none. */
#include "unit.h"

#include "civil/zone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"

static int offset_at(const struct zone_offset *offsets, unsigned n, int64_t instant)
{
	while (n > 1 && offsets[n - 1].from > instant)
		n--;
	return offsets[n - 1].seconds;
}

static int c_library(int64_t instant)
{
	time_t t = instant;
	struct tm tm;

	assert_non_null(localtime_r(&t, &tm));
	return (int)tm.tm_gmtoff;
}

static void as_the_c_library(void **state)
{
	static const char *const zones[] = {"Asia/Ho_Chi_Minh", "Europe/Berlin", "America/New_York",
		"Europe/Dublin", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Gaza",
		"Pacific/Apia", "America/Nuuk", "Pacific/Chatham", "Etc/GMT+5", "UTC", "Asia/Kathmandu",
		"America/Scoresbysund"};
	const int64_t last = (int64_t)clock_days_from_civil(2101, 1, 1) * 86400 - 2 * 86400;
	(void)state;

	for (unsigned z = 0; z < sizeof(zones) / sizeof(zones[0]); z++) {
		const struct zone_offset *offsets;
		unsigned n;

		assert_int_equal(zone_load(arena, str_of(zones[z]), 2100, &offsets, &n), 0);
		assert_int_equal(setenv("TZ", zones[z], 1), 0);
		tzset();
		assert_true(offsets[0].from == INT64_MIN);
		for (unsigned i = 1; i < n; i++) {
			assert_true(offsets[i].from > offsets[i - 1].from);
			assert_true(offsets[i].seconds != offsets[i - 1].seconds);
			assert_int_equal(offsets[i].seconds, c_library(offsets[i].from));
			assert_int_equal(offsets[i - 1].seconds, c_library(offsets[i].from - 1));
		}
		for (int64_t t = 0; t < last; t += 7 * 3600 + 17)
			if (offset_at(offsets, n, t) != c_library(t))
				fail_msg("%s at %lld", zones[z], (long long)t);
	}
	assert_int_equal(unsetenv("TZ"), 0);
	tzset();
}

static void names_that_are_none(void **state)
{
	static const char *const names[] = {"", "/", "../passwd", "Asia/../Asia/Tokyo", "/etc/passwd",
		"Asia//Tokyo", "Asia/", "/Asia/Tokyo", "Asia", "Nowhere/City", "zone.tab", "Asia/Tokyo ",
		"asia/\ntokyo", "+5", "tzdata.zi",
		"A123456789012345678901234567890123456789012345678901234567890123456789"};
	const struct zone_offset *offsets;
	unsigned n;
	(void)state;

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(zone_load(arena, str_of(names[i]), 2030, &offsets, &n), -ENOENT);
	assert_int_equal(zone_load(arena, (struct str){"UTC\0x", 5}, 2030, &offsets, &n), -ENOENT);
	assert_int_equal(zone_load(arena, STR_NONE, 2030, &offsets, &n), -ENOENT);
}

static void put_number(struct buf *out, uint64_t value, unsigned size)
{
	while (size-- > 0)
		buf_byte(out, (char)(value >> (8 * size) & 255));
}

/* A file with one change at `at` from the first to the second offset, and a footer. */
static struct str file_of(int64_t at, int32_t before, int32_t after, const char *footer)
{
	struct buf out = {.arena = arena};

	for (unsigned block = 0; block < 2; block++) {
		unsigned times = block;

		buf_put(&out, STR("TZif2"));
		put_number(&out, 0, 7);
		put_number(&out, 0, 8);
		put_number(&out, 0, 8);
		put_number(&out, 0, 4);
		put_number(&out, times, 4);
		put_number(&out, 2, 4);
		put_number(&out, 4, 4);
		if (times > 0) {
			put_number(&out, (uint64_t)at, 8);
			buf_byte(&out, 1);
		}
		put_number(&out, (uint32_t)before, 4);
		put_number(&out, 0, 2);
		put_number(&out, (uint32_t)after, 4);
		put_number(&out, 0, 2);
		buf_put(&out, (struct str){"ABC", 4});
	}
	buf_byte(&out, '\n');
	buf_put(&out, str_of(footer));
	buf_byte(&out, '\n');
	return buf_str(&out);
}

static int parse(struct str file, int last_year, unsigned *ret_n)
{
	const struct zone_offset *offsets;

	return zone_parse(arena, file, last_year, &offsets, ret_n);
}

static void footers(void **state)
{
	static const char *const good[] = {"", "ABC0", "<+07>-7", "ABC-5:30", "ABC5DEF,M3.2.0,M11.1.0",
		"ABC5DEF4,J60/0,J300", "ABC5DEF,0/0,J365/25", "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",
		"ABC-10:30DEF-11,M10.1.0,M4.1.0"};
	static const char *const bad[] = {"A", "ABC", "ABC25", "ABC0DEF", "ABC0DEF,M3.2.0",
		"ABC0DEF,M13.1.0,M1.1.0", "ABC0DEF,M1.6.0,M1.1.0", "ABC0DEF,M1.1.7,M1.1.0", "ABC0DEF,J0,J1",
		"ABC0DEF,366,1", "ABC0DEF,1,2,", "ABC0DEF,1/168,2", "<ABC0", "ABC0:60", "ABC-",
		"ABC0DEF1:,1,2", "<>5"};
	unsigned n;
	(void)state;

	for (unsigned i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (parse(file_of(1000, 0, 3600, good[i]), 2030, &n) != 0)
			fail_msg("%s", good[i]);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (parse(file_of(1000, 0, 3600, bad[i]), 2030, &n) != -EINVAL)
			fail_msg("%s", bad[i]);
	/* Saving time all the year is one offset for ever. */
	assert_int_equal(parse(file_of(1000, 0, -4 * 3600, "ABC5DEF,0/0,J365/25"), 2030, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(parse(file_of(1000, 0, 3600, "ABC5DEF,M3.2.0,M11.1.0"), 1960, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(parse(file_of(1000, 0, 3600, ""), 10000, &n), -EINVAL);
}

static void damaged_files(void **state)
{
	struct str file = file_of(1000, 0, 3600, "ABC5DEF,M3.2.0,M11.1.0");
	char *copy = arena_cstr(arena, file);
	unsigned n;
	(void)state;

	assert_int_equal(parse(file, 2030, &n), 0);
	for (size_t len = 0; len < file.len; len++)
		assert_int_equal(parse((struct str){file.at, len}, 2030, &n), -EINVAL);
	/* Whatever a single byte becomes, nothing is read beyond the end. */
	for (size_t i = 0; i < file.len; i++)
		for (unsigned byte = 0; byte < 256; byte++) {
			char *exact = malloc(file.len);

			assert_non_null(exact);
			memcpy(exact, copy, file.len);
			exact[i] = (char)byte;
			if (parse((struct str){exact, file.len}, 1975, &n) == 0)
				assert_true(n >= 1);
			free(exact);
		}
	assert_int_equal(parse(file_of(1000, 0, 26 * 3600, ""), 2030, &n), -EINVAL);
	assert_int_equal(parse(file_of(1000, INT32_MIN, 0, ""), 2030, &n), -EINVAL);
	assert_int_equal(parse(file_of(INT64_MIN, 0, 1, ""), 2030, &n), -EINVAL);
	copy[4] = '\0';
	assert_int_equal(parse((struct str){copy, file.len}, 2030, &n), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(as_the_c_library, begin, end),
		cmocka_unit_test_setup_teardown(names_that_are_none, begin, end),
		cmocka_unit_test_setup_teardown(footers, begin, end),
		cmocka_unit_test_setup_teardown(damaged_files, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The field Range. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/range.h"

static void test_ranges(void **state)
{
	static const struct {
		const char *field;
		int64_t size;
		enum range_kind kind;
		int64_t from, length;
	} cases[] = {
		{"bytes=0-0", 10, RANGE_PART, 0, 1},
		{"bytes=0-", 10, RANGE_PART, 0, 10},
		{"Bytes=3-5", 10, RANGE_PART, 3, 3},
		{"bytes=3-99", 10, RANGE_PART, 3, 7},
		{"bytes=-3", 10, RANGE_PART, 7, 3},
		{"bytes=-99", 10, RANGE_PART, 0, 10},
		{"bytes= 1-2 ", 10, RANGE_PART, 1, 2},
		{"bytes=10-", 10, RANGE_NONE, 0, 0},
		{"bytes=-0", 10, RANGE_NONE, 0, 0},
		{"bytes=0-", 0, RANGE_NONE, 0, 0},
		{"bytes=-1", 0, RANGE_NONE, 0, 0},
		{"bytes=5-3", 10, RANGE_WHOLE, 0, 0},
		{"bytes=-", 10, RANGE_WHOLE, 0, 0},
		{"bytes=", 10, RANGE_WHOLE, 0, 0},
		{"bytes", 10, RANGE_WHOLE, 0, 0},
		{"", 10, RANGE_WHOLE, 0, 0},
		{"bytes=1-2,4-5", 10, RANGE_WHOLE, 0, 0},
		{"bytes=--3", 10, RANGE_WHOLE, 0, 0},
		{"bytes=+1-3", 10, RANGE_WHOLE, 0, 0},
		{"bytes=1-3x", 10, RANGE_WHOLE, 0, 0},
		{"items=1-3", 10, RANGE_WHOLE, 0, 0},
		{"bytes=99999999999999999999-", 10, RANGE_WHOLE, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct range range = {0};
		assert_int_equal(range_parse(str_of(cases[i].field), cases[i].size, &range), cases[i].kind);
		assert_int_equal(range.from, cases[i].from);
		assert_int_equal(range.length, cases[i].length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_ranges)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

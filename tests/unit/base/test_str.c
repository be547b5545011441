/* base/str.h: comparing, cutting, numbers and UTF-8. */
#include "unit.h"

#include <errno.h>
#include <string.h>

static void absent_is_not_empty(void **state)
{
	(void)state;
	assert_null(str_of(NULL).at);
	assert_true(str_eq(STR_NONE, STR_NONE));
	assert_false(str_eq(STR_NONE, STR("")));
	assert_false(str_eq(STR(""), STR_NONE));
	assert_true(str_eq(STR(""), str_of("")));
	assert_false(str_eq_nocase(STR_NONE, STR("")));
	assert_false(str_eq_secret(STR_NONE, STR("")));
	assert_true(str_eq_secret(STR_NONE, STR_NONE));
}

static void comparing(void **state)
{
	(void)state;
	assert_true(str_eq(STR("phường"), str_of("phường")));
	assert_false(str_eq(STR("ab"), STR("abc")));
	assert_true(str_eq(STR("a\0b"), STR("a\0b")));
	assert_false(str_eq(STR("a\0b"), STR("a\0c")));
	assert_true(str_eq_nocase(STR("Content-TYPE"), STR("content-type")));
	assert_false(str_eq_nocase(STR("["), STR("{")));
	assert_false(str_eq_nocase(STR("Đ"), STR("đ")));
	assert_true(str_eq_secret(STR("secret"), STR("secret")));
	assert_false(str_eq_secret(STR("secret"), STR("secreT")));
	assert_false(str_eq_secret(STR("secret"), STR("secre")));
	assert_true(str_compare(STR("a"), STR("b")) < 0);
	assert_true(str_compare(STR("ab"), STR("a")) > 0);
	assert_true(str_compare(STR("\xff"), STR("a")) > 0);
	assert_int_equal(str_compare(STR("x"), STR("x")), 0);
	assert_int_equal(str_compare(STR_NONE, STR("")), 0);
}

static void starts_and_ends(void **state)
{
	(void)state;
	assert_true(str_starts(STR("/v1/tickets"), STR("/v1/")));
	assert_true(str_starts(STR("a"), STR("")));
	assert_true(str_starts(STR_NONE, STR("")));
	assert_false(str_starts(STR("/v"), STR("/v1/")));
	assert_true(str_ends(STR("a.csv"), STR(".csv")));
	assert_false(str_ends(STR("csv"), STR(".csv")));
	assert_true(str_ends(STR_NONE, STR_NONE));
}

static void hex_digits(void **state)
{
	static const char digits[] = "0123456789abcdef", capitals[] = "ABCDEF";

	(void)state;
	for (int i = 0; i < 16; i++)
		assert_int_equal(str_hex_digit(digits[i]), i);
	for (int i = 0; i < 6; i++)
		assert_int_equal(str_hex_digit(capitals[i]), 10 + i);
	for (const char *none = "/:@G`g \x7f"; *none; none++)
		assert_int_equal(str_hex_digit(*none), -1);
	assert_int_equal(str_hex_digit('\0'), -1);
}

static void trimming(void **state)
{
	(void)state;
	assert_str(str_trim(STR(" \ta b\t "), " \t"), "a b");
	assert_str(str_trim(STR("   "), " "), "");
	assert_str(str_trim(STR("\0a\0"), " "), "\0a\0");
	assert_null(str_trim(STR_NONE, " ").at);
}

static void parts(void **state)
{
	struct str rest = STR("a,,b"), part = STR_NONE;

	(void)state;
	assert_true(str_next(&rest, ',', &part));
	assert_str(part, "a");
	assert_true(str_next(&rest, ',', &part));
	assert_str(part, "");
	assert_true(str_next(&rest, ',', &part));
	assert_str(part, "b");
	assert_false(str_next(&rest, ',', &part));
	rest = STR("a,");
	assert_true(str_next(&rest, ',', &part));
	assert_false(str_next(&rest, ',', &part));
	rest = STR("");
	assert_false(str_next(&rest, ',', &part));
	rest = STR_NONE;
	assert_false(str_next(&rest, ',', &part));
}

static void numbers(void **state)
{
	static const struct {
		const char *text;
		int result;
		int64_t value;
	} cases[] = {
		{"0", 0, 0},
		{"-0", 0, 0},
		{"42", 0, 42},
		{"-42", 0, -42},
		{"007", 0, 7},
		{"9223372036854775807", 0, INT64_MAX},
		{"-9223372036854775808", 0, INT64_MIN},
		{"9223372036854775808", -ERANGE, 0},
		{"-9223372036854775809", -ERANGE, 0},
		{"99999999999999999999999", -ERANGE, 0},
		{"99999999999999999999999x", -EINVAL, 0},
		{"", -EINVAL, 0},
		{"-", -EINVAL, 0},
		{"+1", -EINVAL, 0},
		{" 1", -EINVAL, 0},
		{"1 ", -EINVAL, 0},
		{"1.0", -EINVAL, 0},
		{"0x10", -EINVAL, 0},
		{"--1", -EINVAL, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t value = 0;

		assert_int_equal(str_to_i64(str_of(cases[i].text), &value), cases[i].result);
		assert_true(value == cases[i].value);
	}
}

static void utf8(void **state)
{
	static const char *const good[] = {"", "a", "Phường Hoàn Kiếm, Hà Nội", "\xC2\x80", "\xDF\xBF",
		"\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80",
		"\xF4\x8F\xBF\xBF", "sixteen bytes.., then \xE1\xBA\xA1"};
	static const char *const bad[] = {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2",
		"\xC2"
		"A",
		"\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
		"\xF5\x80\x80\x80", "\xFF", "\xE1\xBA", "\xF0\x90\x80",
		"\xE1\xBA"
		"A",
		"\xF0\x90\x80"
		"A",
		"eight by\xFF",
		"123456\xFF"
		"7"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(str_is_utf8(str_of(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(str_is_utf8(str_of(bad[i])));
	assert_false(str_is_utf8(STR("a\0b")));
	assert_false(str_is_utf8(STR("1234567\0")));
	assert_true(str_is_utf8(STR_NONE));
	assert_int_equal(str_code_points(STR("Hà Nội")), 6);
	assert_int_equal(str_code_points(STR("")), 0);
	assert_int_equal(str_utf8_sequence(STR("\xE1\xBB\x99i")), 3);
	assert_int_equal(str_utf8_sequence(STR("\0")), 0);
}

/* Every text of one, two and three bytes at the borders, against the table of RFC 3629 section 4 written
 * another way. */
static bool sequence_of_rfc3629(const unsigned char *b, size_t n)
{
	uint32_t point;

	if (n == 1)
		return b[0] >= 1 && b[0] <= 0x7F;
	for (size_t i = 1; i < n; i++)
		if (b[i] < 0x80 || b[i] > 0xBF)
			return false;
	if (n == 2)
		return b[0] >= 0xC2 && b[0] <= 0xDF;
	point = (uint32_t)(b[0] & 0x0F) << 12 | (uint32_t)(b[1] & 0x3F) << 6 | (b[2] & 0x3F);
	return (b[0] & 0xF0) == 0xE0 && point >= 0x800 && (point < 0xD800 || point > 0xDFFF);
}

static void utf8_against_the_rule(void **state)
{
	(void)state;
	for (unsigned v = 0; v < 1U << 24; v++) {
		unsigned char b[3] = {(unsigned char)(v >> 16), (unsigned char)(v >> 8), (unsigned char)v};
		struct str s = {(const char *)b, 3};
		size_t got = str_utf8_sequence(s);

		if (got == 0)
			for (size_t n = 1; n <= 3; n++)
				assert_false(sequence_of_rfc3629(b, n));
		else if (got <= 3)
			assert_true(sequence_of_rfc3629(b, got));
	}
}

static void digits_of_numbers(void **state)
{
	static const struct {
		int64_t n;
		const char *text;
	} cases[] = {{0, "0"}, {7, "7"}, {-7, "-7"}, {1234567890, "1234567890"},
		{INT64_MAX, "9223372036854775807"}, {INT64_MIN, "-9223372036854775808"}};
	char room[STR_INT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_true(str_eq(str_of_int(cases[i].n, room), str_of(cases[i].text)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absent_is_not_empty),
		cmocka_unit_test(comparing),
		cmocka_unit_test(starts_and_ends),
		cmocka_unit_test(hex_digits),
		cmocka_unit_test(trimming),
		cmocka_unit_test(parts),
		cmocka_unit_test(numbers),
		cmocka_unit_test(digits_of_numbers),
		cmocka_unit_test(utf8),
		cmocka_unit_test(utf8_against_the_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

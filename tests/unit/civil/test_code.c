/* Ticket codes: unique, readable again however they are typed, and every slip of one symbol or two neighbours
 * shows. */
#include "unit.h"

#include "civil/code.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const struct str key = STR("0123456789abcdef0123456789abcdef");
static const struct str prefix = STR("HN");
enum {
	CODE_LEN = 15
}; /* HN-26-7K3M-9QXT */

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The seven symbols as a number. */
static uint64_t symbols_of(struct str code)
{
	uint64_t value = 0;

	for (size_t i = 6; i < CODE_LEN - 1; i++)
		if (code.at[i] != '-')
			value = value * 32 + (uint64_t)(strchr(alphabet, code.at[i]) - alphabet);
	return value;
}

static void a_million_without_a_double(void **state)
{
	enum {
		N = 1000000
	};
	uint64_t *seen = malloc(N * sizeof(*seen));
	struct arena *short_lived = arena_new();
	(void)state;

	assert_non_null(seen);
	for (int64_t i = 0; i < N; i++) {
		struct str code =
			code_format(short_lived, key, prefix, (struct code){.number = i, .year = 26});
		struct code back;

		assert_int_equal(code.len, CODE_LEN);
		seen[i] = symbols_of(code);
		if (i % 16 == 0) {
			assert_int_equal(code_parse(key, prefix, code, &back), 0);
			assert_int_equal(back.number, i);
			assert_int_equal(back.year, 26);
		}
		if (i % 1024 == 0) {
			arena_free(short_lived);
			short_lived = arena_new();
		}
	}
	arena_free(short_lived);
	qsort(seen, N, sizeof(*seen), by_value);
	for (size_t i = 1; i < N; i++)
		assert_true(seen[i] != seen[i - 1]);
	free(seen);
}

static void check_refused(const char *text)
{
	struct code code;

	if (code_parse(key, prefix, (struct str){text, CODE_LEN}, &code) != -EINVAL)
		fail_msg("%.15s", text);
}

static void slips_show(void **state)
{
	static const unsigned places[] = {3, 4, 6, 7, 8, 9, 11, 12, 13, 14};
	(void)state;

	for (int64_t number = 0; number < 2000; number++) {
		struct code code = {
			.number = number * 17179869 % CODE_NUMBER_MAX, .year = (int)(number % 100)};
		char *text = arena_cstr(arena, code_format(arena, key, prefix, code));

		for (unsigned i = 0; i < 10; i++) {
			char was = text[places[i]];

			for (unsigned s = 0; s < 32; s++) {
				text[places[i]] = alphabet[s];
				if (alphabet[s] != was)
					check_refused(text);
			}
			text[places[i]] = was;
			for (unsigned j = i + 1; j < 10; j++) {
				if (text[places[j]] == was)
					continue;
				text[places[i]] = text[places[j]];
				text[places[j]] = was;
				check_refused(text);
				text[places[j]] = text[places[i]];
				text[places[i]] = was;
			}
		}
	}
}

static void check_reads(const char *text, struct code want)
{
	struct code got = {0};

	if (code_parse(key, prefix, str_of(text), &got) != 0)
		fail_msg("%s", text);
	assert_int_equal(got.number, want.number);
	assert_int_equal(got.year, want.year);
}

static void however_it_is_typed(void **state)
{
	(void)state;
	for (int64_t number = 0; number < 3000; number++) {
		struct code code = {.number = number, .year = 10 + (int)(number % 2)};
		struct str text = code_format(arena, key, prefix, code);
		struct typed {
			char at[64];
		} lower = {{0}}, bare = {{0}}, spaced = {{0}}, mistaken = {{0}};

		for (size_t i = 0, n = 0; i < text.len; i++) {
			char c = text.at[i];

			lower.at[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
			mistaken.at[i] = (char)(c == '0' ? 'o' : c == '1' ? (number % 3 ? 'I' : 'l') : c);
			spaced.at[2 * i] = c == '-' ? ' ' : c;
			spaced.at[2 * i + 1] = ' ';
			if (c != '-')
				bare.at[n++] = c;
		}
		check_reads(lower.at, code);
		check_reads(bare.at, code);
		check_reads(spaced.at, code);
		check_reads(mistaken.at, code);
	}
}

static void other_text_is_no_code(void **state)
{
	struct str text = code_format(arena, key, prefix, (struct code){.number = 7, .year = 26});
	char *with_zero = arena_cstr(arena, text);
	struct code code;
	(void)state;

	for (size_t len = 0; len < text.len; len++)
		assert_int_equal(code_parse(key, prefix, (struct str){text.at, len}, &code), -EINVAL);
	assert_int_equal(
		code_parse(key, prefix, arena_printf(arena, "%.*sX", STR_ARG(text)), &code), -EINVAL);
	assert_int_equal(code_parse(key, STR("DN"), text, &code), -EINVAL);
	assert_int_equal(code_parse(key, prefix, STR("HN-2A-7K3M-9QXT"), &code), -EINVAL);
	assert_int_equal(code_parse(key, prefix, STR("HN-26-7K3M-9QXU"), &code), -EINVAL);
	assert_int_equal(code_parse(key, prefix, STR_NONE, &code), -EINVAL);
	with_zero[7] = '\0';
	assert_int_equal(code_parse(key, prefix, (struct str){with_zero, text.len}, &code), -EINVAL);
	/* A prefix with letters outside the alphabet, and with look-alikes. */
	text = code_format(arena, key, STR("UBOI"), (struct code){.number = CODE_NUMBER_MAX, .year = 99});
	assert_int_equal(code_parse(key, STR("UBOI"), text, &code), 0);
	assert_true(code.number == CODE_NUMBER_MAX);
	assert_int_equal(code.year, 99);
	assert_int_equal(code_parse(key, STR("UBOL"), text, &code), 0);
	assert_int_equal(code_parse(key, STR("VBOI"), text, &code), -EINVAL);
}

static void numbers_tell_nothing(void **state)
{
	struct str one = code_format(arena, key, prefix, (struct code){.number = 1, .year = 26});
	(void)state;

	assert_false(str_eq(one, code_format(arena, STR("another key of 32 bytes ........"), prefix,
					 (struct code){.number = 1, .year = 26})));
	assert_true(symbols_of(one) !=
		    symbols_of(code_format(arena, key, prefix, (struct code){.number = 1, .year = 27})));
	assert_memory_equal(one.at, "HN-26-", 6);
}

static void base32(void **state)
{
	(void)state;
	assert_true(str_eq(code_base32(arena, STR("")), STR("")));
	assert_true(str_eq(code_base32(arena, STR("f")), STR("CR")));
	assert_true(str_eq(code_base32(arena, STR("foobar")), STR("CSQPYRK1E8")));
	assert_true(str_eq(code_base32(arena, (struct str){"\xff\xff\xff\xff\xff", 5}), STR("ZZZZZZZZ")));
	assert_int_equal(code_base32(arena, (struct str){"0123456789abcdef", 16}).len, 26);
	assert_true(str_eq(code_base32_fold(arena, STR("csqp-yrki eBo")), STR("CSQPYRK1EB0")));
	assert_true(str_eq(code_base32_fold(arena, STR("")), STR("")));
	assert_null(code_base32_fold(arena, STR("CSQU")).at);
	assert_null(code_base32_fold(arena, STR("CSQ.")).at);
	assert_null(code_base32_fold(arena, (struct str){"AB\0C", 4}).at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_million_without_a_double, begin, end),
		cmocka_unit_test_setup_teardown(slips_show, begin, end),
		cmocka_unit_test_setup_teardown(however_it_is_typed, begin, end),
		cmocka_unit_test_setup_teardown(other_text_is_no_code, begin, end),
		cmocka_unit_test_setup_teardown(numbers_tell_nothing, begin, end),
		cmocka_unit_test_setup_teardown(base32, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

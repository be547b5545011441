/* Time-based codes: the vectors of RFC 6238, and that each counts once. */
#include "forge.h"

#include <stdio.h>

#include "auth/totp.h"

/* RFC 6238 appendix B, SHA-1; the last six of its eight digits. */
static const struct str rfc = {"12345678901234567890", 20};

static void vectors_of_the_rfc(void **state)
{
	static const struct {
		int64_t at;
		uint32_t code;
	} rows[] = {{59, 287082}, {1111111109, 81804}, {1111111111, 50471}, {1234567890, 5924},
		{2000000000, 279037}, {20000000000, 353130}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(totp_code(rfc, rows[i].at / TOTP_STEP_S), rows[i].code);
}

static struct str digits(const struct forge *f, int64_t step)
{
	return arena_printf(f->arena, "%06u", totp_code(rfc, step));
}

static void neighbours_count_and_others_do_not(void **state)
{
	struct forge *f = *state;
	const int64_t now = 59000000, step = now / TOTP_STEP_S;

	for (int64_t d = -3; d <= 3; d++)
		assert_int_equal(
			totp_step(rfc, digits(f, step + d), now, 0), d >= -1 && d <= 1 ? step + d : 0);
}

static void each_counts_once(void **state)
{
	struct forge *f = *state;
	const int64_t now = 59000000, step = now / TOTP_STEP_S;

	assert_int_equal(totp_step(rfc, digits(f, step), now, step - 1), step);
	assert_int_equal(totp_step(rfc, digits(f, step), now, step), 0);
	assert_int_equal(totp_step(rfc, digits(f, step - 1), now, step), 0);
	assert_int_equal(totp_step(rfc, digits(f, step + 1), now, step), step + 1);
}

static void what_is_a_code(void **state)
{
	(void)state;
	for (const char *const *typed = (const char *[]){"123456", "123 456", " 000000 ", NULL}; *typed;
		typed++)
		assert_true(totp_is_code(str_of(*typed)));
	for (const char *const *typed = (const char *[]){"", "12345", "1234567", "12345a", "-12345",
		     "12345\xd9\xa1", "0x1234", NULL};
		*typed; typed++)
		assert_false(totp_is_code(str_of(*typed)));
	assert_false(totp_is_code(STR_NONE));
}

static void as_an_authenticator_reads_it(void **state)
{
	struct forge *f = *state;
	struct str text = totp_text(f->arena, rfc);

	assert_true(str_eq(text, STR("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")));
	assert_true(str_eq(totp_text(f->arena, STR("fo")), STR("MZXQ")));
	assert_true(str_eq(totp_uri(f->arena, text, STR("h\xc3\xa0 n\xe1\xbb\x99i:8080"), STR("lan@sxd")),
		STR("otpauth://totp/"
		    "h%C3%A0%20n%E1%BB%99i%3A8080:lan%40sxd?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
		    "&issuer=h%C3%A0%20n%E1%BB%99i%3A8080")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(vectors_of_the_rfc),
		cmocka_unit_test(neighbours_count_and_others_do_not), cmocka_unit_test(each_counts_once),
		cmocka_unit_test(what_is_a_code), cmocka_unit_test(as_an_authenticator_reads_it)};

	return cmocka_run_group_tests(tests, forge_setup, forge_teardown);
}

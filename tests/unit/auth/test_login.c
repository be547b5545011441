/* One-time sign-in codes. */
#include "forge.h"

#include "auth/login.h"

static struct str hash(const struct forge *f, const char *login, const char *typed)
{
	return login_code_hash(f->arena, f->keys, str_of(login), str_of(typed));
}

static void form(void **state)
{
	struct forge *f = *state;
	struct str last = STR_NONE;

	for (int i = 0; i < 1000; i++) {
		struct str code = login_code_new(f->arena);

		assert_int_equal(code.len, 19);
		for (size_t k = 0; k < code.len; k++)
			assert_true(k % 5 == 4 ? code.at[k] == '-'
					       : memchr("0123456789ABCDEFGHJKMNPQRSTVWXYZ", code.at[k], 32) !=
							 NULL);
		assert_false(str_eq(code, last));
		last = code;
	}
}

static void typed_in_any_way(void **state)
{
	struct forge *f = *state;
	struct str stored = hash(f, "lan", "ABCD-EFGH-0123-JKMN");

	assert_int_equal(stored.len, 32);
	for (const char *const *typed = (const char *[]){"ABCDEFGH0123JKMN", "abcd efgh o123 jkmn",
		     "abcd-efgh-Oi23-jkmn", "  ABCD--EFGH - 0L23 JKMN ", NULL};
		*typed; typed++)
		assert_true(str_eq_secret(stored, hash(f, "lan", *typed)));
}

static void another_code_or_account_differs(void **state)
{
	struct forge *f = *state;
	struct str stored = hash(f, "lan", "ABCD-EFGH-0123-JKMN");

	assert_false(str_eq(stored, hash(f, "lan", "ABCD-EFGH-0123-JKMP")));
	assert_false(str_eq(stored, hash(f, "lan", "BACD-EFGH-0123-JKMN")));
	assert_true(str_eq(stored, hash(f, "Lan", "ABCD-EFGH-0123-JKMN")));
	assert_false(str_eq(stored, hash(f, "", "ABCD-EFGH-0123-JKMN")));
	assert_false(str_eq(stored, hash(f, "lanA", "BCD-EFGH-0123-JKMN0")));
}

static void nonsense_is_absent(void **state)
{
	struct forge *f = *state;

	for (const char *const *typed = (const char *[]){"", "-", "ABCD-EFGH-0123-JKM",
		     "ABCD-EFGH-0123-JKMN0", "ABCD-EFGH-0123-JKMU", "ABCD-EFGH-0123-JKM\xc4\x90",
		     "ABCD_EFGH_0123_JKMN",
		     "ABCDEFGH0123JKMN                                                                ",
		     NULL};
		*typed; typed++)
		assert_null(hash(f, "lan", *typed).at);
	assert_null(hash(f, NULL, "ABCD-EFGH-0123-JKMN").at);
	assert_null(hash(f, "lan", NULL).at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(form),
		cmocka_unit_test(typed_in_any_way),
		cmocka_unit_test(another_code_or_account_differs),
		cmocka_unit_test(nonsense_is_absent),
	};

	return cmocka_run_group_tests(tests, forge_setup, forge_teardown);
}

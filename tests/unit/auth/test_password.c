/* Passwords. */
#include "forge.h"

#include "auth/password.h"

enum {
	MIB = 8
};

static void right_and_wrong(void **state)
{
	struct forge *f = *state;
	const struct uuid account = uuid_new(), somebody = uuid_new();
	struct str password = STR("m\xc3\xb9"
				  "a thu");
	struct digest key = password_key(f->keys, &account, password),
		      other = password_key(f->keys, &account, STR("mua thu")),
		      theirs = password_key(f->keys, &somebody, password);
	char hash[PASSWORD_HASH_SIZE], again[PASSWORD_HASH_SIZE];

	assert_true(password_hash(&key, MIB, hash) && password_hash(&key, MIB, again));
	assert_true(str_starts(str_of(hash), STR("$argon2id$v=19$m=8192,t=2,p=1$")));
	assert_string_not_equal(hash, again);
	assert_int_equal(password_check(&key, str_of(hash), MIB), PASSWORD_RIGHT);
	assert_int_equal(password_check(&key, str_of(again), MIB), PASSWORD_RIGHT);
	assert_int_equal(password_check(&other, str_of(hash), MIB), PASSWORD_WRONG);
	assert_int_equal(password_check(&theirs, str_of(hash), MIB), PASSWORD_WRONG);
}

static void no_hash_and_broken_ones_are_wrong(void **state)
{
	struct forge *f = *state;
	struct digest key = password_key(f->keys, &(struct uuid){{0}}, STR("x"));
	char hash[PASSWORD_HASH_SIZE];

	assert_true(password_hash(&key, MIB, hash));
	assert_int_equal(password_check(&key, STR_NONE, MIB), PASSWORD_WRONG);
	assert_int_equal(password_check(&key, STR(""), MIB), PASSWORD_WRONG);
	assert_int_equal(password_check(&key, (struct str){hash, strlen(hash) - 1}, MIB), PASSWORD_WRONG);
	assert_int_equal(
		password_check(&key, arena_printf(f->arena, "%s%0128d", hash, 0), MIB), PASSWORD_WRONG);
}

static void dated(void **state)
{
	struct forge *f = *state;
	struct digest key = password_key(f->keys, &(struct uuid){{0}}, STR("x"));
	char hash[PASSWORD_HASH_SIZE];

	assert_true(password_hash(&key, MIB, hash));
	assert_false(password_is_dated(str_of(hash), MIB));
	assert_true(password_is_dated(str_of(hash), MIB + 1));
	assert_false(password_is_dated(STR_NONE, MIB));
}

static void weak_ones(void **state)
{
	static const struct {
		const char *password, *login, *weakness;
	} rows[] = {{"", "lan", "short"}, {"elevenchars", "lan", "short"},
		{"aaaaaaaaaaaaaaaaaa", "lan", "few"}, {"abcdabcdabcdabcd", "lan", "few"},
		{"xin LAN. Chao cac ban", "lan", "login"}, {"twelve chars", "lan", NULL},
		{"n\xc4\x83m c\xe1\xbb\xad"
		 "a \xc3\xb4",
			"lan", "short"},
		{"n\xc4\x83m c\xe1\xbb\xad"
		 "a \xc3\xb4 v\xc3\xa0ng",
			"lan", NULL}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *found = password_weakness(str_of(rows[i].password), str_of(rows[i].login));
		assert_true(found == rows[i].weakness ||
			    (found && rows[i].weakness && strcmp(found, rows[i].weakness) == 0));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(right_and_wrong),
		cmocka_unit_test(no_hash_and_broken_ones_are_wrong), cmocka_unit_test(dated),
		cmocka_unit_test(weak_ones)};

	return cmocka_run_group_tests(tests, forge_setup, forge_teardown);
}

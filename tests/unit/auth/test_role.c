/* Roles: bit, name and set agree. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "auth/role.h"

static void names_and_bits_agree(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ROLE_COUNT; i++) {
		role_set set = 0;

		assert_true(role_find(str_of(role_name((enum role_bit)i)), &set));
		assert_int_equal(set, 1u << i);
	}
}

static void unknown_names_are_no_roles(void **state)
{
	const char *names[] = {"", "Clerk", "clerk ", "cler", "root", "public", "ticket", "HEAD"};
	role_set set;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_false(role_find(str_of(names[i]), &set));
	assert_false(role_find(STR_NONE, &set));
}

static void sets_do_not_overlap_with_the_markers(void **state)
{
	(void)state;
	assert_int_equal(STAFF & (ROLE_PUBLIC | ROLE_TICKET), 0);
	assert_int_equal(STAFF, (1u << ROLE_COUNT) - 1);
	assert_int_equal(HANDLERS & (CLERK | LEADER | AUDITOR | ADMIN), 0);
	assert_int_equal(CLERK, 1);
	assert_int_equal(ADMIN, 1u << (ROLE_COUNT - 1));
}

static void names_of_sets_leave_the_markers_out(void **state)
{
	struct arena *arena = arena_new();
	unsigned n = 9;
	const struct str *names = role_names(arena, OFFICER | ADMIN | ROLE_PUBLIC | ROLE_SELF, &n);

	(void)state;
	assert_int_equal(n, 2);
	assert_true(str_eq(names[0], STR("officer")));
	assert_true(str_eq(names[1], STR("admin")));
	role_names(arena, ROLE_TICKET | ROLE_UPLOAD, &n);
	assert_int_equal(n, 0);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_bits_agree),
		cmocka_unit_test(unknown_names_are_no_roles),
		cmocka_unit_test(sets_do_not_overlap_with_the_markers),
		cmocka_unit_test(names_of_sets_leave_the_markers_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

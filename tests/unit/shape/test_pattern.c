/* shape/pattern.h: the patterns of the contract. */
#include "input.h"

#include "shape/pattern.h"

static void codes(void **state)
{
	static const char *const good[] = {
		"HN-SXD", "roads.surface", "00316", "trees_lighting.trees", "a", "any"};
	static const char *const bad[] = {"", "-a", ".a", "_a", "a b", "a/b", "é", "a\n", "a;b", "a%"};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(str_eq(pattern_code(arena, str_of(good[i])), str_of(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_null(pattern_code(arena, str_of(bad[i])).at);
	arena_free(arena);
}

static void contacts_get_their_normal_form(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_str(pattern_phone(arena, STR("0900 000 001")), "+84900000001");
	assert_null(pattern_phone(arena, STR("0900")).at);
	assert_str(pattern_email(arena, STR("Mau@Example.ORG")), "Mau@example.org");
	assert_null(pattern_email(arena, STR("mau@")).at);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes),
		cmocka_unit_test(contacts_get_their_normal_form),
	};

	return cmocka_run_group_tests(tests, input_setup, NULL);
}

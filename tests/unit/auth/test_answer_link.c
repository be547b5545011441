/* Links that answer one question: form, and what does not fit. */
#include "forge.h"

#include "auth/answer_link.h"
#include "auth/ticket_secret.h"

static void is_checked(void **state)
{
	struct forge *f = *state;

	for (int64_t n = 0; n < 20; n++)
		for (int64_t g = 1; g < 100000000; g *= 37) {
			struct answer_link made = {n, g, 1 + n, 1764000000 + n}, read = {.number = n};
			struct str text = answer_link_text(f->arena, f->keys, &made);

			assert_true(answer_link_check(f->keys, text, &read));
			assert_int_equal(read.generation, g);
			assert_int_equal(read.question, made.question);
			assert_int_equal(read.until, made.until);
			read.number = n + 1;
			assert_false(answer_link_check(f->keys, text, &read));
		}
}

static void nobody_makes_it_longer(void **state)
{
	struct forge *f = *state;
	struct answer_link link = {7, 1, 3, 1764000000};
	char *text = arena_cstr(f->arena, answer_link_text(f->arena, f->keys, &link));

	for (size_t i = 0; text[i]; i++) {
		char was = text[i];

		text[i] = was == '1' ? '2' : '1';
		assert_false(answer_link_check(f->keys, str_of(text), &link));
		text[i] = was;
	}
	assert_true(answer_link_check(f->keys, str_of(text), &link));
}

static void nonsense(void **state)
{
	struct forge *f = *state;
	struct answer_link link = {5, 1, 2, 1764000000};
	struct str s = answer_link_text(f->arena, f->keys, &link);
	const struct str table[] = {
		STR_NONE,
		STR(""),
		STR("."),
		STR(".."),
		STR("1.2.1764000000."),
		STR("1.2.1764000000"),
		{s.at, s.len - 1},
		{s.at + 1, s.len - 1},
		ticket_secret(f->arena, f->keys, 5, 1),
		arena_printf(f->arena, "0%.*s", STR_ARG(s)),
		arena_printf(f->arena, "+%.*s", STR_ARG(s)),
		arena_printf(f->arena, " %.*s", STR_ARG(s)),
		arena_printf(f->arena, "%.*s0", STR_ARG(s)),
		arena_printf(f->arena, "%.*s.", STR_ARG(s)),
		arena_printf(f->arena, "%.*s%120s", STR_ARG(s), "0"),
		STR("99999999999999999999.1764000000.00000000000000000000000000"),
		STR("1.99999999999999999999.00000000000000000000000000"),
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		assert_false(answer_link_check(f->keys, table[i], &link));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_checked),
		cmocka_unit_test(nobody_makes_it_longer),
		cmocka_unit_test(nonsense),
	};

	return cmocka_run_group_tests(tests, forge_setup, forge_teardown);
}

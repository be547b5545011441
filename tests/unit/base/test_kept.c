/* Kept pages: found only for the ticket, secret and time they are for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/kept.h"

enum {
	PLACES = 8
};

static struct arena *arena;
static struct kept *kept;

static void keep(int64_t number, int64_t generation, int64_t version, const char *body)
{
	const struct kept_page page = {
		.number = number, .generation = generation, .version = version, .fresh_until_ms = 1000};

	kept_keep(kept, &page, str_of(body));
}

static void assert_kept(int64_t number, int64_t generation, int64_t now_ms, int64_t version, const char *body)
{
	const struct kept_page ticket = {.number = number, .generation = generation};
	struct str found = STR_NONE;

	assert_int_equal(kept_find(kept, &ticket, now_ms, arena, &found), version);
	if (version == KEPT_NONE)
		assert_null(found.at);
	else
		assert_true(str_eq(found, str_of(body)));
}

static void test_only_its_own_page(void **state)
{
	(void)state;
	assert_kept(5, 1, 0, KEPT_NONE, NULL);
	keep(5, 1, 7, "{\"five\":7}");
	assert_kept(5, 1, 0, 7, "{\"five\":7}");
	assert_kept(5 + PLACES, 1, 0, KEPT_NONE, NULL);
	assert_kept(5, 2, 0, KEPT_NONE, NULL);
	keep(5, 1, 8, "{\"five\":8,\"longer\":true}");
	assert_kept(5, 1, 0, 8, "{\"five\":8,\"longer\":true}");
}

static void test_fresh_until(void **state)
{
	(void)state;
	keep(6, 1, 1, "{}");
	assert_kept(6, 1, 999, 1, "{}");
	assert_kept(6, 1, 1000, KEPT_NONE, NULL);
}

static void test_the_last_one_takes_the_place(void **state)
{
	(void)state;
	keep(1, 1, 1, "{\"a\":1}");
	keep(1 + PLACES, 1, 1, "{\"b\":1}");
	assert_kept(1, 1, 0, KEPT_NONE, NULL);
	assert_kept(1 + PLACES, 1, 0, 1, "{\"b\":1}");
}

static void test_long_pages_are_not_kept(void **state)
{
	char *body = test_malloc(KEPT_BODY_MAX + 2);

	(void)state;
	for (size_t i = 0; i <= KEPT_BODY_MAX; i++)
		body[i] = 'x';
	body[KEPT_BODY_MAX + 1] = '\0';
	keep(2, 1, 1, body);
	assert_kept(2, 1, 0, KEPT_NONE, NULL);
	body[KEPT_BODY_MAX] = '\0';
	keep(2, 1, 1, body);
	assert_kept(2, 1, 0, 1, body);
	test_free(body);
}

static void test_no_place_at_all(void **state)
{
	struct kept *before = kept;

	(void)state;
	kept = kept_new(0);
	keep(3, 1, 1, "{}");
	assert_kept(3, 1, 0, KEPT_NONE, NULL);
	kept_free(kept);
	kept = before;
	kept_free(NULL);
}

static int setup(void **state)
{
	(void)state;
	arena_reserve(1 << 16);
	arena = arena_new();
	kept = kept_new(PLACES);
	return arena != NULL && kept != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	kept_free(kept);
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_its_own_page),
		cmocka_unit_test(test_fresh_until),
		cmocka_unit_test(test_the_last_one_takes_the_place),
		cmocka_unit_test(test_long_pages_are_not_kept),
		cmocka_unit_test(test_no_place_at_all),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

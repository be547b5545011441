/* Kept pages: found only under their own key and until their time, and the one asked for longest ago goes. */
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

static void keep(uint64_t number, uint64_t generation, int64_t version, const char *body)
{
	const struct kept_key key = {{number, generation}};

	kept_keep(kept, &key, (struct kept_stamp){version, 10 * version, 1000}, 0, str_of(body));
}

static void assert_kept(
	uint64_t number, uint64_t generation, int64_t now_ms, int64_t version, const char *body)
{
	const struct kept_key key = {{number, generation}};
	struct str found = STR_NONE;
	struct kept_stamp stamp = kept_find(kept, &key, now_ms, arena, &found);

	assert_int_equal(stamp.version, version);
	if (version == KEPT_NONE) {
		assert_int_equal(stamp.basis, KEPT_NONE);
		assert_null(found.at);
	} else {
		assert_int_equal(stamp.basis, 10 * version);
		assert_true(str_eq(found, str_of(body)));
	}
}

static void test_only_its_own_page(void **state)
{
	(void)state;
	assert_kept(5, 1, 0, KEPT_NONE, NULL);
	keep(5, 1, 7, "{\"five\":7}");
	assert_kept(5, 1, 0, 7, "{\"five\":7}");
	assert_kept(6, 1, 0, KEPT_NONE, NULL);
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
	assert_kept(6, 1, 999, KEPT_NONE, NULL); /* it was forgotten */
	kept_keep(kept, &(struct kept_key){{6, 1}}, (struct kept_stamp){1, 1, 1000}, 1000, STR("{}"));
	assert_kept(6, 1, 999, KEPT_NONE, NULL); /* nor is what is over kept */
}

/* All parts of the key count, and pages that share a set do not take each other's place. */
static void test_each_part_of_the_key(void **state)
{
	struct kept_key key = {{20, 0, 0, 0}};
	struct str found;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		key = (struct kept_key){{0}};
		key.part[i] = 20;
		kept_keep(kept, &key, (struct kept_stamp){i, 0, 1000}, 0, STR("{}"));
	}
	for (unsigned i = 0; i < 4; i++) {
		key = (struct kept_key){{0}};
		key.part[i] = 20;
		assert_int_equal(kept_find(kept, &key, 0, arena, &found).version, i);
	}
}

/* A lease is renewed for the page of that version alone, and ends with another page. */
static void test_leases(void **state)
{
	const struct kept_key key = {{9, 1}}, other = {{10, 1}};
	const struct kept_lease lease = {500, 3};
	struct str found;

	(void)state;
	keep(9, 1, 7, "{}");
	assert_int_equal(kept_find(kept, &key, 0, arena, &found).lease.until_us, 0);
	kept_renew(kept, &key, 8, lease);
	kept_renew(kept, &other, 7, lease);
	assert_int_equal(kept_find(kept, &key, 0, arena, &found).lease.until_us, 0);
	kept_renew(kept, &key, 7, lease);
	assert_int_equal(kept_find(kept, &key, 0, arena, &found).lease.until_us, 500);
	assert_int_equal(kept_find(kept, &key, 0, arena, &found).lease.epoch, 3);
	assert_kept(10, 1, 0, KEPT_NONE, NULL);
	keep(9, 1, 8, "{}");
	assert_int_equal(kept_find(kept, &key, 0, arena, &found).lease.until_us, 0);
}

static unsigned count_kept(uint64_t first, uint64_t last)
{
	unsigned n = 0;

	for (uint64_t i = first; i <= last; i++) {
		struct str found;
		n += kept_find(kept, &(struct kept_key){{i}}, 0, arena, &found).version != KEPT_NONE;
	}
	return n;
}

static void test_who_was_asked_for_longest_ago_goes(void **state)
{
	(void)state;
	kept_free(kept);
	kept = kept_new(4, KEPT_TICKET_MAX); /* one set */
	for (uint64_t i = 1; i <= 4; i++)
		keep(i, 0, 1, "{}");
	assert_int_equal(count_kept(1, 4), 4);
	assert_kept(1, 0, 0, 1, "{}"); /* now 2 is the one */
	keep(5, 0, 1, "{}");
	assert_kept(2, 0, 0, KEPT_NONE, NULL);
	assert_int_equal(count_kept(1, 5), 4);
	kept_free(kept);
	kept = kept_new(PLACES, KEPT_TICKET_MAX);
}

/* Tickets in a row, and ids that differ somewhere, find room for as many as there is: hardly a set has too
 * many. */
static void test_keys_are_spread(void **state)
{
	enum {
		MANY = 1024,
		HALF = MANY / 2
	};

	(void)state;
	kept_free(kept);
	kept = kept_new(MANY, KEPT_TICKET_MAX);
	for (uint64_t i = 0; i < HALF; i++)
		keep(i, 1, 1, "{}");
	for (uint64_t i = 0; i < HALF; i++)
		assert_kept(i, 1, 0, 1, "{}");
	for (uint64_t i = 0; i < HALF; i++)
		keep(i << 48, 2, 1, "{}");
	unsigned left = 0;
	for (uint64_t i = 0; i < HALF; i++) {
		struct str found;
		left += kept_find(kept, &(struct kept_key){{i << 48, 2}}, 0, arena, &found).version == 1;
	}
	assert_in_range(left, HALF * 9 / 10, HALF);
	kept_free(kept);
	kept = kept_new(PLACES, KEPT_TICKET_MAX);
}

static void test_long_pages_are_not_kept(void **state)
{
	char *body = test_malloc(KEPT_TICKET_MAX + 2);

	(void)state;
	for (size_t i = 0; i <= KEPT_TICKET_MAX; i++)
		body[i] = 'x';
	body[KEPT_TICKET_MAX + 1] = '\0';
	keep(2, 1, 1, body);
	assert_kept(2, 1, 0, KEPT_NONE, NULL);
	body[KEPT_TICKET_MAX] = '\0';
	keep(2, 1, 1, body);
	assert_kept(2, 1, 0, 1, body);
	test_free(body);
}

static void test_no_place_at_all(void **state)
{
	struct kept *before = kept;

	(void)state;
	kept = kept_new(0, KEPT_TICKET_MAX);
	keep(3, 1, 1, "{}");
	kept_renew(kept, &(struct kept_key){{3, 1}}, 1, (struct kept_lease){1, 1});
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
	kept = kept_new(PLACES, KEPT_TICKET_MAX);
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
		cmocka_unit_test(test_each_part_of_the_key),
		cmocka_unit_test(test_leases),
		cmocka_unit_test(test_who_was_asked_for_longest_ago_goes),
		cmocka_unit_test(test_keys_are_spread),
		cmocka_unit_test(test_long_pages_are_not_kept),
		cmocka_unit_test(test_no_place_at_all),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

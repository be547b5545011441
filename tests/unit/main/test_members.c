/* Members of JSON objects, and what is said of tickets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "command/members.h"
#include "command/standing.h"

static void is(struct str got, const char *want)
{
	struct str expected = str_of(want);

	assert_int_equal(got.len, expected.len);
	assert_memory_equal(got.at, expected.at, got.len);
}

static void test_members(void **state)
{
	struct str rest = STR(
		"{\"a\": 1, \"b\\\"}\": {\"x\": [\"]\", {}]}, \"c\": null, \"d\": \"\\\\\", \"e\": []} tail");
	static const char *const want[][2] = {{"a", "1"}, {"b\\\"}", "{\"x\": [\"]\", {}]}"}, {"c", "null"},
		{"d", "\"\\\\\""}, {"e", "[]"}};
	struct str name, value;

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_true(member_name(&rest, &name));
		assert_true(member_value(&rest, &value));
		is(name, want[i][0]);
		is(value, want[i][1]);
	}
	assert_false(member_name(&rest, &name));
	is(rest, " tail");
}

static void test_elements(void **state)
{
	struct str rest = STR("[[1, \"a\"], [], \"b\", 2]"), inner, value;

	(void)state;
	assert_true(element_next(&rest, &inner));
	assert_true(element_next(&inner, &value));
	is(value, "1");
	assert_true(element_next(&inner, &value));
	is(member_plain(value), "a");
	assert_false(element_next(&inner, &value));
	assert_true(element_next(&rest, &inner));
	assert_false(element_next(&inner, &value));
	assert_true(element_next(&rest, &value));
	assert_true(element_next(&rest, &value));
	is(value, "2");
	assert_false(element_next(&rest, &value));
}

static void test_what_is_no_json_ends_early(void **state)
{
	static const char *const texts[] = {"", "null", "1", "{", "{\"", "{\"a", "{\"a\"",
		"{\"a\": ", "{\"a\": \"", "{\"a\": \"\\", "{\"a\": {", "{\"a\": [\"]", "{\"a\": ]", "[", "[[",
		"]", "}", "{]", "{\"a\": }"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct str rest = str_of(texts[i]), name, value;
		size_t n = 0;

		while (member_name(&rest, &name) && member_value(&rest, &value))
			n++;
		assert_int_equal(n, 0);
		rest = str_of(texts[i]);
		while (n < 9 && element_next(&rest, &value))
			n++;
		assert_true(n <= 1);
	}
}

static void test_null_is_absent(void **state)
{
	(void)state;
	assert_null(member_plain(STR("null")).at);
	is(member_plain(STR("\"null\"")), "null");
	is(member_plain(STR("\"\"")), "");
	is(member_plain(STR("true")), "true");
}

static void test_standing(void **state)
{
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena, 1);
	struct buf scratch = {.arena = arena};
	struct str a = STR("{\"kind\": \"feedback\", \"state\": \"open\", \"policy\": null, \"x\": "
			   "{\"kind\": 1}, \"version\": 2} rest");
	struct str b = STR("{\"version\": 2, \"state\": \"open\", \"kind\": \"feedback\"}");
	struct str c = STR("{\"version\": 2, \"state\": \"open\", \"area\": \"feedback\"}");
	struct standing s, t, u;

	(void)state;
	assert_non_null(facts);
	standing_read(&a, &s);
	standing_read(&b, &t);
	standing_read(&c, &u);
	is(a, " rest");
	is(s.field[STANDING_KIND], "feedback");
	assert_null(s.field[STANDING_POLICY].at);
	assert_true(standing_hash(facts, &scratch, &s) == standing_hash(facts, &scratch, &t));
	assert_true(standing_hash(facts, &scratch, &s) != standing_hash(facts, &scratch, &u));
	assert_true(standing_hash_began(facts, &scratch, &s) == standing_hash_began(facts, &scratch, &u));
	arena_free(arena);
}

static void test_facts_come_back_in_order(void **state)
{
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena, 2);
	struct fact_key key = facts_key(facts, STR("a")), other = facts_key(facts, STR("b"));
	size_t all = 0, n;

	(void)state;
	facts_put(facts, FACT_SAID, key, 7, 70);
	facts_put(facts, FACT_TICKET, key, -1, 1);
	facts_put(facts, FACT_SAID, other, 1, 10);
	facts_suspect(facts, other);
	assert_true(facts_flush(facts));
	facts_be(facts, 1);
	facts_put(facts, FACT_SAID, key, INT64_MAX, 80);
	facts_put(facts, FACT_SAID, key, 6, 60);
	assert_true(facts_flush(facts));
	for (size_t bin = 0; bin < FACTS_BINS; bin++) {
		struct fact *some = facts_read(facts, bin, &n);

		all += n;
		for (size_t i = 1; i < n; i++)
			assert_true(some[i - 1].key.half[0] < some[i].key.half[0] ||
				    some[i - 1].is <= some[i].is);
		for (size_t i = 0; i < n; i++)
			if (some[i].hash == 80)
				assert_true(fact_what(&some[i]) == FACT_SAID && fact_version(&some[i]) > 7);
		free(some);
	}
	assert_int_equal(all, 5);
	struct fact *suspects = facts_suspects(facts, &n);
	assert_int_equal(n, 1);
	assert_memory_equal(&suspects->key, &other, sizeof(other));
	free(suspects);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_what_is_no_json_ends_early),
		cmocka_unit_test(test_null_is_absent),
		cmocka_unit_test(test_standing),
		cmocka_unit_test(test_facts_come_back_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

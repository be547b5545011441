/* Entries as they are stored, and what is signed of a root. */
#include "unit.h"

#include <string.h>

#include <cmocka.h>

#include "civil/record.h"

static void entries_come_back(void **state)
{
	struct buf b = {.arena = arena};
	struct record_entry put[3] = {{.at_us = 1}, {.at_us = INT64_C(1790000000123456)},
		{.at_us = INT64_MAX}},
			    got;

	(void)state;
	for (int i = 0; i < 3; i++) {
		put[i].event = uuid_new();
		put[i].hash = digest_sha256((struct str){"abc", (size_t)i});
		record_put(&b, &put[i]);
	}
	assert_int_equal(buf_str(&b).len, 3 * RECORD_ENTRY_SIZE);
	for (size_t i = 0; i < 3; i++) {
		got = record_entry(buf_str(&b), i);
		assert_int_equal(got.at_us, put[i].at_us);
		assert_true(uuid_eq(&got.event, &put[i].event));
		assert_memory_equal(got.hash.byte, put[i].hash.byte, DIGEST_SIZE);
	}
	/* Big endian, as others read it. */
	assert_memory_equal(buf_str(&b).at, "\0\0\0\0\0\0\0\1", 8);
}

static void what_is_signed(void **state)
{
	struct record_root root = {.number = 17, .at_ms = INT64_C(1795725577123), .events = 42};
	struct str zeros = STR("0000000000000000000000000000000000000000000000000000000000000000");
	struct str said;

	(void)state;
	root.root = digest_sha256(STR(""));
	said = record_statement(arena, &root);
	assert_true(str_eq(said,
		arena_printf(arena,
			"tiepdan record 1\nnumber 17\nat 2026-11-26T20:39:37.123Z\nevents 42\nroot "
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\nprevious %.*s\n",
			STR_ARG(zeros))));
	struct digest chain = record_chain(said), want = digest_sha256(said);
	assert_memory_equal(chain.byte, want.byte, DIGEST_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(entries_come_back, begin, end),
		cmocka_unit_test_setup_teardown(what_is_signed, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

/* 160 bits in base 32: the first symbols of ff 00 ff 00 ... are 11111 11100 00000 01111 11110 00000 00 */
static void on_paper(void **state)
{
	struct record_known known;
	struct digest chain, other;
	struct str text;

	(void)state;
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		chain.byte[i] = i % 2 == 0 ? 0xff : 0;
	text = record_short(arena, 4711, &chain);
	assert_int_equal(text.len, 4 + 1 + 39);
	assert_true(str_starts(text, STR("4711:ZW0F-Y0")));
	assert_true(record_known_read(arena, text, &known));
	assert_int_equal(known.number, 4711);
	assert_true(record_known_is(arena, &known, &chain));
	for (const char *c = text.at; *c; c++) /* as somebody types it */
		((char *)text.at)[c - text.at] = (char)(*c == '-' ? ' ' : *c >= 'A' ? *c + 'a' - 'A' : *c);
	assert_true(record_known_read(arena, text, &known) && record_known_is(arena, &known, &chain));
	other = chain;
	other.byte[19] ^= 1;
	assert_false(record_known_is(arena, &known, &other));
	other = chain;
	other.byte[20] ^= 1; /* behind what is printed */
	assert_true(record_known_is(arena, &known, &other));
	text = arena_printf(arena, "4711:%.*s", STR_ARG(digest_hex(arena, digest_bytes(&chain))));
	assert_true(record_known_read(arena, text, &known) && record_known_is(arena, &known, &chain));
	assert_false(record_known_is(arena, &known, &other));
	for (const char *const *bad = (const char *[]){"", "4711", "4711:", "0:ZW0F", "-1:x", "x:ZW0F-Y03Z",
		     "4711:ZW0F-Y03Z-07W1", "4711:ZW0F-Y03Z-07W1-ZR0F-Y03Z-07W1-ZR0F-Y00U", NULL};
		*bad; bad++)
		assert_false(record_known_read(arena, str_of(*bad), &known));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(entries_come_back, begin, end),
		cmocka_unit_test_setup_teardown(what_is_signed, begin, end),
		cmocka_unit_test_setup_teardown(on_paper, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

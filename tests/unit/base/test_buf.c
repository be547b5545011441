/* base/buf.h: growing, JSON strings, and running out of memory. */
#include "unit.h"

#include <string.h>

#include "base/buf.h"
#include "base/fail.h"

static int make_arena(void **state)
{
	*state = arena_new();
	return *state ? 0 : -1;
}

static int free_arena(void **state)
{
	fail_arm(NULL);
	arena_free(*state);
	return 0;
}

static int make_reserve(void **state)
{
	(void)state;
	arena_reserve(64 << 10);
	return 0;
}

static void growing(void **state)
{
	struct buf b = {.arena = *state};

	assert_str(buf_str(&b), "");
	for (int i = 0; i < 100000; i++)
		buf_byte(&b, (char)('a' + i % 26));
	assert_int_equal(b.len, 100000);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(b.at[i], 'a' + i % 26);
}

static void printing(void **state)
{
	struct buf b = {.arena = *state};
	char big[500];

	memset(big, 'y', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	buf_printf(&b, "%d-%s", 7, "x");
	buf_put(&b, STR_NONE);
	buf_put(&b, STR("!"));
	assert_str(buf_str(&b), "7-x!");
	buf_printf(&b, "%s", big);
	assert_int_equal(b.len, 4 + sizeof(big) - 1);
	assert_memory_equal(b.at + 4, big, sizeof(big) - 1);
}

static void json_strings(void **state)
{
	struct buf b = {.arena = *state};

	buf_json(&b, STR_NONE);
	buf_json(&b, STR(""));
	buf_json(&b, STR("a\"b\\c/\b\f\n\r\t\0\x01\x1f\x7f"));
	buf_json(&b, STR("Hà Nội"));
	assert_str(buf_str(&b), "null\"\"\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0000\\u0001\\u001f\x7f\"\"Hà Nội\"");
}

static void json_members(void **state)
{
	struct buf b = {.arena = *state};

	buf_byte(&b, '{');
	buf_member(&b, "a", STR("x\"{"));
	buf_member(&b, "b", STR_NONE);
	buf_byte(&b, ',');
	buf_put(&b, STR("\"c\":{"));
	buf_member_instant(&b, "at", 1000);
	buf_member_instant(&b, "never", INT64_MIN);
	buf_put(&b, STR("}}"));
	assert_str(buf_str(&b),
		"{\"a\":\"x\\\"{\",\"b\":null,\"c\":{\"at\":\"1970-01-01T00:00:01.000Z\",\"never\":null}}");
}

static void small_answers_without_memory(void **state)
{
	struct buf b = {.arena = *state};

	fail_arm("malloc:1+");
	for (int i = 0; i < 8000; i++)
		buf_byte(&b, 'z');
	assert_int_equal(b.len, 8000);
	assert_true(arena_failed(*state));
	/* Beyond 8 KiB nothing comes from the reserve: bytes are dropped, what is there stays. */
	for (int i = 0; i < 8000; i++)
		buf_byte(&b, 'z');
	assert_int_equal(b.len, 8192);
	buf_printf(&b, "%d", 12345);
	assert_int_equal(b.len, 8192);
}

static void a_big_put_without_memory(void **state)
{
	struct buf b = {.arena = *state};
	static char big[100000];

	buf_put(&b, STR("kept"));
	fail_arm("malloc:1+");
	buf_put(&b, (struct str){big, sizeof(big)});
	assert_str(buf_str(&b), "kept");
	assert_true(arena_failed(*state));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(growing, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(printing, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(json_strings, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(json_members, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(small_answers_without_memory, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(a_big_put_without_memory, make_arena, free_arena),
	};

	return cmocka_run_group_tests(tests, make_reserve, NULL);
}

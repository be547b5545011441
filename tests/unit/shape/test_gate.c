/* shape/gate.h: what is JSON and what is not. */
#include "input.h"

#include <jansson.h>
#include <string.h>

#include "shape/gate.h"

static bool accepts(struct str json)
{
	struct arena *arena = arena_new();
	struct shape_refusal refusal = {.line = -1};
	json_t *tree = shape_parse(arena, json, &refusal);

	if (!tree) {
		assert_non_null(refusal.why[LANG_VI]);
		assert_non_null(refusal.why[LANG_EN]);
	}
	arena_free(arena);
	return tree != NULL;
}

static const char *why_not(struct str json)
{
	struct arena *arena = arena_new();
	struct shape_refusal refusal = {.why = {"accepted", "accepted"}};
	json_t *tree = shape_parse(arena, json, &refusal);

	assert_true(tree == NULL || strcmp(refusal.why[LANG_EN], "accepted") == 0);
	arena_free(arena);
	return refusal.why[LANG_EN];
}

static void takes_json(void **state)
{
	static const char *const texts[] = {"{}", "[]", "0", "-0", "-1.5e-3", "\"\"", "null", "true",
		" {\t\"a\" :\r\n[1 , {}] } ", "\"\\ud83d\\ude00 \\u00e1 \xe1\xba\xa5\"",
		"\"{{{{{{{{{{{{{{{{{{{[[[\"", "\"\\\"[[[[[[[[[[[[[[[[[[[\"", "\"\\\\\"",
		"9223372036854775807", "-9223372036854775808", "\"\x7f\""};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_true(accepts(str_of(texts[i])));
}

static void refuses_what_is_not_json(void **state)
{
	static const char *const texts[] = {"", " ", "{", "[1,", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1,]",
		"[,1]", "{,}", "{a:1}", "{'a':1}", "01", "-", "+1", "1.", ".5", "1e", "0x10", "NaN",
		"Infinity", "-Infinity", "nan", "TRUE", "nul", "\"", "\"\\\"", "\"\\x41\"", "\"\\u12\"",
		"\"\\u{41}\"", "\"a\nb\"", "\"a\tb\"", "\"\x01\"", "// c\n{}", "/* c */ {}", "{}//", "{} {}",
		"{}]", "]", "}", "1 2", "\"a\" \"b\"", "\xef\xbb\xbf{}", "{1:2}", "{\"a\":1 \"b\":2}",
		"[1 2]", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\v{}", "\xc2\xa0{}"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (accepts(str_of(texts[i])))
			fail_msg("accepted: %s", texts[i]);
}

static void refuses_bytes_that_are_not_utf8(void **state)
{
	static const char *const texts[] = {"\"\x80\"", "\"\xc0\xaf\"", "\"\xc1\x81\"", "\"\xe0\x80\xaf\"",
		"\"\xed\xa0\x80\"", "\"\xed\xbf\xbf\"", "\"\xf4\x90\x80\x80\"", "\"\xf5\x80\x80\x80\"",
		"\"\xff\"", "\"\xe1\xba\"", "\"\xc3\"", "{\"\xff\":1}", "\"\xf0\x82\x82\xac\""};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_string_equal(why_not(str_of(texts[i])), "not UTF-8");
}

static void refuses_nul(void **state)
{
	(void)state;
	assert_string_equal(why_not(str_of("\"\\u0000\"")), "holds U+0000");
	assert_string_equal(why_not(str_of("{\"a\\u0000b\":1}")), "holds U+0000");
	assert_false(accepts(STR("\"a\0b\"")));
	assert_false(accepts(STR("{}\0")));
	assert_false(accepts(STR("\0{}")));
}

static void says_why(void **state)
{
	(void)state;
	assert_string_equal(why_not(STR("{\"a\":1,\"a\":2}")), "a member is given twice");
	assert_string_equal(why_not(STR("{\"a\":1,\"\\u0061\":2}")), "a member is given twice");
	assert_string_equal(why_not(STR("[{\"x\":{\"k\":1,\"k\":1}}]")), "a member is given twice");
	assert_string_equal(why_not(STR("{\"a\":1")), "ends too early");
	assert_string_equal(why_not(STR("{}x")), "something follows the value");
	assert_string_equal(why_not(STR("9223372036854775808")), "a number is too large");
	assert_string_equal(why_not(STR("-9223372036854775809")), "a number is too large");
	assert_string_equal(why_not(STR("1e999")), "a number is too large");
	assert_string_equal(why_not(STR("-1e999")), "a number is too large");
	assert_string_equal(why_not(STR("{'a':1}")), "the syntax is not JSON");
}

static void depth_is_limited_before_parsing(void **state)
{
	char text[80000];
	struct str json = {text, 0};

	(void)state;
	for (int depth = 15; depth <= 17; depth++) {
		memset(text, '[', (size_t)depth);
		memset(text + depth, ']', (size_t)depth);
		json.len = (size_t)depth * 2;
		assert_int_equal(accepts(json), depth <= 16);
	}
	memset(text, '[', sizeof text);
	json.len = sizeof text;
	assert_string_equal(why_not(json), "nested deeper than 16 levels");
	assert_true(accepts(STR("[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]")));
	assert_string_equal(why_not(STR("{\"a\":[{\"a\":[{\"a\":[{\"a\":[{\"a\":[{\"a\":[{\"a\":[{\"a\":[{}]}"
					"]}]}]}]}]}]}]}")),
		"nested deeper than 16 levels");
}

/* The n-th allocation fails, for every n that matters: no crash, and no word about the caller's JSON. */
static void memory_may_run_out(void **state)
{
	static const char text[] = "{\"title\":\"Ổ gà sâu trên phố Ví Dụ gây ngã xe, đã hai tuần chưa được "
				   "vá\",\"list\":[1,2.5,true,null]}";
	char json[20000], spec[32];
	int refused = 0;

	(void)state;
	size_t head = (size_t)snprintf(json, sizeof json, "[%s,\"", text);
	memset(json + head, 'x', sizeof json - head);
	json[sizeof json - 2] = '"';
	json[sizeof json - 1] = ']';
	for (int n = 1; n < 50; n++) {
		struct arena *arena = arena_new();
		struct shape_refusal refusal = {.why = {"untouched"}};
		snprintf(spec, sizeof spec, "malloc:%d%s", n, n % 2 ? "+" : "");
		fail_arm(spec);
		json_t *tree = shape_parse(arena, (struct str){json, sizeof json}, &refusal);
		fail_arm(NULL);
		if (!tree) {
			assert_null(refusal.why[LANG_VI]);
			refused++;
		}
		arena_free(arena);
	}
	assert_true(refused >= 2);
	assert_true(accepts((struct str){json, sizeof json}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_json),
		cmocka_unit_test(refuses_what_is_not_json),
		cmocka_unit_test(refuses_bytes_that_are_not_utf8),
		cmocka_unit_test(refuses_nul),
		cmocka_unit_test(says_why),
		cmocka_unit_test(depth_is_limited_before_parsing),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests(tests, input_setup, NULL);
}

/* What the reader makes of a head; decoding; the tables of names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "http/parse.h"

static int open_arena(void **state)
{
	*state = arena_new();
	return *state != NULL ? 0 : -1;
}

static int close_arena(void **state)
{
	arena_free(*state);
	return 0;
}

static void assert_text(struct str got, const char *wanted)
{
	assert_int_equal(got.len, strlen(wanted));
	assert_memory_equal(got.at, wanted, got.len);
}

static void test_head(void **state)
{
	static const char head[] =
		"PATCH /a/%20b?c=d&e?f HTTP/1.1\r\nhOST: x\r\nX-Blank: \t a b \r\nContent-Length: 12\r\n"
		"Accept: a\r\naccept: b\r\nConnection: Close\r\n\r\n";
	static struct req req;

	memset(&req, 0, sizeof req);
	req.arena = *state;
	assert_int_equal(http_parse_head(&req, str_of(head)), HTTP_OK);
	assert_int_equal(req.method, HTTP_PATCH);
	assert_int_equal(req.minor, 1);
	assert_text(req.target, "/a/%20b?c=d&e?f");
	assert_text(req.path, "/a/%20b");
	assert_text(req.query_text, "c=d&e?f");
	assert_int_equal(req.nfields, 6);
	assert_int_equal(req.content_length, 12);
	assert_true(req.close);
	assert_false(req.chunked);
	assert_text(req_field(&req, "x-blank"), "a b");
	assert_text(req_field(&req, "Accept"), "a");
	assert_text(req_field_list(&req, "Accept"), "a, b");
	assert_null(req_field(&req, "Missing").at);
}

static void test_targets(void **state)
{
	static const struct {
		const char *head, *path, *query;
	} rows[] = {
		{"GET / HTTP/1.0\r\n\r\n", "/", NULL},
		{"GET /? HTTP/1.0\r\n\r\n", "/", ""},
		{"GET //a//b HTTP/1.0\r\n\r\n", "//a//b", NULL},
		{"GET HTTP://h:1/a?b HTTP/1.0\r\n\r\n", "/a", "b"},
		{"GET https://[::1]?b HTTP/1.0\r\n\r\n", "/", "b"},
		{"OPTIONS * HTTP/1.0\r\n\r\n", "*", NULL},
	};
	static struct req req;

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		memset(&req, 0, sizeof req);
		req.arena = *state;
		assert_int_equal(http_parse_head(&req, str_of(rows[i].head)), HTTP_OK);
		assert_text(req.path, rows[i].path);
		if (rows[i].query == NULL)
			assert_null(req.query_text.at);
		else
			assert_text(req.query_text, rows[i].query);
		assert_int_equal(req.content_length, -1);
		assert_true(req.close);
	}
}

static void test_head_length(void **state)
{
	static const struct {
		const char *data;
		size_t length;
	} rows[] = {
		{"", 0},
		{"GET / HTTP/1.1\r\nA: b\r\n", 0},
		{"GET / HTTP/1.1\r\nA: b\r\n\r", 0},
		{"GET / HTTP/1.1\r\n\r\nmore", 18},
		{"GET\nmore", 4},
		{"GET\rmore", 5},
		{"A\r\nB\nmore", 5},
		{"\r\nmore", 2},
		{"\x16more", 1},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct str data = str_of(rows[i].data);
		assert_int_equal(http_head_length(data, 0), rows[i].length);
		size_t found = 0;
		for (size_t n = 1; n <= data.len && found == 0; n++)
			found = http_head_length((struct str){data.at, n}, n - 1);
		assert_int_equal(found, rows[i].length);
	}
}

static void test_authorities(void **state)
{
	static const char *const good[] = {
		"a", "a.b-c_d~e", "1.2.3.4:80", "[::1]", "[2001:db8::1.2.3.4]:65535", "a:"};
	static const char *const bad[] = {"", ":80", "a:b", "a:65536", "a:-1", "a b", "a/b", "a@b", "a,b",
		"[]", "[::1", "::1", "[::1]a", "[x]", "a%20b", "\xc4\x91"};

	(void)state;
	for (unsigned i = 0; i < sizeof good / sizeof good[0]; i++)
		if (!http_is_authority(str_of(good[i])))
			fail_msg("%s", good[i]);
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (http_is_authority(str_of(bad[i])))
			fail_msg("%s", bad[i]);
}

static void test_percent_decode(void **state)
{
	struct str plain = STR("abc");

	assert_ptr_equal(http_percent_decode(*state, plain, true).at, plain.at);
	assert_text(http_percent_decode(*state, STR("%c4%91%C3%B3+%2b%25zz"), true), "\xc4\x91\xc3\xb3 +%zz");
	assert_text(http_percent_decode(*state, STR("a+b"), false), "a+b");
	assert_text(http_percent_decode(*state, STR(""), true), "");
	assert_null(http_percent_decode(*state, STR("%"), true).at);
	assert_null(http_percent_decode(*state, STR("%4"), true).at);
	assert_null(http_percent_decode(*state, STR("%4g"), true).at);
	assert_null(http_percent_decode(*state, STR("%g4"), true).at);
	assert_null(http_percent_decode(*state, STR("a%00b"), true).at);
	assert_null(http_percent_decode(*state, STR("%ff"), true).at);
	assert_null(http_percent_decode(*state, STR("%c0%80"), true).at);
	assert_null(http_percent_decode(*state, STR("\xed\xa0\x80"), true).at);
}

static void test_query(void **state)
{
	struct str rest = STR("a=1&&b=%20+&c&=d&e==f&%zz=1&g=%ff&h=2&"), name, value;
	static const struct {
		int result;
		const char *name, *value;
	} wanted[] = {
		{1, "a", "1"},
		{1, "b", "  "},
		{1, "c", ""},
		{1, "", "d"},
		{1, "e", "=f"},
		{-EINVAL, NULL, NULL},
		{-EINVAL, NULL, NULL},
		{1, "h", "2"},
	};

	for (unsigned i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		assert_int_equal(http_query_next(*state, &rest, &name, &value), wanted[i].result);
		if (wanted[i].result < 0)
			continue;
		assert_text(name, wanted[i].name);
		assert_text(value, wanted[i].value);
	}
	assert_int_equal(http_query_next(*state, &rest, &name, &value), 0);
}

static void test_tables(void **state)
{
	enum problem found;

	(void)state;
	for (enum problem p = 0; p < PROBLEM_COUNT; p++) {
		const struct problem_row *row = problem_row(p);
		assert_null(strchr(row->name, '_'));
		assert_string_not_equal(http_status_text(row->status), "Unknown");
		assert_true(row->title[LANG_VI][0] != 0 && row->title[LANG_EN][0] != 0);
		assert_true(problem_find(str_of(row->name), &found));
		assert_int_equal(found, p);
	}
	assert_false(problem_find(STR("nothing"), &found));
	assert_int_equal(problem_of_database(STR("TD404"), STR("")), PROBLEM_not_found);
	assert_int_equal(
		problem_of_database(STR("23503"), STR("ticket_category_fk")), PROBLEM_unknown_category);
	assert_int_equal(problem_of_database(STR("TD404"), STR("no_such")), PROBLEM_not_found);
	assert_int_equal(problem_of_database(STR("XX000"), STR("")), PROBLEM_internal);
	assert_int_equal(problem_of_database(STR_NONE, STR_NONE), PROBLEM_internal);
	for (enum http_refusal r = HTTP_OK + 1; r < HTTP_REFUSALS; r++) {
		int status = problem_row(http_refusal_problem(r))->status;
		assert_true(status >= 400 && status != 500 && status != 404);
		assert_true(http_refusal_help(r, LANG_VI)[0] != 0 && http_refusal_help(r, LANG_EN)[0] != 0);
	}
	for (enum problem p = 0; p < PROBLEM_COUNT; p++)
		assert_true(problem_advice(p, LANG_VI)[0] != 0 && problem_advice(p, LANG_EN)[0] != 0);
	for (enum fault f = 0; f < FAULT_COUNT; f++)
		assert_true(fault_name(f)[0] != 0 && fault_text(f, LANG_VI)[0] != 0 &&
			    fault_text(f, LANG_EN)[0] != 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)
	const struct CMUnitTest tests[] = {
		TEST(test_head),
		TEST(test_targets),
		TEST(test_head_length),
		TEST(test_authorities),
		TEST(test_percent_decode),
		TEST(test_query),
		TEST(test_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

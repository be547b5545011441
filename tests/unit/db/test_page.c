/* Pages: all rows once, filters kept, and cursors that nobody can make or carry elsewhere. */
#include "fixture.h"

static const Oid text_int[] = {DB_TEXT_OID, DB_INT8_OID};

enum {
	LIST,
	CALLER,
	STATEMENTS
};
static struct db_statement table[STATEMENTS] = {
	[LIST] = {"list",
		"select n::text as item, lpad(n::text, 4, '0') as key from generate_series(1, 7) n"
		" where lpad(n::text, 4, '0') > coalesce($1, '') order by n limit $2 + 1",
		2, text_int},
};

static struct fixture *f;
static struct uuid account;

/* As a generated shape would read it. */
static struct str parameter(struct req *req, const char *name)
{
	struct str rest = req->query_text, pair, found;

	while (rest.at && str_next(&rest, '&', &pair))
		if (str_next(&pair, '=', &found) && str_eq(found, str_of(name)))
			return pair;
	return STR_NONE;
}

static void handle_list(struct req *req)
{
	struct str limit_text = parameter(req, "limit");
	int64_t limit = 3;
	struct page page;

	req->who = (struct who){.kind = WHO_STAFF, .account = account};
	if (limit_text.at)
		assert_int_equal(str_to_i64(limit_text, &limit), 0);
	if (!page_begin(req, parameter(req, "cursor"), limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	struct db_value values[] = {db_value_text(u, page.after), db_value_int(u, page.limit)};
	db_unit_add(u, &table[LIST], values);
	db_run(u, answer_page);
}

/* Follows the target of Link, or keeps "" when there is none. */
static void next_target(struct client *c, char *ret_target, size_t size)
{
	const char *link = strstr(c->text, "Link: <"), *end;

	ret_target[0] = '\0';
	if (!link)
		return;
	link += strlen("Link: <");
	end = strstr(link, ">; rel=\"next\"\r\n");
	assert_non_null(end);
	snprintf(ret_target, size, "%.*s", (int)(end - link), link);
}

static int ask(const char *target, char *ret_next, size_t size, char *ret_items)
{
	char request[700];

	snprintf(request, sizeof(request), "GET %s", target);
	struct client *c = client_ask(f, request, handle_list);
	int status = client_status(c);
	if (status == 200) {
		next_target(c, ret_next, size);
		assert_int_equal(sscanf(client_body(c), "{\"items\":[%31[^]]", ret_items), 1);
		assert_true((*ret_next != '\0') == !client_has(c, "\"next_cursor\":null}"));
	} else {
		assert_true(client_has(c, "bad-cursor"));
	}
	client_free(c);
	return status;
}

static void test_all_rows_once(void **state)
{
	char target[600] = "/v1/things?a=1&q=%C4%91%20x", items[32], next[600];
	static const char *const pages[] = {"1,2,3", "4,5,6", "7"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(ask(target, next, sizeof(next), items), 200);
		assert_string_equal(items, pages[i]);
		if (*next)
			assert_non_null(strstr(next, "/v1/things?a=1&q=%C4%91%20x&cursor="));
		strcpy(target, next);
	}
	assert_string_equal(target, "");
}

static void test_exact_page_has_no_next(void **state)
{
	char items[32], next[600];

	(void)state;
	assert_int_equal(ask("/v1/things?limit=7", next, sizeof(next), items), 200);
	assert_string_equal(items, "1,2,3,4,5,6,7");
	assert_string_equal(next, "");
}

/* The cursor of the first page of /v1/things?a=1. */
static const char *cursor(void)
{
	static char next[600];
	char items[32];

	assert_int_equal(ask("/v1/things?a=1", next, sizeof(next), items), 200);
	return strstr(next, "cursor=") + strlen("cursor=");
}

static int ask_with(const char *before, const char *text)
{
	char target[640], next[600], items[32];

	snprintf(target, sizeof(target), "%scursor=%s", before, text);
	return ask(target, next, sizeof(next), items);
}

static void test_limit_may_change(void **state)
{
	(void)state;
	assert_int_equal(ask_with("/v1/things?limit=1&a=1&", cursor()), 200);
	assert_int_equal(ask_with("/v1/things?a=%31&", cursor()), 200); /* the same query in other letters */
}

static void test_cursor_belongs_to_its_query(void **state)
{
	const char *text = cursor();

	(void)state;
	assert_int_equal(ask_with("/v1/things?a=1&", text), 200);
	assert_int_equal(ask_with("/v1/others?a=1&", text), 400);
	assert_int_equal(ask_with("/v1/things?a=2&", text), 400);
	assert_int_equal(ask_with("/v1/things?", text), 400);
	assert_int_equal(ask_with("/v1/things?a=1&b=1&", text), 400);
	assert_int_equal(ask_with("/v1/things?a=1%26b=1&", text), 400);
}

static void test_cursor_belongs_to_its_reader(void **state)
{
	char text[600];

	(void)state;
	snprintf(text, sizeof(text), "%s", cursor());
	account.byte[15]++;
	assert_int_equal(ask_with("/v1/things?a=1&", text), 400);
	account.byte[15]--;
	assert_int_equal(ask_with("/v1/things?a=1&", text), 200);
}

static void test_tampered_cursor_is_refused(void **state)
{
	char text[600];
	size_t len;

	(void)state;
	snprintf(text, sizeof(text), "%s", cursor());
	len = strlen(text);
	for (size_t i = 0; i < len; i++) {
		char was = text[i];
		text[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(ask_with("/v1/things?a=1&", text), 400);
		text[i] = was;
	}
	text[len - 4] = '\0';
	assert_int_equal(ask_with("/v1/things?a=1&", text), 400);
	assert_int_equal(ask_with("/v1/things?a=1&", "x"), 400);
	assert_int_equal(ask_with("/v1/things?a=1&", "AQ"), 400);
	assert_int_equal(ask_with("/v1/things?a=1&", "%00"), 400);
}

static void test_link_cannot_break_the_header(void **state)
{
	char items[32], next[600];

	(void)state;
	assert_int_equal(ask("/v1/things?a=x'%22%3E;y", next, sizeof(next), items), 200);
	assert_null(strpbrk(next, "<>\" "));
}

static int setup(void **state)
{
	(void)state;
	f = fixture_new();
	table[CALLER] = fixture_generated("db_caller");
	fixture_open(f, table, STATEMENTS);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_close(f);
	fixture_free(f);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_rows_once),
		cmocka_unit_test(test_exact_page_has_no_next),
		cmocka_unit_test(test_limit_may_change),
		cmocka_unit_test(test_cursor_belongs_to_its_query),
		cmocka_unit_test(test_cursor_belongs_to_its_reader),
		cmocka_unit_test(test_tampered_cursor_is_refused),
		cmocka_unit_test(test_link_cannot_break_the_header),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

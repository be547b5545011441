/* Languages, codings, media types, entity tags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/negotiate.h"

static void test_languages(void **state)
{
	static const struct {
		const char *field;
		enum lang lang;
	} rows[] = {
		{NULL, LANG_VI},
		{"", LANG_VI},
		{"vi", LANG_VI},
		{"en", LANG_EN},
		{"en-US,en;q=0.9", LANG_EN},
		{"EN-gb", LANG_EN},
		{"vi-VN, en;q=0.9", LANG_VI},
		{"en;q=0.8, vi;q=0.9", LANG_VI},
		{"en, vi", LANG_EN},
		{"vi, en", LANG_VI},
		{"fr, de;q=0.5", LANG_VI},
		{"fr, en;q=0.1", LANG_EN},
		{"*", LANG_VI},
		{"en, *;q=0.5", LANG_EN},
		{"vi;q=0, *", LANG_EN},
		{"en;q=0", LANG_VI},
		{"en;q=2", LANG_VI},
		{"en;q=0.1234", LANG_VI},
		{" en ; q=0.5 , vi ; q=0.4", LANG_EN},
		{",,;;q=,", LANG_VI},
		{"english", LANG_VI},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (negotiate_language(str_of(rows[i].field)) != rows[i].lang)
			fail_msg("%s", rows[i].field);
}

static void test_codings(void **state)
{
	(void)state;
	assert_true(negotiate_gzip(STR("gzip")));
	assert_true(negotiate_gzip(STR("deflate, X-GZIP;q=0.001, br")));
	assert_true(negotiate_gzip(STR("*")));
	assert_true(negotiate_gzip(STR("gzip;q=0.5, identity;q=0.5")));
	assert_false(negotiate_gzip(STR_NONE));
	assert_false(negotiate_gzip(STR("")));
	assert_false(negotiate_gzip(STR("br")));
	assert_false(negotiate_gzip(STR("gzip;q=0")));
	assert_false(negotiate_gzip(STR("gzip;q=0.000, *")));
	assert_false(negotiate_gzip(STR("gzip;q=0.5, identity")));
}

static void test_media_types(void **state)
{
	(void)state;
	assert_int_equal(negotiate_media(STR_NONE, STR("text/csv")), 1000);
	assert_int_equal(negotiate_media(STR("*/*"), STR("text/csv")), 1000);
	assert_int_equal(negotiate_media(STR("text/csv;q=0.25"), STR("text/csv")), 250);
	assert_int_equal(negotiate_media(STR("text/*;q=0.5, */*;q=0.1"), STR("text/csv")), 500);
	assert_int_equal(negotiate_media(STR("*/*, text/csv;q=0"), STR("text/csv")), 0);
	assert_int_equal(negotiate_media(STR("TEXT/CSV; header=present"), STR("text/csv")), 1000);
	assert_int_equal(negotiate_media(STR("application/json"), STR("text/csv")), 0);
	assert_int_equal(negotiate_media(STR("text/csvx, text"), STR("text/csv")), 0);
}

static void test_tags(void **state)
{
	(void)state;
	assert_true(negotiate_tags(STR("\"\""), STR("")));
	assert_true(negotiate_tags(STR("W/\"a,b\",\"c\""), STR("a,b")));
	assert_false(negotiate_tags(STR("\"a,b\",\"c\""), STR("b")));
	assert_false(negotiate_tags(STR("a"), STR("a")));
	assert_false(negotiate_tags(STR_NONE, STR("a")));
}

static bool prefers_little(struct str prefer)
{
	return negotiate_preference(prefer, STR("return"), STR("minimal"));
}

static void test_preferences(void **state)
{
	(void)state;
	assert_true(prefers_little(STR("return=minimal")));
	assert_true(prefers_little(STR("respond-async, wait=10 , RETURN = \"minimal\"; foo=bar")));
	assert_false(prefers_little(STR("return=representation, return=minimal")));
	assert_false(prefers_little(STR("return")));
	assert_false(prefers_little(STR("return=")));
	assert_false(prefers_little(STR("return=\"minimal")));
	assert_false(prefers_little(STR("returns=minimal; return=minimal")));
	assert_false(prefers_little(STR("return=MINIMAL")));
	assert_false(prefers_little(STR(", ;,=")));
	assert_false(prefers_little(STR("foo=\"a, return=minimal, b\"")));
	assert_false(prefers_little(STR("foo=\"a\\\", return=minimal\"")));
	assert_true(prefers_little(STR("foo=\"a, \\\"b\", return=minimal")));
	assert_false(prefers_little(STR("foo=\"a\\")));
	assert_false(prefers_little(STR_NONE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_languages),
		cmocka_unit_test(test_codings),
		cmocka_unit_test(test_media_types),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_preferences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

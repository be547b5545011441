/* The words of notices: variables, their faults, header lines, HTML. */
#include "unit.h"

#include "civil/template.h"

#include <cmocka.h>

#define VALUE(name, value)                                                                                   \
	{                                                                                                    \
		{(name), sizeof(name) - 1},                                                                  \
		{                                                                                            \
			(value), sizeof(value) - 1                                                           \
		}                                                                                            \
	}

static const struct template_value values[] = {
	VALUE("code", "HN-26-ABC"),
	VALUE("title", "a {{code}} <b> & 'c' \"d\""),
	VALUE("evil", "x\r\nBcc: a@b\x7f\0y\xc2\x85z\xe2\x80\xa8w"),
	{{"none", 4}, {NULL, 0}},
};

enum {
	N = sizeof(values) / sizeof(values[0])
};

static void check_fill(enum template_form form, const char *text, const char *want)
{
	struct buf out = {.arena = arena};

	assert_int_equal(template_fill(&out, str_of(text), form, values, N), TEMPLATE_GOOD);
	if (!str_eq(buf_str(&out), str_of(want)))
		fail_msg("\"%.*s\" should be \"%s\"", STR_ARG(buf_str(&out)), want);
}

static void values_are_filled_in_once(void **state)
{
	(void)state;
	check_fill(TEMPLATE_TEXT, "", "");
	check_fill(TEMPLATE_TEXT, "Phiếu {{code}}.", "Phiếu HN-26-ABC.");
	check_fill(TEMPLATE_TEXT, "{{code}}{{none}}{{code}}", "HN-26-ABCHN-26-ABC");
	check_fill(TEMPLATE_TEXT, "{{title}}", "a {{code}} <b> & 'c' \"d\"");
}

static void a_header_line_stays_one_line(void **state)
{
	(void)state;
	check_fill(TEMPLATE_LINE, "[{{code}}]\r\nX: {{evil}}!", "[HN-26-ABC]  X: x  Bcc: a@b  y z w!");
}

static void html_values_are_escaped_and_words_are_not(void **state)
{
	(void)state;
	check_fill(TEMPLATE_HTML, "<i>{{title}}</i>",
		"<i>a {{code}} &lt;b&gt; &amp; &#39;c&#39; &quot;d&quot;</i>");
}

static void check_fault(const char *text, enum template_fault fault, size_t at)
{
	struct buf out = {.arena = arena};
	size_t found = 99;

	assert_int_equal(template_check(str_of(text), values, N, &found), fault);
	assert_int_equal(found, at);
	assert_int_equal(template_fill(&out, str_of(text), TEMPLATE_TEXT, values, N), fault);
}

static void faults_are_found_when_it_is_saved(void **state)
{
	(void)state;
	assert_int_equal(template_check(STR("{{code}} and {{title}}"), values, N, NULL), TEMPLATE_GOOD);
	check_fault("ab {{nobody}}", TEMPLATE_UNKNOWN, 3);
	check_fault("{{}}", TEMPLATE_UNKNOWN, 0);
	check_fault("{{ code }}", TEMPLATE_UNKNOWN, 0);
	check_fault("{{Code}}", TEMPLATE_UNKNOWN, 0);
	check_fault("ok {{code", TEMPLATE_NOT_CLOSED, 3);
	check_fault("{{code}", TEMPLATE_NOT_CLOSED, 0);
	check_fault("{{co{{de}}", TEMPLATE_NOT_CLOSED, 0);
	check_fault("{{{code}}}", TEMPLATE_NOT_CLOSED, 0);
	check_fault("a { b", TEMPLATE_NOT_CLOSED, 2);
	check_fault("{", TEMPLATE_NOT_CLOSED, 0);
	check_fault("{{", TEMPLATE_NOT_CLOSED, 0);
	check_fault("{{code}}}", TEMPLATE_STRAY, 8);
	check_fault("a }} b", TEMPLATE_STRAY, 2);
}

static void check_html(const char *text, const char *link, const char *want)
{
	struct buf out = {.arena = arena};

	template_html(&out, str_of(text), str_of(link));
	if (!str_eq(buf_str(&out), str_of(want)))
		fail_msg("\"%.*s\" should be \"%s\"", STR_ARG(buf_str(&out)), want);
}

static void html_has_paragraphs_and_one_link(void **state)
{
	(void)state;
	check_html("", "https://x/", "<p></p>\n");
	check_html("one\ntwo\n\n\nthree\n", "https://x/", "<p>one<br>\ntwo</p>\n<p>three</p>\n");
	check_html("see https://x/?a=1&b, not https://evil.example/", "https://x/?a=1&b",
		"<p>see <a href=\"https://x/?a=1&amp;b\">https://x/?a=1&amp;b</a>, not "
		"https://evil.example/</p>\n");
	check_html("\n\nhttps://x/\n\nhttps://x/", "https://x/",
		"<p><a href=\"https://x/\">https://x/</a></p>\n<p><a "
		"href=\"https://x/\">https://x/</a></p>\n");
	check_html("<script>", NULL, "<p>&lt;script&gt;</p>\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_filled_in_once),
		cmocka_unit_test(a_header_line_stays_one_line),
		cmocka_unit_test(html_values_are_escaped_and_words_are_not),
		cmocka_unit_test(faults_are_found_when_it_is_saved),
		cmocka_unit_test(html_has_paragraphs_and_one_link),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

/* Forms: whatever way they are cut, the same parts come out; what is not well formed is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "http/multipart.h"

#define TYPE STR("multipart/form-data; boundary=XyZ")
#define HEAD "--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n"
#define TAIL "\r\n--XyZ--\r\n"

static char story[8192];

static void tell(const char *what, struct str text)
{
	size_t n = strlen(story);

	snprintf(story + n, sizeof story - n, "%s%.*s", what, STR_ARG(text));
}

/* Feeds the text in pieces and writes the events down: "[name filename] data | end", or "bad". */
static const char *read_in_pieces(struct str type, struct str text, size_t piece)
{
	static struct multipart m;
	enum multipart_event event;
	struct str data;

	story[0] = 0;
	if (!multipart_begin(&m, type))
		return "no boundary";
	for (size_t at = 0; at < text.len; at += piece) {
		struct str part = {text.at + at, text.len - at < piece ? text.len - at : piece};
		while ((event = multipart_next(&m, &part, &data)) != MULTIPART_MORE) {
			if (event == MULTIPART_BAD)
				return "bad";
			if (event == MULTIPART_PART) {
				tell("[", m.part.name);
				tell(" ", m.part.filename);
				tell("] ", STR(""));
			} else if (event == MULTIPART_DATA) {
				tell("", data);
			} else {
				tell(event == MULTIPART_END ? "end" : " | ", STR(""));
			}
		}
	}
	return story;
}

static void expect_for(struct str type, struct str text, const char *expected)
{
	for (size_t piece = 1; piece <= text.len; piece++)
		assert_string_equal(read_in_pieces(type, text, piece), expected);
}

static void expect(struct str text, const char *expected)
{
	expect_for(TYPE, text, expected);
}

static void test_parts(void **state)
{
	(void)state;
	expect(STR(HEAD "hello" TAIL), "[file a.jpg] hello | end");
	expect(STR(HEAD TAIL), "[file a.jpg]  | end");
	expect(STR(HEAD "a\r\n--XyYb\r\r\n\r\n--Xy\r\n-\r\n" TAIL),
		"[file a.jpg] a\r\n--XyYb\r\r\n\r\n--Xy\r\n-\r\n | end");
	expect(STR("--XyZ\r\ncontent-disposition:form-data;name=a\r\nX: y\r\n\r\n1\r\n" HEAD "2" TAIL),
		"[a ] 1 | [file a.jpg] 2 | end");
	expect(STR("--XyZ\r\nContent-Disposition: form-data; name=\"f\"; filename=\"C:\\x\\\"q\\\\\"\r\n"
		   "Content-Type: image/jpeg\r\nContent-Transfer-Encoding: binary\r\n\r\nz\r\n--XyZ--"),
		"[f C:\\x\"q\\] z | end");
}

static void test_types(void **state)
{
	(void)state;
	expect_for(STR("Multipart/Form-Data ; boundary=\"a b\""), STR("x"), "no boundary");
	expect_for(STR("multipart/form-data; boundary=\"'():?\""),
		STR("--'():?\r\nContent-Disposition: form-data; name=f\r\n\r\n1\r\n--'():?--"),
		"[f ] 1 | end");
	expect_for(STR("multipart/form-data"), STR("x"), "no boundary");
	expect_for(STR("multipart/form-data; boundary="), STR("x"), "no boundary");
	expect_for(STR("multipart/form-data; boundary=a; boundary=b"), STR("x"), "no boundary");
	expect_for(STR("multipart/form-data; charset=utf-8; boundary=b"), STR("x"), "no boundary");
	expect_for(STR("multipart/mixed; boundary=XyZ"), STR("x"), "no boundary");
	expect_for(STR("multipart/form-data; boundary=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
		       "ffffffffffgggggggggghhhhhhhhhh"),
		STR("x"), "no boundary");
}

static void test_bad_grammar(void **state)
{
	static const char *const bad[] = {"preamble\r\n" HEAD "x" TAIL, "\r\n" HEAD "x" TAIL,
		"--XyZ \r\n\r\n", "--XyZ\n\n", "--XyZ--junk", "--XyZ-x", HEAD "x" TAIL "x",
		HEAD "x" TAIL "\r\n", HEAD "x\r\n--XyZ-\r\n", HEAD "x\r\n--XyZZ\r\n", "--XyZ\r\n\r\nx" TAIL,
		"--XyZ\r\nContent-Type: a/b\r\n\r\nx" TAIL,
		"--XyZ\r\nContent-Disposition: attachment; name=a\r\n\r\nx" TAIL,
		"--XyZ\r\nContent-Disposition: form-data\r\n\r\nx" TAIL,
		"--XyZ\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\nx" TAIL,
		"--XyZ\r\nContent-Disposition: form-data; name=a; filename=b; filename=c\r\n\r\nx" TAIL,
		"--XyZ\r\nContent-Disposition: form-data; name=a; filename*=UTF-8''b\r\n\r\nx" TAIL,
		"--XyZ\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx" TAIL,
		"--XyZ\r\nContent-Disposition: form-data; name=a b\r\n\r\nx" TAIL,
		"--XyZ\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; "
		"name=b\r\n\r\nx" TAIL,
		"--XyZ\r\nContent-Disposition: form-data;\r\n name=a\r\n\r\nx" TAIL,
		"--XyZ\r\nContent-Disposition : form-data; name=a\r\n\r\nx" TAIL,
		"--XyZ\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: "
		"base64\r\n\r\nx" TAIL,
		"--XyZ\r\nContent-Disposition: form-data; name=a\n\r\n\r\nx" TAIL};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		expect(str_of(bad[i]), "bad");
}

static void test_a_head_has_an_end(void **state)
{
	static char text[MULTIPART_HEAD_MAX + 100];
	int n = snprintf(text, sizeof text, "--XyZ\r\nContent-Disposition: form-data; name=a\r\nX: ");

	(void)state;
	memset(text + n, 'x', sizeof text - (size_t)n);
	assert_string_equal(read_in_pieces(TYPE, (struct str){text, sizeof text}, 7), "bad");
}

static void test_disposition(void **state)
{
	struct arena *arena = arena_new();
	struct disposition d;
	char text[] = "attachment; filename=\"x.jpg\"; filename*=utf-8'vi'%E1%BA%A3nh%20%22.jpg";
	char broken[] = "attachment; filename*=UTF-8''%e1%9";

	(void)state;
	assert_true(disposition_parse(text, sizeof text - 1, &d));
	assert_true(str_eq(d.filename, STR("\xe1\xba\xa3nh \".jpg")) && d.extended);
	assert_false(disposition_parse(broken, sizeof broken - 1, &d));
	struct str made = disposition_attachment(arena, STR("\xe1\xba\xa3nh \"1\".jpg"));
	assert_true(str_eq(made,
		STR("attachment; filename=\"_nh _1_.jpg\"; filename*=UTF-8''%E1%BA%A3nh%20%221%22.jpg")));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_bad_grammar),
		cmocka_unit_test(test_a_head_has_an_end),
		cmocka_unit_test(test_disposition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

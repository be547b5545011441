/* The head of a message, read: what jobs/mail.h writes, and what others may put into the folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "jobs/mail.h"
#include "jobs/mail_head.h"

static struct arena *arena;

static int begin(void **state)
{
	(void)state;
	arena = arena_new();
	return arena ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void comes_back(const char *subject)
{
	struct mail mail = {.from = {STR("Cổng"), STR("a@example.org")},
		.to = STR("b@example.org"),
		.subject = str_of(subject),
		.text = STR("To: c@example.org\n"),
		.html = STR("<p></p>\n"),
		.message_id = STR("<1@example.org>"),
		.language = STR("vi"),
		.boundary = STR("=_x")};
	struct mail_head head = mail_head_read(arena, mail_build(arena, &mail, MAIL_8BIT));

	assert_true(str_eq(head.to, STR("b@example.org")));
	if (!str_eq(head.subject, str_of(subject)))
		fail_msg("\"%.*s\" instead of \"%s\"", STR_ARG(head.subject), subject);
}

static void what_was_written(void **state)
{
	(void)state;
	comes_back("Hello");
	comes_back("[HN-26-0001-TEST] Đã ghi nhận phiếu của Ông/Bà");
	comes_back("[HN-26-0001-TEST] Thời hạn giải quyết phiếu của Ông/Bà được rút ngắn, đề nghị theo dõi "
		   "phiếu: Ổ gà sâu");
	comes_back("=?UTF-8?B?eA==?= is no word of ours");
	comes_back("Đ");
	comes_back("Đa");
	comes_back("Đab");
}

static void read_as(const char *message, const char *to, const char *subject)
{
	struct mail_head head = mail_head_read(arena, str_of(message));

	assert_true(str_eq(head.to, str_of(to)));
	if (!str_eq(head.subject, str_of(subject)))
		fail_msg("\"%.*s\" instead of \"%s\"", STR_ARG(head.subject), subject ? subject : "(none)");
}

static void what_others_wrote(void **state)
{
	(void)state;
	read_as("", NULL, NULL);
	read_as("\r\nTo: a\r\n", NULL, NULL);
	read_as("no field at all", NULL, NULL);
	read_as("subject: one\nSUBJECT: two\nto:a\n\nTo: b\n", "a", "one");
	read_as("Subject:\r\n folded\r\n\tlines\r\nTo: x", "x", "folded lines");
	/* A terminal is told nothing. */
	read_as("Subject: a\x1b[2Jb\x7f"
		"c\xc2\x9b"
		"d\n",
		NULL, "a [2Jb c d");
	read_as("Subject: =?utf-8?b?G1syShs=?=\n", NULL, " [2J ");
	/* What does not decode stays. */
	read_as("Subject: =?UTF-8?B?!!!!?=\n", NULL, "=?UTF-8?B?!!!!?=");
	read_as("Subject: =?UTF-8?B?eA=?=\n", NULL, "=?UTF-8?B?eA=?=");
	read_as("Subject: =?UTF-8?B?eA==\n", NULL, "=?UTF-8?B?eA==");
	read_as("Subject: =?UTF-8?B?=?\n", NULL, "=?UTF-8?B?=?");
	read_as("Subject: =?UTF-8?Q?x?=\n", NULL, "=?UTF-8?Q?x?=");
	/* Blanks between two words go, others stay. */
	read_as("Subject: =?UTF-8?B?eA==?= \t =?UTF-8?B?eQ==?= z =?UTF-8?B?eA==?=\n", NULL, "xy z x");
	read_as("Subject: =?UTF-8?B?"
		"?=x\n",
		NULL, "x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_written, begin, end),
		cmocka_unit_test_setup_teardown(what_others_wrote, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* MIME: header fields that nothing can add to, encoded words, parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "jobs/mail.h"

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

static struct mail plain_mail(void)
{
	return (struct mail){.from = {STR_NONE, STR("a@example.org")},
		.to = STR("b@example.org"),
		.subject = STR("Hello"),
		.text = STR("one\ntwo\n"),
		.html = STR("<p>one</p>\n"),
		.message_id = STR("<1@example.org>"),
		.language = STR("en"),
		.boundary = STR("=_x"),
		.at_ms = INT64_C(1795635970000)};
}

static void assert_has(struct str text, const char *part)
{
	if (!memmem(text.at, text.len, part, strlen(part)))
		fail_msg("no \"%s\" in:\n%.*s", part, STR_ARG(text));
}

static void a_whole_message(void **state)
{
	struct mail mail = plain_mail();

	(void)state;
	assert_true(str_eq(mail_build(arena, &mail, MAIL_8BIT),
		STR("From: <a@example.org>\r\nTo: b@example.org\r\nSubject: Hello\r\n"
		    "Date: Wed, 25 Nov 2026 19:46:10 +0000\r\nMessage-ID: <1@example.org>\r\n"
		    "Content-Language: en\r\nAuto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: "
		    "All\r\n"
		    "MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"=_x\"\r\n\r\n"
		    "--=_x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
		    "8bit\r\n\r\n"
		    "one\r\ntwo\r\n\r\n"
		    "--=_x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: "
		    "8bit\r\n\r\n"
		    "<p>one</p>\r\n\r\n--=_x--\r\n")));
	assert_has(mail_build(arena, &mail, MAIL_BASE64),
		"Content-Transfer-Encoding: base64\r\n\r\nb25lDQp0d28NCg==\r\n\r\n--=_x\r\n");
}

static void check_subject(const char *subject, const char *want)
{
	struct mail mail = plain_mail();

	mail.subject = str_of(subject);
	assert_has(mail_build(arena, &mail, MAIL_BASE64), want);
}

static void subjects_are_encoded_words(void **state)
{
	(void)state;
	check_subject("Phiếu", "\r\nSubject: =?UTF-8?B?UGhp4bq/dQ==?=\r\nDate: ");
	/* No character is cut: 39 bytes and the two of the next letter do not fit. */
	check_subject("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaéb",
		"Subject: =?UTF-8?B?YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=?=\r\n "
		"=?UTF-8?B?w6li?=\r\n");
	check_subject("=?UTF-8?B?eA==?=", "Subject: =?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=\r\n");
	check_subject("a\r\nBcc: c@example.org", "Subject: =?UTF-8?B?YQ0KQmNjOiBjQGV4YW1wbGUub3Jn?=\r\n");
	check_subject("", "Subject: \r\nDate: ");
}

static void lines_are_short_and_end_in_cr_lf(void **state)
{
	struct mail mail = plain_mail();
	char text[3000];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[1000] = '\r';
	text[2000] = '\n';
	mail.text = mail.html = (struct str){text, sizeof(text)};
	mail.subject = (struct str){text + 100, 800};
	mail.from.name = STR("Một cái tên thật là dài với rất nhiều chữ để gấp thành nhiều dòng");
	struct str rest = mail_build(arena, &mail, MAIL_BASE64), line;
	while (str_next(&rest, '\n', &line)) {
		assert_true(line.len <= 77 && line.len > 0);
		assert_int_equal(line.at[line.len - 1], '\r');
	}
}

static void check_mailbox(const char *text, const char *name, const char *address)
{
	struct mailbox got;

	assert_int_equal(mail_mailbox(arena, str_of(text), &got), address != NULL);
	assert_true(str_eq(got.address, str_of(address)));
	if (name)
		assert_true(str_eq(got.name, str_of(name)));
}

static void mailboxes(void **state)
{
	struct mail mail = plain_mail();

	(void)state;
	check_mailbox("a@Example.org", NULL, "a@example.org");
	check_mailbox("Tiếp dân <a@example.org>", "Tiếp dân", "a@example.org");
	check_mailbox("<a@example.org>", "", "a@example.org");
	check_mailbox("A\r\nBcc: x <a@example.org>", "A Bcc: x", "a@example.org");
	check_mailbox("A <a@example.org", NULL, NULL);
	check_mailbox("A <a b@example.org>", NULL, NULL);
	check_mailbox("A <x> <a@example.org>", NULL, NULL);
	check_mailbox("", NULL, NULL);
	mail.from.name = STR("Tiep dan");
	assert_has(mail_build(arena, &mail, MAIL_BASE64), "From: Tiep dan <a@example.org>\r\n");
	mail.from.name = STR("\"A\", B");
	assert_has(
		mail_build(arena, &mail, MAIL_BASE64), "From: =?UTF-8?B?IkEiLCBC?=\r\n <a@example.org>\r\n");
	mail.reply_to = STR("c@example.org");
	assert_has(mail_build(arena, &mail, MAIL_BASE64), "\r\nReply-To: c@example.org\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_message),
		cmocka_unit_test(subjects_are_encoded_words),
		cmocka_unit_test(lines_are_short_and_end_in_cr_lf),
		cmocka_unit_test(mailboxes),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

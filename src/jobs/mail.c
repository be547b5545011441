/* MIME: the message of a notice. */
#include "jobs/mail.h"

#include <string.h>

#include <openssl/evp.h>

#include "base/buf.h"
#include "base/clock.h"
#include "civil/text.h"

enum {
	LINE_BYTES = 57, /* 76 columns of base64 */
	WORD_BYTES = 39, /* an encoded word of 64 columns: with the field's name within 76 */
	PLAIN_MAX = 60
};

static struct str part_of(struct str s, size_t from, size_t len)
{
	return (struct str){s.at + from, s.len - from < len ? s.len - from : len};
}

static void put_base64(struct buf *b, struct str bytes)
{
	unsigned char out[(LINE_BYTES + 2) / 3 * 4 + 1];
	int n = EVP_EncodeBlock(out, (const unsigned char *)bytes.at, (int)bytes.len);

	buf_put(b, (struct str){(const char *)out, (size_t)n});
}

/* ASCII that no reader takes for something else: neither an encoded word nor, in a name, a special. */
static bool is_plain(struct str s, const char *specials)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] < ' ' || s.at[i] > '~' || strchr(specials, s.at[i]))
			return false;
	return s.len <= PLAIN_MAX && !memmem(s.at, s.len, "=?", 2);
}

/* How much of `s` fits into one encoded word without cutting a character. */
static size_t word_length(struct str s)
{
	size_t n = 0, next;

	while (n < s.len) {
		next = str_utf8_sequence(part_of(s, n, s.len));
		if (n + (next ? next : 1) > WORD_BYTES)
			break;
		n += next ? next : 1;
	}
	return n;
}

static void put_words(struct buf *b, struct str s, const char *specials)
{
	if (is_plain(s, specials)) {
		buf_put(b, s);
		return;
	}
	while (s.len > 0) {
		size_t n = word_length(s);
		buf_put(b, STR("=?UTF-8?B?"));
		put_base64(b, part_of(s, 0, n));
		buf_put(b, s.len > n ? STR("?=\r\n ") : STR("?="));
		s = part_of(s, n, s.len);
	}
}

static void put_field(struct buf *b, const char *name, struct str value)
{
	if (value.at)
		buf_printf(b, "%s: %.*s\r\n", name, STR_ARG(value));
}

static void put_from(struct buf *b, const struct mailbox *from)
{
	static const char specials[] = "()<>[]:;@\\,.\"";

	buf_put(b, STR("From: "));
	if (from->name.len > 0) {
		put_words(b, from->name, specials);
		buf_put(b, is_plain(from->name, specials) ? STR(" ") : STR("\r\n "));
	}
	buf_printf(b, "<%.*s>\r\n", STR_ARG(from->address));
}

static void put_head(struct buf *b, const struct mail *mail)
{
	char date[CLOCK_HTTP_DATE_SIZE];

	clock_http_date(mail->at_ms, date);
	put_from(b, &mail->from);
	put_field(b, "To", mail->to);
	put_field(b, "Reply-To", mail->reply_to);
	buf_put(b, STR("Subject: "));
	put_words(b, mail->subject, "");
	/* Both say the zone at the end: GMT there, an offset here. */
	buf_printf(b, "\r\nDate: %.*s+0000\r\n", CLOCK_HTTP_DATE_SIZE - 4, date);
	put_field(b, "Message-ID", mail->message_id);
	put_field(b, "Content-Language", mail->language);
	buf_put(b, STR("Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n"
		       "MIME-Version: 1.0\r\n"));
	buf_printf(b, "Content-Type: multipart/alternative;\r\n boundary=\"%.*s\"\r\n\r\n",
		STR_ARG(mail->boundary));
}

/* CR LF at the end of each line; a CR that came in goes. */
static struct str with_line_ends(struct arena *arena, struct str text)
{
	struct buf b = {.arena = arena};

	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '\n')
			buf_byte(&b, '\r');
		if (text.at[i] != '\r')
			buf_byte(&b, text.at[i]);
	}
	return buf_str(&b);
}

static void put_part(struct buf *b, const struct mail *mail, const char *type, struct str text,
	enum mail_encoding encoding)
{
	struct str lines = with_line_ends(b->arena, text);

	buf_printf(b, "--%.*s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n",
		STR_ARG(mail->boundary), type, encoding == MAIL_BASE64 ? "base64" : "8bit");
	if (encoding == MAIL_8BIT)
		buf_put(b, lines);
	for (size_t at = 0; encoding == MAIL_BASE64 && at < lines.len; at += LINE_BYTES) {
		put_base64(b, part_of(lines, at, LINE_BYTES));
		buf_put(b, STR("\r\n"));
	}
	buf_put(b, STR("\r\n"));
}

struct str mail_build(struct arena *arena, const struct mail *mail, enum mail_encoding encoding)
{
	struct buf b = {.arena = arena};

	put_head(&b, mail);
	put_part(&b, mail, "text/plain", mail->text, encoding);
	put_part(&b, mail, "text/html", mail->html, encoding);
	buf_printf(&b, "--%.*s--\r\n", STR_ARG(mail->boundary));
	return buf_str(&b);
}

bool mail_mailbox(struct arena *arena, struct str text, struct mailbox *ret)
{
	const char *open = text.len > 0 && str_ends(text, STR(">")) ? memchr(text.at, '<', text.len) : NULL;
	struct str address = text;

	*ret = (struct mailbox){0};
	if (open) {
		size_t before = (size_t)(open - text.at);
		ret->name = text_clean(arena, part_of(text, 0, before), TEXT_LINE);
		address = (struct str){open + 1, text.len - before - 2};
	}
	ret->address = text_email(arena, address);
	return ret->address.at != NULL;
}

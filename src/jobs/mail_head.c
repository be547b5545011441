/* The head of a message, read. */
#include "jobs/mail_head.h"

#include <string.h>

#include <openssl/evp.h>

#include "base/buf.h"

static struct str behind(struct str s, size_t n)
{
	return (struct str){s.at + n, s.len - n};
}

/* "=?UTF-8?B?...?=" at the start of `s`: its whole length and what it says; 0 when there is none. */
static size_t read_word(struct arena *arena, struct str s, struct str *ret)
{
	static const char start[] = "=?UTF-8?B?";
	const size_t head = sizeof(start) - 1;
	const char *end = NULL;

	if (s.len > head && str_eq_nocase((struct str){s.at, head}, STR(start)))
		end = memmem(s.at + head, s.len - head, "?=", 2);
	if (!end)
		return 0;
	size_t len = (size_t)(end - s.at) - head;
	unsigned char *out = arena_alloc(arena, len / 4 * 3 + 1);
	int n = len % 4 == 0 && len < INT32_MAX
			? EVP_DecodeBlock(out, (const unsigned char *)s.at + head, (int)len)
			: -1;
	if (n < 0)
		return 0;
	for (size_t pad = 0; pad < 2 && pad < len && end[-1 - (long)pad] == '='; pad++)
		n--; /* the padding was decoded to zero bytes */
	*ret = (struct str){(const char *)out, (size_t)n};
	return head + len + 2;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Blanks between two encoded words belong to neither. */
static struct str decode(struct arena *arena, struct str value)
{
	struct buf b = {.arena = arena};
	bool after_word = false;

	while (value.len > 0) {
		struct str word;
		size_t blanks = 0, n;

		while (blanks < value.len && is_blank(value.at[blanks]))
			blanks++;
		n = read_word(arena, behind(value, blanks), &word);
		if (n == 0) {
			n = blanks > 0 ? blanks : 1;
			buf_put(&b, (struct str){value.at, n});
			after_word = false;
		} else {
			if (!after_word)
				buf_put(&b, (struct str){value.at, blanks});
			buf_put(&b, word);
			n += blanks;
			after_word = true;
		}
		value = behind(value, n);
	}
	return buf_str(&b);
}

/* C0, DEL and C1 (C2 80 to C2 9F) as blanks. */
static struct str printable(struct arena *arena, struct str text)
{
	struct buf b = {.arena = arena};

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		bool c1 = c == 0xc2 && i + 1 < text.len && (unsigned char)text.at[i + 1] < 0xa0;

		i += c1;
		buf_byte(&b, c < 0x20 || c == 0x7f || c1 ? ' ' : text.at[i]);
	}
	return buf_str(&b);
}

/* The value of a field on the first of `*rest`'s lines, with the lines that go on with it. */
static bool next_field(struct arena *arena, struct str *rest, struct str *ret_name, struct str *ret_value)
{
	struct buf b = {.arena = arena};
	struct str line;

	if (!str_next(rest, '\n', &line) || str_trim(line, "\r").len == 0)
		return false;
	str_next(&line, ':', ret_name);
	buf_put(&b, str_trim(line, "\r"));
	while (rest->len > 0 && is_blank(rest->at[0]) && str_next(rest, '\n', &line))
		buf_put(&b, str_trim(line, "\r"));
	*ret_value = str_trim(buf_str(&b), " \t");
	return true;
}

struct mail_head mail_head_read(struct arena *arena, struct str message)
{
	struct mail_head head = {STR_NONE, STR_NONE};
	struct str name, value;

	while (next_field(arena, &message, &name, &value)) {
		if (!head.to.at && str_eq_nocase(name, STR("To")))
			head.to = printable(arena, decode(arena, value));
		else if (!head.subject.at && str_eq_nocase(name, STR("Subject")))
			head.subject = printable(arena, decode(arena, value));
	}
	return head;
}

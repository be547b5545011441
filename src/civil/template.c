/* Filling in the words of notices. */
#include "civil/template.h"

#include <string.h>

static struct str behind(struct str s, size_t n)
{
	return (struct str){s.at + n, s.len - n};
}

/* The first brace of either kind, or the end. */
static size_t to_brace(struct str s)
{
	size_t n = 0;

	while (n < s.len && s.at[n] != '{' && s.at[n] != '}')
		n++;
	return n;
}

/* Reads {{name}} at the start of `s`, which begins with a brace. */
static enum template_fault read_variable(
	struct str s, const struct template_value *values, size_t n, const struct template_value **ret)
{
	if (s.at[0] == '}')
		return TEMPLATE_STRAY;
	if (!str_starts(s, STR("{{")))
		return TEMPLATE_NOT_CLOSED;
	struct str name = behind(s, 2);
	name.len = to_brace(name);
	if (!str_starts(behind(s, 2 + name.len), STR("}}")))
		return TEMPLATE_NOT_CLOSED;
	for (size_t i = 0; i < n; i++)
		if (str_eq(values[i].name, name)) {
			*ret = &values[i];
			return TEMPLATE_GOOD;
		}
	return TEMPLATE_UNKNOWN;
}

enum template_fault template_check(
	struct str text, const struct template_value *variables, size_t n, size_t *ret_at)
{
	const struct template_value *variable = NULL;
	size_t at = to_brace(text);

	while (at < text.len) {
		enum template_fault fault = read_variable(behind(text, at), variables, n, &variable);
		if (ret_at)
			*ret_at = at;
		if (fault)
			return fault;
		at += variable->name.len + 4;
		at += to_brace(behind(text, at));
	}
	return TEMPLATE_GOOD;
}

/* Bytes that end or disturb a header line: C0, DEL, C1 (C2 80 to C2 9F), U+2028 and U+2029. Returns their
 * size, 0 for others. */
static size_t breaks_line(struct str s)
{
	unsigned char c = (unsigned char)s.at[0];

	if (c < 0x20 || c == 0x7f)
		return 1;
	if (c == 0xc2 && s.len > 1 && (unsigned char)s.at[1] < 0xa0)
		return 2;
	return str_starts(s, STR("\xe2\x80\xa8")) || str_starts(s, STR("\xe2\x80\xa9")) ? 3 : 0;
}

static void put_line(struct buf *out, struct str s)
{
	while (s.len > 0) {
		size_t n = breaks_line(s);
		buf_byte(out, n ? ' ' : s.at[0]);
		s = behind(s, n ? n : 1);
	}
}

static void put_html(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		switch (s.at[i]) {
		case '&':
			buf_put(out, STR("&amp;"));
			break;
		case '<':
			buf_put(out, STR("&lt;"));
			break;
		case '>':
			buf_put(out, STR("&gt;"));
			break;
		case '"':
			buf_put(out, STR("&quot;"));
			break;
		case '\'':
			buf_put(out, STR("&#39;"));
			break;
		default:
			buf_byte(out, s.at[i]);
		}
}

static void put_value(struct buf *out, struct str value, enum template_form form)
{
	if (form == TEMPLATE_LINE)
		put_line(out, value);
	else if (form == TEMPLATE_HTML)
		put_html(out, value);
	else if (value.at)
		buf_put(out, value);
}

enum template_fault template_fill(struct buf *out, struct str text, enum template_form form,
	const struct template_value *values, size_t n)
{
	const struct template_value *variable = NULL;

	while (text.len > 0) {
		struct str words = {text.at, to_brace(text)};
		put_value(out, words, form == TEMPLATE_HTML ? TEMPLATE_TEXT : form);
		text = behind(text, words.len);
		if (text.len == 0)
			break;
		enum template_fault fault = read_variable(text, values, n, &variable);
		if (fault)
			return fault;
		put_value(out, variable->value, form);
		text = behind(text, variable->name.len + 4);
	}
	return TEMPLATE_GOOD;
}

static void put_link(struct buf *out, struct str link)
{
	buf_put(out, STR("<a href=\""));
	put_html(out, link);
	buf_put(out, STR("\">"));
	put_html(out, link);
	buf_put(out, STR("</a>"));
}

/* How far to the next line end or link. */
static size_t to_mark(struct str s, struct str link)
{
	const char *line = memchr(s.at, '\n', s.len);
	const char *there = link.len > 0 ? memmem(s.at, s.len, link.at, link.len) : NULL;
	const char *end = s.at + s.len;

	if (!line || (there && there < line))
		line = there ? there : end;
	return (size_t)(line - s.at);
}

void template_html(struct buf *out, struct str text, struct str link)
{
	text = str_trim(text, "\n");
	buf_put(out, STR("<p>"));
	while (text.len > 0) {
		size_t n = to_mark(text, link);
		put_html(out, (struct str){text.at, n});
		text = behind(text, n);
		if (text.len == 0)
			break;
		if (text.at[0] != '\n') {
			put_link(out, link);
			text = behind(text, link.len);
			continue;
		}
		bool paragraph = str_starts(text, STR("\n\n"));
		buf_put(out, paragraph ? STR("</p>\n<p>") : STR("<br>\n"));
		while (text.len > 0 && text.at[0] == '\n' && paragraph)
			text = behind(text, 1);
		if (!paragraph)
			text = behind(text, 1);
	}
	buf_put(out, STR("</p>\n"));
}

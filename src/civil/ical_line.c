/* Content lines of iCalendar. */
#include "civil/ical_line.h"

#include <string.h>

enum {
	LINE_MAX_BYTES = 8192, /* unfolded */
	FOLD_BYTES = 75
};

/* The next line of the file without its end; false at the end of the text. */
static bool take_physical(struct ical_lines *l, struct str *ret)
{
	const char *end;

	if (l->rest.len == 0)
		return false;
	end = memchr(l->rest.at, '\n', l->rest.len);
	*ret = (struct str){l->rest.at, end ? (size_t)(end - l->rest.at) : l->rest.len};
	l->rest.at += ret->len + (end != NULL);
	l->rest.len -= ret->len + (end != NULL);
	l->next_line++;
	if (str_ends(*ret, STR("\r")))
		ret->len--;
	return true;
}

static bool continues(const struct ical_lines *l)
{
	return l->rest.len > 0 && (l->rest.at[0] == ' ' || l->rest.at[0] == '\t');
}

/* A line with those that continue it; absent when it is too long. */
static struct str unfold(struct ical_lines *l, struct str first)
{
	struct buf b = {.arena = l->arena};
	struct str more = first;
	bool fits = first.len <= LINE_MAX_BYTES;

	if (fits && !continues(l))
		return first;
	if (fits)
		buf_put(&b, first);
	while (continues(l) && take_physical(l, &more)) {
		fits = fits && b.len + more.len - 1 <= LINE_MAX_BYTES;
		if (fits)
			buf_put(&b, (struct str){more.at + 1, more.len - 1});
	}
	return fits ? buf_str(&b) : STR_NONE;
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

static struct str take_name(struct str *rest)
{
	struct str name = {rest->at, 0};

	while (name.len < rest->len && is_name(rest->at[name.len]))
		name.len++;
	rest->at += name.len;
	rest->len -= name.len;
	return name;
}

/* A value of a parameter, without its quotation marks; absent when they do not close. */
static struct str take_parameter_value(struct str *rest)
{
	struct str value = {rest->at, 0};

	if (str_starts(*rest, STR("\""))) {
		const char *end = memchr(rest->at + 1, '"', rest->len - 1);
		if (!end)
			return STR_NONE;
		value = (struct str){rest->at + 1, (size_t)(end - rest->at) - 1};
		rest->len -= value.len + 2;
		rest->at = end + 1;
		return value;
	}
	while (value.len < rest->len && !memchr(";:,\"", rest->at[value.len], 4))
		value.len++;
	rest->at += value.len;
	rest->len -= value.len;
	return value;
}

static bool cut(struct str *rest, char c)
{
	if (rest->len == 0 || rest->at[0] != c)
		return false;
	rest->at++;
	rest->len--;
	return true;
}

static bool take_parameter(struct str *rest, struct ical_line *ret)
{
	struct str name = take_name(rest), value;

	if (name.len == 0 || !cut(rest, '='))
		return false;
	value = take_parameter_value(rest);
	if (!value.at)
		return false;
	while (cut(rest, ',')) /* of several values the first counts: none of the three may have more */
		if (!take_parameter_value(rest).at)
			return false;
	if (str_eq_nocase(name, STR("LANGUAGE")))
		ret->language = value;
	else if (str_eq_nocase(name, STR("TZID")))
		ret->zone = value;
	else if (str_eq_nocase(name, STR("VALUE")))
		ret->type = value;
	return true;
}

static bool take_apart(struct str text, struct ical_line *ret)
{
	ret->name = take_name(&text);
	if (ret->name.len == 0)
		return false;
	while (cut(&text, ';'))
		if (!take_parameter(&text, ret))
			return false;
	if (!cut(&text, ':'))
		return false;
	ret->value = text;
	return true;
}

static bool has_controls(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (((unsigned char)s.at[i] < 0x20 && s.at[i] != '\t') || s.at[i] == 0x7f)
			return true;
	return false;
}

enum ical_next ical_line_next(struct ical_lines *lines, struct ical_line *ret, enum ical_fault_code *ret_code)
{
	struct str text;

	do {
		*ret = (struct ical_line){.line = lines->next_line};
		if (!take_physical(lines, &text))
			return ICAL_END;
	} while (str_trim(text, " \t").len == 0 && !continues(lines));
	text = unfold(lines, text);
	*ret_code = ICAL_line_too_long;
	if (!text.at)
		return ICAL_FAULTY;
	*ret_code = has_controls(text) ? ICAL_control : ICAL_bad_line;
	return *ret_code == ICAL_bad_line && take_apart(text, ret) ? ICAL_LINE : ICAL_FAULTY;
}

/* The length of a piece of at most `most` bytes that ends between two characters. */
static size_t whole_characters(struct str s, size_t most)
{
	size_t n = s.len < most ? s.len : most;

	while (n > 0 && n < s.len && ((unsigned char)s.at[n] & 0xC0) == 0x80)
		n--;
	return n > 0 ? n : most;
}

static void put_folded(struct buf *out, struct str line)
{
	size_t n = whole_characters(line, FOLD_BYTES);

	buf_put(out, (struct str){line.at, n});
	for (line.at += n, line.len -= n; line.len > 0; line.at += n, line.len -= n) {
		n = whole_characters(line, FOLD_BYTES - 1);
		buf_put(out, STR("\r\n "));
		buf_put(out, (struct str){line.at, n});
	}
	buf_put(out, STR("\r\n"));
}

void ical_line_put(struct buf *out, const char *name, struct str value)
{
	put_folded(out, arena_printf(out->arena, "%s:%.*s", name, STR_ARG(value)));
}

void ical_line_put_text(struct buf *out, const char *name, struct str text)
{
	struct buf b = {.arena = out->arena};

	if (!text.at)
		return;
	for (size_t i = 0; i < text.len; i++) {
		if (memchr("\\,;", text.at[i], 3))
			buf_byte(&b, '\\');
		if (text.at[i] == '\n')
			buf_put(&b, STR("\\n"));
		else
			buf_byte(&b, text.at[i]);
	}
	ical_line_put(out, name, buf_str(&b));
}

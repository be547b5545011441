/* Content-Disposition, read and written. */
#include "http/disposition.h"

#include <string.h>

#include "base/buf.h"
#include "http/parse.h"

/* What is left to read. */
struct rest {
	char *at, *end;
};

static void skip_blanks(struct rest *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
		r->at++;
}

static struct str take_token(struct rest *r)
{
	size_t n = http_token_length((struct str){r->at, (size_t)(r->end - r->at)});
	struct str token = {r->at, n};

	r->at += n;
	return token;
}

/* A quoted string. Only \" and \\ are escapes: old browsers send whole paths with single backslashes. */
static bool take_quoted(struct rest *r, struct str *ret)
{
	char *to = ++r->at;

	ret->at = to;
	while (r->at < r->end && *r->at != '"') {
		bool escapes = *r->at == '\\' && r->at + 1 < r->end && (r->at[1] == '"' || r->at[1] == '\\');
		r->at += escapes;
		*to++ = *r->at++;
	}
	ret->len = (size_t)(to - ret->at);
	return r->at < r->end && *r->at++ == '"';
}

/* UTF-8'language'percent-encoded (RFC 8187), decoded where it stands. */
static bool decode_extended(struct str *value)
{
	static const struct str charset = {"UTF-8'", 6};
	struct str text = *value;
	const char *quote;

	if (text.len < charset.len || !str_eq_nocase((struct str){text.at, charset.len}, charset))
		return false;
	quote = memchr(text.at + charset.len, '\'', text.len - charset.len);
	if (!quote)
		return false;
	char *base = (char *)(uintptr_t)text.at, *to = base;
	for (size_t i = (size_t)(quote + 1 - text.at); i < text.len; i++) {
		if (text.at[i] != '%') {
			*to++ = text.at[i];
			continue;
		}
		int high = i + 2 < text.len ? str_hex_digit(text.at[i + 1]) : -1;
		int low = i + 2 < text.len ? str_hex_digit(text.at[i + 2]) : -1;
		if (high < 0 || low < 0)
			return false;
		*to++ = (char)(high * 16 + low);
		i += 2;
	}
	*value = (struct str){base, (size_t)(to - base)};
	return true;
}

static bool take_value(struct rest *r, struct str *ret)
{
	if (r->at < r->end && *r->at == '"')
		return take_quoted(r, ret);
	*ret = take_token(r);
	return ret->len > 0;
}

static bool set_once(struct str *member, struct str value)
{
	if (member->at)
		return false;
	*member = value;
	return true;
}

/* One "; name=value"; parameters that nobody knows are passed over. */
static bool take_parameter(struct rest *r, struct disposition *ret, struct str *plain)
{
	struct str name, value;

	r->at++;
	skip_blanks(r);
	name = take_token(r);
	if (name.len == 0 || r->at == r->end || *r->at++ != '=' || !take_value(r, &value))
		return false;
	skip_blanks(r);
	if (str_eq_nocase(name, STR("name")))
		return set_once(&ret->name, value);
	if (str_eq_nocase(name, STR("filename")))
		return set_once(plain, value);
	if (!str_eq_nocase(name, STR("filename*")))
		return true;
	ret->extended = true;
	return decode_extended(&value) && set_once(&ret->filename, value);
}

bool disposition_parse(char *text, size_t len, struct disposition *ret)
{
	struct rest r = {text, text + len};
	struct str plain = STR_NONE;

	*ret = (struct disposition){0};
	ret->type = take_token(&r);
	skip_blanks(&r);
	while (r.at < r.end && *r.at == ';')
		if (!take_parameter(&r, ret, &plain))
			return false;
	if (!ret->filename.at)
		ret->filename = plain;
	return ret->type.len > 0 && r.at == r.end;
}

static bool is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
	       c == '-' || c == '_';
}

struct str disposition_attachment(struct arena *arena, struct str name)
{
	struct buf b = {.arena = arena};

	buf_put(&b, STR("attachment; filename=\""));
	for (size_t i = 0; i < name.len; i++)
		if (((uint8_t)name.at[i] & 0xc0) != 0x80) /* one for each character */
			buf_byte(&b, is_plain(name.at[i]) || name.at[i] == ' ' ? name.at[i] : '_');
	buf_put(&b, STR("\"; filename*=UTF-8''"));
	for (size_t i = 0; i < name.len; i++)
		if (is_plain(name.at[i]))
			buf_byte(&b, name.at[i]);
		else
			buf_printf(&b, "%%%02X", (unsigned)(uint8_t)name.at[i]);
	return buf_str(&b);
}

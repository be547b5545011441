/* Percent-decoding and query strings (RFC 3986 section 2.1, WHATWG form encoding). */
#include <errno.h>
#include <string.h>

#include "http/parse.h"

/* Decodes into `out`, which is as long as `text`; -EINVAL for a bad escape. */
static int decode(struct str text, bool plus, char *out, size_t *ret_len)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		if (c == '%') {
			if (text.len - i < 3 || str_hex_digit(text.at[i + 1]) < 0 ||
				str_hex_digit(text.at[i + 2]) < 0)
				return -EINVAL;
			c = (char)(str_hex_digit(text.at[i + 1]) << 4 | str_hex_digit(text.at[i + 2]));
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		out[n++] = c;
	}
	*ret_len = n;
	return 0;
}

struct str http_percent_decode(struct arena *arena, struct str text, bool plus)
{
	struct str result = text;

	if (text.len == 0)
		return text;
	if (memchr(text.at, '%', text.len) || (plus && memchr(text.at, '+', text.len))) {
		char *out = arena_try(arena, text.len);
		if (!out)
			arena_fail(arena);
		if (!out || decode(text, plus, out, &result.len) < 0)
			return STR_NONE;
		result.at = out;
	}
	return str_is_utf8(result) ? result : STR_NONE;
}

int http_query_next(struct arena *arena, struct str *rest, struct str *ret_name, struct str *ret_value)
{
	struct str part, name;

	do {
		if (!str_next(rest, '&', &part))
			return 0;
	} while (part.len == 0);
	if (!str_next(&part, '=', &name))
		return -EINVAL;
	if (!part.at)
		part = STR("");
	*ret_name = http_percent_decode(arena, name, true);
	*ret_value = http_percent_decode(arena, part, true);
	return ret_name->at && ret_value->at ? 1 : -EINVAL;
}

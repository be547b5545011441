/* The strict reader of chunked bodies (RFC 9112 section 7.1). */
#include <string.h>

#include "http/parse.h"

enum {
	SIZE_DIGITS_MAX = 15
};

/* A whole line at the beginning of `data`, without its CR LF; *ret_taken is 0 while it is incomplete. */
static enum http_refusal whole_line(struct str data, size_t max, size_t *ret_taken, struct str *ret_line)
{
	size_t seen = data.len < max ? data.len : max;
	const char *lf = memchr(data.at, '\n', seen);
	size_t end = lf ? (size_t)(lf - data.at) : seen;
	const char *cr = memchr(data.at, '\r', end);

	*ret_taken = 0;
	if (cr && (size_t)(cr - data.at) + 1 < end)
		return HTTP_bare_line_break;
	if (!lf)
		return data.len < max ? HTTP_OK : HTTP_chunk_line_too_long;
	if (!cr)
		return HTTP_bare_line_break;
	*ret_taken = end + 1;
	*ret_line = (struct str){data.at, end - 1};
	return HTTP_OK;
}

static struct str tail_of(struct str s, size_t n)
{
	return (struct str){s.at + n, s.len - n};
}

/* Length of the quoted string at the beginning; 0: none. Escapes are refused: readers disagree about them. */
static size_t quoted_length(struct str s)
{
	if (s.len == 0 || s.at[0] != '"')
		return 0;
	for (size_t i = 1; i < s.len; i++) {
		if (s.at[i] == '"')
			return i + 1;
		if (s.at[i] < ' ' || s.at[i] > '~' || s.at[i] == '\\')
			return 0;
	}
	return 0;
}

/* An extension is ignored, but it must have its form, so that everybody finds the same end: ;name,
 * ;name=token or ;name="text", one and without blanks. */
static bool is_extension(struct str s)
{
	if (s.len == 0)
		return true;
	size_t name = s.at[0] == ';' ? http_token_length(tail_of(s, 1)) : 0;
	if (name == 0 || s.len == name + 1)
		return name > 0;
	s = tail_of(s, name + 1);
	if (s.at[0] != '=')
		return false;
	s = tail_of(s, 1);
	size_t value = http_token_length(s);
	return s.len > 0 && (value == s.len || quoted_length(s) == s.len);
}

static enum http_refusal read_size(struct http_chunks *c, struct str data, size_t *ret_taken)
{
	uint64_t size = 0;
	size_t n = 0;
	struct str line;
	enum http_refusal bad = whole_line(data, HTTP_CHUNK_LINE_MAX, ret_taken, &line);

	if (data.len > 0 && str_hex_digit(data.at[0]) < 0)
		return HTTP_bad_chunk_size;
	if (bad != HTTP_OK || *ret_taken == 0)
		return bad;
	for (; n < line.len && str_hex_digit(line.at[n]) >= 0; n++)
		size = size * 16 + (uint64_t)str_hex_digit(line.at[n]);
	if (n > SIZE_DIGITS_MAX || !is_extension((struct str){line.at + n, line.len - n}))
		return HTTP_bad_chunk_size;
	if (size > (uint64_t)INT64_MAX - c->total)
		return HTTP_bad_chunk_size;
	c->left = size;
	c->at = size > 0 ? CHUNK_DATA : CHUNK_TRAILER;
	return HTTP_OK;
}

static enum http_refusal read_data(
	struct http_chunks *c, struct str data, size_t *ret_taken, struct str *ret_body)
{
	size_t n = data.len < c->left ? data.len : (size_t)c->left;

	*ret_body = (struct str){data.at, n};
	*ret_taken = n;
	c->left -= n;
	c->total += n;
	if (c->left == 0)
		c->at = CHUNK_DATA_END;
	return HTTP_OK;
}

static enum http_refusal read_data_end(struct http_chunks *c, struct str data, size_t *ret_taken)
{
	if (memcmp(data.at, "\r\n", data.len < 2 ? data.len : 2) != 0)
		return HTTP_bad_chunk_end;
	if (data.len < 2)
		return HTTP_OK;
	*ret_taken = 2;
	c->at = CHUNK_SIZE;
	return HTTP_OK;
}

/* Fields that frame, route or authorise have no place in a trailer (RFC 9110 section 6.5.1). */
static bool may_trail(struct str name)
{
	static const char *const never[] = {"content-length", "transfer-encoding", "host", "connection",
		"upgrade", "authorization", "content-type", "content-encoding", "expect", "trailer"};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (str_eq_nocase(name, str_of(never[i])))
			return false;
	return true;
}

static enum http_refusal read_trailer(struct http_chunks *c, struct str data, size_t *ret_taken)
{
	struct http_field field;
	struct str line;
	enum http_refusal bad = whole_line(data, HTTP_TRAILER_MAX - c->trailer_bytes, ret_taken, &line);

	if (bad == HTTP_chunk_line_too_long)
		return HTTP_trailer_too_large;
	if (bad != HTTP_OK || *ret_taken == 0)
		return bad;
	c->trailer_bytes += (unsigned)*ret_taken;
	if (line.len == 0) {
		c->at = CHUNK_DONE;
		return HTTP_OK;
	}
	if (http_parse_field(line, &field) != HTTP_OK || !may_trail(field.name))
		return HTTP_bad_trailer;
	return HTTP_OK;
}

enum http_refusal http_chunks_read(
	struct http_chunks *c, struct str data, size_t *ret_taken, struct str *ret_body)
{
	*ret_taken = 0;
	*ret_body = (struct str){data.at, 0};
	if (data.len == 0)
		return HTTP_OK;
	switch (c->at) {
	case CHUNK_SIZE:
		return read_size(c, data, ret_taken);
	case CHUNK_DATA:
		return read_data(c, data, ret_taken, ret_body);
	case CHUNK_DATA_END:
		return read_data_end(c, data, ret_taken);
	case CHUNK_TRAILER:
		return read_trailer(c, data, ret_taken);
	case CHUNK_DONE:
		break;
	}
	return HTTP_OK;
}

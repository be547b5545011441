/* The strict reader of request heads: request line and fields (RFC 9112 sections 2 to 7, RFC 9110 section
 * 5). */
#include "http/parse.h"

#include <string.h>

/* What a byte may be part of. */
enum {
	TOKEN = 1,  /* method, field name                                                               */
	TARGET = 2, /* path and query (RFC 3986)                                                        */
	QUERY = 4,  /* query only: what browsers leave as it is                                         */
	VALUE = 8,  /* field value                                                                      */
	HOST = 16,  /* host name or IPv4 address                                                        */
	HEX = 32,
	DIGIT = 64,
	NAME = TOKEN | TARGET | VALUE | HOST,
	MARK = TOKEN | TARGET | VALUE,
};

/* clang-format off */
static const uint8_t class_of[256] = {
	['\t'] = VALUE, [' '] = VALUE, [0x80 ... 0xff] = VALUE,
	['0' ... '9'] = NAME | HEX | DIGIT, ['A' ... 'F'] = NAME | HEX, ['G' ... 'Z'] = NAME,
	['a' ... 'f'] = NAME | HEX, ['g' ... 'z'] = NAME,
	['-'] = NAME, ['.'] = NAME, ['_'] = NAME, ['~'] = NAME,
	['!'] = MARK, ['$'] = MARK, ['%'] = MARK, ['&'] = MARK, ['\''] = MARK, ['*'] = MARK, ['+'] = MARK,
	['('] = TARGET | VALUE, [')'] = TARGET | VALUE, [','] = TARGET | VALUE, ['/'] = TARGET | VALUE,
	[':'] = TARGET | VALUE, [';'] = TARGET | VALUE, ['='] = TARGET | VALUE, ['@'] = TARGET | VALUE,
	['?'] = QUERY | VALUE, ['['] = QUERY | VALUE, [']'] = QUERY | VALUE,
	['{'] = QUERY | VALUE, ['}'] = QUERY | VALUE,
	['^'] = TOKEN | QUERY | VALUE, ['`'] = TOKEN | QUERY | VALUE, ['|'] = TOKEN | QUERY | VALUE,
	['#'] = TOKEN | VALUE, ['"'] = VALUE, ['<'] = VALUE, ['>'] = VALUE, ['\\'] = VALUE,
};
/* clang-format on */

static bool is(char c, unsigned classes)
{
	return class_of[(uint8_t)c] & classes;
}

/* Length of the longest beginning of `s` that is made of these bytes. */
static size_t span(struct str s, unsigned classes)
{
	size_t n = 0;

	while (n < s.len && is(s.at[n], classes))
		n++;
	return n;
}

size_t http_token_length(struct str text)
{
	return span(text, TOKEN);
}

static struct str head_of(struct str s, size_t n)
{
	return (struct str){s.at, n};
}

static struct str tail_of(struct str s, size_t n)
{
	return (struct str){s.at + n, s.len - n};
}

size_t http_head_length(struct str data, size_t scanned)
{
	/* The last byte seen may have been a CR whose LF was still to come. */
	size_t at = scanned > 0 ? scanned - 1 : 0;

	if (data.len > 0 && !is(data.at[0], TOKEN) && data.at[0] != '\r' && data.at[0] != '\n')
		return 1;
	while (at < data.len) {
		const char *lf = memchr(data.at + at, '\n', data.len - at);
		size_t end = lf ? (size_t)(lf - data.at) : data.len;
		const char *cr = memchr(data.at + at, '\r', end - at);
		if (cr && (size_t)(cr - data.at) + 1 < end)
			return (size_t)(cr - data.at) + 2;
		if (!lf)
			return 0;
		if (end == 0 || data.at[end - 1] != '\r')
			return end + 1;
		if (end == 1 || data.at[end - 2] == '\n')
			return end + 1;
		at = end + 1;
	}
	return 0;
}

enum http_refusal http_check_growth(struct str data)
{
	if (data.len < HTTP_HEAD_MAX)
		return HTTP_OK;
	return memchr(data.at, '\n', data.len) ? HTTP_head_too_large : HTTP_target_too_long;
}

static bool is_port(struct str s)
{
	int64_t port;

	return s.len == 0 || (span(s, DIGIT) == s.len && str_to_i64(s, &port) == 0 && port <= 65535);
}

bool http_is_authority(struct str text)
{
	size_t n = span(text, HOST);

	if (text.len > 0 && text.at[0] == '[') {
		n = 1;
		while (n < text.len && (is(text.at[n], HEX) || text.at[n] == ':' || text.at[n] == '.'))
			n++;
		if (n < 4 || n == text.len || text.at[n++] != ']')
			return false;
	}
	if (n == 0)
		return false;
	return n == text.len || (text.at[n] == ':' && is_port(tail_of(text, n + 1)));
}

static bool escapes_are_whole(struct str s)
{
	for (const char *at; s.len > 0 && (at = memchr(s.at, '%', s.len)) != NULL;) {
		s = tail_of(s, (size_t)(at - s.at) + 1);
		if (s.len < 2 || !is(s.at[0], HEX) || !is(s.at[1], HEX))
			return false;
	}
	return true;
}

static enum http_refusal read_method(struct req *req, struct str text)
{
	if (text.len == 0 || span(text, TOKEN) < text.len)
		return HTTP_bad_method;
	for (enum http_method m = 0; m < HTTP_METHODS; m++) {
		if (str_eq(text, str_of(http_method_name(m)))) {
			req->method = m;
			return HTTP_OK;
		}
	}
	return HTTP_unknown_method;
}

/* Behind scheme and authority of an absolute-form target; absent when it has none. */
static struct str skip_origin(struct str target)
{
	size_t n = 0;

	if (target.len > 7 && str_eq_nocase(head_of(target, 7), STR("http://")))
		n = 7;
	else if (target.len > 8 && str_eq_nocase(head_of(target, 8), STR("https://")))
		n = 8;
	else
		return STR_NONE;
	struct str rest = tail_of(target, n);
	for (n = 0; n < rest.len && rest.at[n] != '/' && rest.at[n] != '?';)
		n++;
	return http_is_authority(head_of(rest, n)) ? tail_of(rest, n) : STR_NONE;
}

static enum http_refusal read_target(struct req *req, struct str target)
{
	struct str rest = target;

	req->target = target;
	if (target.len == 0)
		return HTTP_bad_request_line;
	if (str_eq(target, STR("*"))) {
		req->path = target;
		return req->method == HTTP_OPTIONS ? HTTP_OK : HTTP_bad_target;
	}
	if (target.at[0] != '/')
		rest = skip_origin(target);
	if (!rest.at || !escapes_are_whole(rest))
		return HTTP_bad_target;
	size_t path = span(rest, TARGET);
	req->path = path > 0 ? head_of(rest, path) : STR("/");
	rest = tail_of(rest, path);
	if (rest.len == 0)
		return HTTP_OK;
	if (rest.at[0] != '?' || span(rest, TARGET | QUERY) < rest.len)
		return HTTP_bad_target;
	req->query_text = tail_of(rest, 1);
	return HTTP_OK;
}

static enum http_refusal read_version(struct req *req, struct str text)
{
	if (text.len != 8 || !str_starts(text, STR("HTTP/")) || !is(text.at[5], DIGIT) || text.at[6] != '.' ||
		!is(text.at[7], DIGIT))
		return HTTP_bad_version;
	if (text.at[5] != '1' || text.at[7] > '1')
		return HTTP_unknown_version;
	req->minor = text.at[7] - '0';
	return HTTP_OK;
}

static enum http_refusal read_request_line(struct req *req, struct str line)
{
	const char *first = memchr(line.at, ' ', line.len), *last = memrchr(line.at, ' ', line.len);
	enum http_refusal bad;

	if (!first)
		return HTTP_bad_request_line;
	if ((bad = read_method(req, head_of(line, (size_t)(first - line.at)))) != HTTP_OK)
		return bad;
	if (first == last)
		return HTTP_bad_request_line;
	struct str target = {first + 1, (size_t)(last - first) - 1};
	if ((bad = read_target(req, target)) != HTTP_OK)
		return bad;
	return read_version(req, tail_of(line, (size_t)(last - line.at) + 1));
}

enum http_refusal http_parse_field(struct str line, struct http_field *ret)
{
	size_t name = span(line, TOKEN);

	if (line.len > 0 && (line.at[0] == ' ' || line.at[0] == '\t'))
		return HTTP_folded_field;
	if (name == 0 || name == line.len)
		return HTTP_bad_field_name;
	if (line.at[name] == ' ' || line.at[name] == '\t')
		return HTTP_blank_before_colon;
	if (line.at[name] != ':')
		return HTTP_bad_field_name;
	ret->name = head_of(line, name);
	ret->value = tail_of(line, name + 1);
	if (span(ret->value, VALUE) < ret->value.len)
		return HTTP_bad_field_value;
	ret->value = str_trim(ret->value, " \t");
	return HTTP_OK;
}

/* What is found out on the way through the fields. */
struct reading {
	struct req *req;
	unsigned seen; /* a bit for each row of known[] */
	bool keep_alive;
};

static bool read_host(struct reading *r, struct str value)
{
	(void)r;
	return http_is_authority(value);
}

static bool read_content_length(struct reading *r, struct str value)
{
	return value.len > 0 && span(value, DIGIT) == value.len &&
	       str_to_i64(value, &r->req->content_length) == 0;
}

static bool read_transfer_encoding(struct reading *r, struct str value)
{
	r->req->chunked = r->req->minor > 0 && str_eq_nocase(value, STR("chunked"));
	return r->req->chunked;
}

static bool read_connection(struct reading *r, struct str value)
{
	struct str option;

	while (str_next(&value, ',', &option)) {
		option = str_trim(option, " \t");
		if (str_eq_nocase(option, STR("close")))
			r->req->close = true;
		else if (str_eq_nocase(option, STR("keep-alive")))
			r->keep_alive = true;
	}
	return true;
}

static bool read_expect(struct reading *r, struct str value)
{
	r->req->expects_continue = r->req->minor > 0 && str_eq_nocase(value, STR("100-continue"));
	return r->req->expects_continue || r->req->minor == 0;
}

static bool accept_any(struct reading *r, struct str value)
{
	(void)r;
	(void)value;
	return true;
}

/* The fields that frame the message or may not be ambiguous. bad: the refusal when it does not fit; again:
 * when it comes twice. */
enum {
	HOST_ROW,
	LENGTH_ROW,
	ENCODING_ROW
};

/* clang-format off */
static const struct known {
	struct str name;
	bool (*read)(struct reading *r, struct str value);
	enum http_refusal bad, again;
} known[] = {
	[HOST_ROW] = {{"host", 4}, read_host, HTTP_bad_host, HTTP_double_host},
	[LENGTH_ROW] = {{"content-length", 14}, read_content_length,
		HTTP_bad_content_length, HTTP_double_content_length},
	[ENCODING_ROW] = {{"transfer-encoding", 17}, read_transfer_encoding,
		HTTP_bad_transfer_encoding, HTTP_bad_transfer_encoding},
	{{"connection", 10}, read_connection, HTTP_OK, HTTP_OK},
	{{"expect", 6}, read_expect, HTTP_unknown_expectation, HTTP_double_field},
	{{"authorization", 13}, accept_any, HTTP_OK, HTTP_double_field},
	{{"content-type", 12}, accept_any, HTTP_OK, HTTP_double_field},
	{{"idempotency-key", 15}, accept_any, HTTP_OK, HTTP_double_field},
};
/* clang-format on */

/* Readers disagree about tabs around the values that frame the body. */
static bool is_ambiguous(unsigned row, struct str line)
{
	return (row == LENGTH_ROW || row == ENCODING_ROW) && memchr(line.at, '\t', line.len);
}

static enum http_refusal read_field(struct reading *r, const struct http_field *field, struct str line)
{
	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (field->name.len != known[i].name.len || !str_eq_nocase(field->name, known[i].name))
			continue;
		if ((r->seen & 1u << i) && known[i].again != HTTP_OK)
			return known[i].again;
		r->seen |= 1u << i;
		return !is_ambiguous(i, line) && known[i].read(r, field->value) ? HTTP_OK : known[i].bad;
	}
	return HTTP_OK;
}

/* The next line without its line break. */
static enum http_refusal next_line(struct str *rest, struct str *ret_line)
{
	const char *lf = rest->len > 0 ? memchr(rest->at, '\n', rest->len) : NULL;

	if (!lf || lf == rest->at || lf[-1] != '\r')
		return HTTP_bare_line_break;
	*ret_line = head_of(*rest, (size_t)(lf - rest->at) - 1);
	*rest = tail_of(*rest, (size_t)(lf - rest->at) + 1);
	return HTTP_OK;
}

static enum http_refusal read_fields(struct reading *r, struct str rest)
{
	struct req *req = r->req;
	enum http_refusal bad;
	struct str line;

	while ((bad = next_line(&rest, &line)) == HTTP_OK && rest.len > 0) {
		if (req->nfields == HTTP_FIELDS_MAX)
			return HTTP_too_many_fields;
		struct http_field *field = &req->fields[req->nfields];
		if ((bad = http_parse_field(line, field)) != HTTP_OK ||
			(bad = read_field(r, field, line)) != HTTP_OK)
			return bad;
		req->nfields++;
	}
	if (bad == HTTP_OK && line.len > 0)
		return HTTP_bare_line_break;
	return bad;
}

enum http_refusal http_parse_head(struct req *req, struct str head)
{
	struct reading r = {.req = req};
	enum http_refusal bad;
	struct str line, rest = head;

	req->content_length = -1;
	if (head.len > HTTP_HEAD_MAX)
		return memchr(head.at, '\n', HTTP_HEAD_MAX) ? HTTP_head_too_large : HTTP_target_too_long;
	if (head.len > 0 && !is(head.at[0], TOKEN))
		return HTTP_bad_request_line;
	if ((bad = next_line(&rest, &line)) != HTTP_OK || (bad = read_request_line(req, line)) != HTTP_OK)
		return bad;
	if ((bad = read_fields(&r, rest)) != HTTP_OK)
		return bad;
	if ((r.seen & 1u << LENGTH_ROW) && (r.seen & 1u << ENCODING_ROW))
		return HTTP_length_and_encoding;
	if (req->minor == 1 && !(r.seen & 1u << HOST_ROW))
		return HTTP_missing_host;
	req->close |= req->minor == 0 && !r.keep_alive;
	return HTTP_OK;
}

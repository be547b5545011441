#ifndef TIEPDAN_HTTP_PARSE_H
#define TIEPDAN_HTTP_PARSE_H

#include "http/req.h"

/* The strict HTTP/1.x reader: pure functions over one contiguous head. RFC 9112; whatever it accepts, llhttp
 * in strict mode frames alike (tests/fuzz/fuzz_http.c). */

enum {
	HTTP_HEAD_MAX = 16 * 1024,
	HTTP_CHUNK_LINE_MAX = 256,
	HTTP_TRAILER_MAX = 4 * 1024,
};

/* Why a head or a body was refused: each has its counter and its problem. */
enum http_refusal {
	HTTP_OK,
#define REFUSAL(name, problem, vi, en) HTTP_##name,
#include "http/refusals.def"
	HTTP_REFUSALS
};

/* Bytes of `data` up to and including the empty line that ends the head; 0: not complete yet. A bare CR or LF
 * is left for http_parse_head() to refuse: it counts as an end, so that nothing behind it is ever read as a
 * head; so does a first byte that begins no method (a TLS hello, say). The first `scanned` bytes were looked
 * at by an earlier call. */
size_t http_head_length(struct str data, size_t scanned);
/* Whether a head that is still incomplete may grow. */
enum http_refusal http_check_growth(struct str data);
/* Fills method, minor, target, path, query_text, fields, chunked, content_length, expects_continue and close
 * of `req` from a complete head, which must live as long as `req`: its texts are views. After a refusal only
 * what was read before the fault is set. */
enum http_refusal http_parse_head(struct req *req, struct str head);
/* One field line without its CR LF, of a head or a trailer. */
enum http_refusal http_parse_field(struct str line, struct http_field *ret);
/* Length of the longest beginning that is a token (RFC 9110 section 5.6.2). */
size_t http_token_length(struct str text);
/* uri-host [":" port], RFC 9110 section 7.2; no user, not empty. */
bool http_is_authority(struct str text);

/* Chunked bodies, read as they come. */
struct http_chunks {
	enum {
		CHUNK_SIZE,
		CHUNK_DATA,
		CHUNK_DATA_END,
		CHUNK_TRAILER,
		CHUNK_DONE
	} at;
	uint64_t left;	/* bytes left in the current chunk */
	uint64_t total; /* body bytes so far               */
	unsigned trailer_bytes;
};
/* Takes as much of `data` as it can: ret_taken bytes are used up, of which the body part (maybe empty) is
 * ret_body. Call again with the rest until it takes nothing. */
enum http_refusal http_chunks_read(
	struct http_chunks *c, struct str data, size_t *ret_taken, struct str *ret_body);

/* Percent-decoding, once, strict: bad escapes, U+0000 and invalid UTF-8 give absent. `plus` turns '+' into a
 * blank. A text without escapes is returned as it is, not copied. */
struct str http_percent_decode(struct arena *arena, struct str text, bool plus);
/* Cuts the next name=value off a query string and decodes both ('+' is a blank; no '=': the value is empty).
 * Returns 1, 0 at the end, or -EINVAL for a part that cannot be decoded. Empty parts ("a=1&&b=2") are
 * skipped. */
int http_query_next(struct arena *arena, struct str *rest, struct str *ret_name, struct str *ret_value);
const char *http_method_name(enum http_method method);
const char *http_status_text(int status);
enum problem http_refusal_problem(enum http_refusal refusal);
const char *http_refusal_help(enum http_refusal refusal, enum lang lang);
void http_refusal_count(enum http_refusal refusal); /* in all and by reason */

#endif

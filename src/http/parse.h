#ifndef TIEPDAN_HTTP_PARSE_H
#define TIEPDAN_HTTP_PARSE_H

#include "http/req.h"

/* The strict HTTP/1.x reader: pure functions over one contiguous head. RFC 9112; whatever it accepts, llhttp in strict
 * mode frames alike (tests/fuzz/fuzz_http.c). */

enum { HTTP_HEAD_MAX = 16 * 1024, HTTP_HEAD_MAX_OPEN311 = 32 * 1024, HTTP_CHUNK_LINE_MAX = 256 };

/* Why a head or a body was refused: each has its counter and its problem. */
enum http_refusal {
	HTTP_OK,
#define REFUSAL(name, problem, help) HTTP_##name,
#include "http/refusals.def"
	HTTP_REFUSALS
};

/* Bytes of `data` up to and including the empty line that ends the head; 0: not complete yet. A bare CR or LF is left
 * for http_parse_head() to refuse: it counts as an end, so that nothing behind it is ever read as a head. */
size_t http_head_length(struct str data, size_t scanned);
/* Fills method, minor, target, path, query_text, fields, chunked, content_length and close of `req` from a complete head. */
enum http_refusal http_parse_head(struct req *req, struct str head);

/* Chunked bodies, read as they come. */
struct http_chunks {
	enum { CHUNK_SIZE, CHUNK_DATA, CHUNK_DATA_END, CHUNK_TRAILER, CHUNK_DONE } at;
	uint64_t left;        /* bytes left in the current chunk */
	uint64_t total;       /* body bytes so far               */
	unsigned trailer_bytes;
};
/* Takes as much of `data` as it can: ret_taken bytes are used up, of which the body part (maybe empty) is ret_body. Call
 * again with the rest until it takes nothing. */
enum http_refusal http_chunks_read(struct http_chunks *c, struct str data, size_t *ret_taken, struct str *ret_body);

/* Percent-decoding, once, strict: bad escapes, U+0000 and invalid UTF-8 give absent. `plus` turns '+' into a blank. */
struct str http_percent_decode(struct arena *arena, struct str text, bool plus);
const char *http_method_name(enum http_method method);
const char *http_status_text(int status);
enum problem http_refusal_problem(enum http_refusal refusal);
const char *http_refusal_name(enum http_refusal refusal);

#endif

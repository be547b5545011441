#ifndef TIEPDAN_HTTP_REPLY_H
#define TIEPDAN_HTTP_REPLY_H

#include "http/problem.h"
#include "http/req.h"

/* Answers. Each request gets exactly one; a second one is a bug. Everything that all answers share stands in
 * reply.c: Date, Content-Length, X-Request-Id, traceparent, nosniff, Cache-Control (private, no-store unless
 * set), Vary, Content-Language, RateLimit fields, gzip by negotiation, HEAD, Connection. */

/* A header of the answer to come. The value must live in the request's arena or be static. A later one of the
 * same name replaces the earlier; names in Vary add to those that every answer has. A value with a control
 * byte is not sent. */
void reply_header(struct req *req, const char *name, struct str value);
/* Sets a strong ETag from a row version, given without the quotation marks; reply_json answers 304 to a GET
 * whose If-None-Match names it. An answer that is compressed is another representation and gets "<tag>-gzip"
 * (RFC 9110 section 8.8.3.3). */
void reply_etag(struct req *req, struct str tag);
/* The tag, as reply_etag() was given it, in an If-Match of exactly one strong tag; absent otherwise. */
struct str reply_tag_of(struct str if_match);

/* A header of the answer that has been set; absent: it has not. */
struct str reply_header_of(struct req *req, const char *name);

void reply_json(struct req *req, int status, struct str body);
void reply_bytes(struct req *req, int status, const char *content_type, struct str body);
void reply_empty(struct req *req, int status); /* 204, 304 */
/* 200, 206 with the part that Range asks for, 304, or 416: a file of `size` bytes, sent by the kernel. Takes
 * over `fd`. Call reply_etag() before with a tag that stands for the bytes. */
void reply_file(struct req *req, int fd, int64_t size, const char *content_type);

/* application/problem+json. `detail` may be absent. */
void reply_problem(struct req *req, enum problem problem, struct str detail);
/* The same about that member of the input, and not about the one that the row of the problem names. */
void reply_problem_at(struct req *req, enum problem problem, struct str pointer);
/* The same with one more member: `extension` is complete JSON, e.g. "\"moves\":[...]". */
void reply_problem_with(struct req *req, enum problem problem, struct str detail, struct str extension);
/* The problem too_large (413), with how many bytes there may be. */
void reply_too_large(struct req *req, int64_t most);
/* The body of such an answer alone, without detail: for answers that hold several outcomes. */
struct str reply_problem_body(struct req *req, enum problem problem);
/* Problem `invalid` (422) with all faults noted so far; false and no answer when there are none. */
bool reply_faults(struct req *req);

/* A whole answer, 503 and close, that needs no memory: for when there is none. */
extern const struct str reply_last_resort;

/* Called by the connection layer when the answer has left or never will; writes the access log line and the
 * metrics. */
void reply_log(struct req *req);

#endif

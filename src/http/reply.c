/* Answers: everything that all of them share stands in this file. */
#include "http/reply.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/metric.h"
#include "base/must.h"
#include "http/conn.h"
#include "http/gzip.h"
#include "http/negotiate.h"
#include "http/parse.h"
#include "http/range.h"

enum {
	GZIP_LEAST = 1024,
	SPAN_FROM = 19,
	LAST_RESORT_BODY_LEN = 65,
	HEAD_ROOM = 768 /* of most answers */
};

#define GZIP_SUFFIX STR("-gzip")

#define LAST_RESORT_BODY "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503}"
_Static_assert(sizeof(LAST_RESORT_BODY) - 1 == LAST_RESORT_BODY_LEN, "Content-Length below");
#define LAST_RESORT                                                                                          \
	"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nContent-Length: "     \
	"65\r\n"                                                                                             \
	"Retry-After: 1\r\nCache-Control: private, no-store\r\nX-Content-Type-Options: nosniff\r\n"          \
	"Referrer-Policy: no-referrer\r\nConnection: close\r\n\r\n" LAST_RESORT_BODY

const struct str reply_last_resort = {LAST_RESORT, sizeof(LAST_RESORT) - 1};

static bool has_control_bytes(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (((uint8_t)s.at[i] < ' ' && s.at[i] != '\t') || s.at[i] == 0x7f)
			return true;
	return false;
}

static struct http_field *find_header(struct req *req, const char *name)
{
	for (unsigned i = 0; i < req->nheaders; i++)
		if (str_eq_nocase(req->headers[i].name, str_of(name)))
			return &req->headers[i];
	return NULL;
}

void reply_header(struct req *req, const char *name, struct str value)
{
	struct http_field *header = find_header(req, name);

	if (!value.at || has_control_bytes(value))
		return;
	if (!header) {
		must(req->nheaders < REQ_HEADERS_MAX);
		header = &req->headers[req->nheaders++];
		header->name = str_of(name);
	} else if (str_eq_nocase(header->name, STR("Vary"))) {
		value = arena_printf(req->arena, "%.*s, %.*s", STR_ARG(header->value), STR_ARG(value));
	}
	header->value = value;
}

static void default_header(struct req *req, const char *name, struct str value)
{
	if (!find_header(req, name))
		reply_header(req, name, value);
}

struct str reply_header_of(struct req *req, const char *name)
{
	struct http_field *header = find_header(req, name);

	return header ? header->value : STR_NONE;
}

void reply_etag(struct req *req, struct str tag)
{
	if (!has_control_bytes(tag) && (tag.len == 0 || !memchr(tag.at, '"', tag.len)))
		req->etag = tag;
}

struct str reply_tag_of(struct str if_match)
{
	if (if_match.len < 2 || if_match.at[0] != '"' || if_match.at[if_match.len - 1] != '"')
		return STR_NONE;
	struct str tag = {if_match.at + 1, if_match.len - 2};
	if (tag.len > 0 && memchr(tag.at, '"', tag.len))
		return STR_NONE;
	if (str_ends(tag, GZIP_SUFFIX))
		tag.len -= GZIP_SUFFIX.len;
	return tag;
}

static struct str with_suffix(struct req *req, struct str tag)
{
	return arena_printf(req->arena, "%.*s%.*s", STR_ARG(tag), STR_ARG(GZIP_SUFFIX));
}

/* Whether the client has this representation already. */
static bool is_known(struct req *req)
{
	struct str tags = req_field_list(req, "If-None-Match");

	if (!req->etag.at || !tags.at || (req->method != HTTP_GET && req->method != HTTP_HEAD))
		return false;
	return negotiate_tags(tags, req->etag) || negotiate_tags(tags, with_suffix(req, req->etag));
}

/* The body as it is sent: compressed if that is wanted and worth it. Sets ETag and Content-Encoding to
 * fit. */
static struct str choose_coding(struct req *req, const char *content_type, struct str body)
{
	struct str packed = STR_NONE, type = str_of(content_type);
	bool may = str_starts(type, STR("text/")) || str_starts(type, STR("application/"));

	if (may && body.len >= GZIP_LEAST && !find_header(req, "Content-Encoding") &&
		negotiate_gzip(req_field_list(req, "Accept-Encoding"))) {
		if (req->packed.len == 0)
			req->packed = gzip_pack(req->arena, body);
		packed = req->packed;
	}
	if (packed.len == 0)
		return body;
	reply_header(req, "Content-Encoding", STR("gzip"));
	if (req->etag.at)
		req->etag = with_suffix(req, req->etag);
	return packed;
}

static void put_field(struct buf *head, const char *name, struct str value)
{
	buf_put(head, str_of(name));
	buf_put(head, STR(": "));
	buf_put(head, value);
	buf_put(head, STR("\r\n"));
}

static void put_trace(struct buf *head, const struct req *req)
{
	char id[UUID_TEXT_SIZE];

	uuid_format(&req->id, id);
	put_field(head, "X-Request-Id", str_of(id));
	if (req->trace_id[0] == 0)
		return;
	buf_put(head, STR("traceparent: 00-"));
	buf_put(head, str_of(req->trace_id));
	buf_byte(head, '-');
	/* The span is the second half of the request id. */
	buf_put(head, (struct str){id + SPAN_FROM, 4});
	buf_put(head, (struct str){id + SPAN_FROM + 5, 12});
	buf_put(head, req->sampled ? STR("-01\r\n") : STR("-00\r\n"));
}

/* The fields that every answer has, unless the handler has set its own. */
static void put_shared(struct buf *head, struct req *req)
{
	put_field(head, "Date", conns_date(req->app->conns));
	put_trace(head, req);
	if (conn_closes_after(req))
		put_field(head, "Connection", STR("close"));
	else if (req->minor == 0)
		put_field(head, "Connection", STR("keep-alive"));
	if (req->etag.at)
		buf_printf(head, "ETag: \"%.*s\"\r\n", STR_ARG(req->etag));
	buf_put(head, STR("X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"));
	default_header(req, "Cache-Control", STR("private, no-store"));
	reply_header(req, "Vary", STR("Accept-Language, Accept-Encoding"));
	for (unsigned i = 0; i < req->nheaders; i++) {
		buf_put(head, req->headers[i].name);
		buf_put(head, STR(": "));
		buf_put(head, req->headers[i].value);
		buf_put(head, STR("\r\n"));
	}
}

static struct str build_head(struct req *req, size_t length)
{
	struct buf head = {.arena = req->arena};

	buf_room(&head, HEAD_ROOM);
	buf_put(&head, STR("HTTP/1.1 "));
	buf_int(&head, req->status);
	buf_byte(&head, ' ');
	buf_put(&head, str_of(http_status_text(req->status)));
	buf_put(&head, STR("\r\n"));
	put_shared(&head, req);
	if (req->status != 204 && req->status != 304) {
		buf_put(&head, STR("Content-Length: "));
		buf_int(&head, (int64_t)length);
		buf_put(&head, STR("\r\n"));
	}
	buf_put(&head, STR("\r\n"));
	return buf_str(&head);
}

/* Every answer passes here. Nobody is left to read the answer of a client that has gone; only the log wants
 * to know. */
static void finish(struct req *req, int status, const char *content_type, struct str body)
{
	must(req->state != REQ_ANSWERED);
	req->status = status;
	if (!req->conn)
		return;
	if (status == 200 && is_known(req)) {
		if (body.len >= GZIP_LEAST && negotiate_gzip(req_field_list(req, "Accept-Encoding")))
			req->etag = with_suffix(req, req->etag);
		req->status = 304;
		body = STR("");
	} else if (content_type) {
		body = choose_coding(req, content_type, body);
		reply_header(req, "Content-Type", str_of(content_type));
		default_header(req, "Content-Language", req->lang == LANG_EN ? STR("en") : STR("vi"));
	}
	struct str head = build_head(req, body.len);
	if (arena_failed(req->arena)) {
		metric_add(METRIC_memory_out, 1);
		req->status = 503;
		req->close = true;
		head = (struct str){reply_last_resort.at, reply_last_resort.len - LAST_RESORT_BODY_LEN};
		body = STR(LAST_RESORT_BODY);
	}
	if (req->method == HTTP_HEAD)
		body = STR("");
	req->body_bytes = (int64_t)body.len;
	req_become(req, REQ_ANSWERED);
	conn_send(req, head, body);
}

static void close_file(int *fd)
{
	close(*fd);
}

/* Which bytes of the file are asked for. False: none that it has. */
static bool choose_range(struct req *req, int64_t size, struct range *ret)
{
	struct str field = req_field(req, "Range"), condition = req_field(req, "If-Range");

	*ret = (struct range){0, size};
	if (!field.at || req->method != HTTP_GET ||
		(condition.at && !str_eq(reply_tag_of(condition), req->etag)))
		return true;
	switch (range_parse(field, size, ret)) {
	case RANGE_WHOLE:
		return true;
	case RANGE_PART:
		req->status = 206;
		reply_header(req, "Content-Range",
			arena_printf(req->arena, "bytes %lld-%lld/%lld", (long long)ret->from,
				(long long)(ret->from + ret->length - 1), (long long)size));
		return true;
	case RANGE_NONE:
		break;
	}
	return false;
}

void reply_file(struct req *req, int fd, int64_t size, const char *content_type)
{
	int *owned = arena_alloc(req->arena, sizeof(*owned));
	struct range range;

	*owned = fd;
	arena_defer(req->arena, close_file, owned);
	must(req->state != REQ_ANSWERED);
	req->status = 200;
	if (is_known(req)) {
		finish(req, 200, NULL, STR(""));
		return;
	}
	reply_header(req, "Accept-Ranges", STR("bytes"));
	if (!choose_range(req, size, &range)) {
		reply_header(req, "Content-Range", arena_printf(req->arena, "bytes */%lld", (long long)size));
		reply_problem(req, PROBLEM_range_not_satisfiable, STR_NONE);
		return;
	}
	reply_header(req, "Content-Type", str_of(content_type));
	struct str head = build_head(req, (size_t)range.length);
	if (arena_failed(req->arena) || !req->conn) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	if (req->method == HTTP_HEAD)
		range.length = 0;
	req->body_bytes = range.length;
	req_become(req, REQ_ANSWERED);
	conn_send_file(req, head, fd, range.from, range.length);
}

void reply_json(struct req *req, int status, struct str body)
{
	finish(req, status, "application/json", body);
}

void reply_bytes(struct req *req, int status, const char *content_type, struct str body)
{
	finish(req, status, content_type, body);
}

void reply_empty(struct req *req, int status)
{
	finish(req, status, NULL, STR(""));
}

/* A JSON Pointer as a URI fragment (RFC 6901 section 6). */
static void put_fragment(struct buf *b, struct str pointer)
{
	static const char plain[] = "-._~!$&'()*+,;=:@/?";
	struct buf text = {.arena = b->arena};

	buf_byte(&text, '#');
	for (size_t i = 0; i < pointer.len; i++) {
		char c = pointer.at[i];
		bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (alnum || memchr(plain, c, sizeof(plain) - 1))
			buf_byte(&text, c);
		else
			buf_printf(&text, "%%%02X", (unsigned)(uint8_t)c);
	}
	buf_json(b, buf_str(&text));
}

static void put_fault(struct buf *b, const struct req *req, const struct req_fault *fault)
{
	struct str text = fault->detail.at ? fault->detail : str_of(fault_text(fault->code, req->lang));

	buf_printf(b, "{\"%s\":", fault->in);
	if (strcmp(fault->in, "pointer") == 0)
		put_fragment(b, fault->where);
	else
		buf_json(b, fault->where);
	if (fault->line > 0)
		buf_printf(b, ",\"line\":%u", fault->line);
	buf_printf(b, ",\"code\":\"%s\",\"detail\":", fault_name(fault->code));
	buf_json(b, text);
	buf_byte(b, '}');
}

/* The member errors[]: the faults noted so far, or the member that the problem is about. */
static void put_errors(
	struct buf *b, const struct req *req, const struct problem_row *row, struct str pointer, bool faults)
{
	if (!faults && pointer.len == 0)
		return;
	buf_put(b, STR(",\"errors\":["));
	if (!faults) {
		buf_put(b, STR("{\"pointer\":"));
		put_fragment(b, pointer);
		buf_printf(b, ",\"code\":\"%s\",\"detail\":", row->name);
		buf_json(b, str_of(row->title[req->lang]));
		buf_byte(b, '}');
	}
	for (unsigned i = 0; faults && i < req->nfaults; i++) {
		if (i > 0)
			buf_byte(b, ',');
		put_fault(b, req, &req->faults[i]);
	}
	buf_byte(b, ']');
}

static void put_type(struct buf *b, const struct req *req, const struct problem_row *row)
{
	struct str base = str_trim(str_of(req->app->config->public_url), " ");
	struct buf type = {.arena = b->arena};

	while (str_ends(base, STR("/")))
		base.len--;
	buf_put(&type, base);
	buf_printf(&type, "/problems/%s", row->name);
	buf_json(b, buf_str(&type));
}

static struct str problem_body(const struct req *req, enum problem problem, struct str detail,
	struct str extension, struct str pointer)
{
	const struct problem_row *row = problem_row(problem);
	struct buf b = {.arena = req->arena};
	char id[UUID_TEXT_SIZE];

	uuid_format(&req->id, id);
	buf_put(&b, STR("{\"type\":"));
	put_type(&b, req, row);
	buf_member(&b, "title", str_of(row->title[req->lang]));
	buf_printf(&b, ",\"status\":%d", row->status);
	if (detail.at) {
		buf_member(&b, "detail", detail);
	}
	buf_printf(&b, ",\"instance\":\"urn:uuid:%s\"", id);
	put_errors(&b, req, row, pointer, problem == PROBLEM_invalid && req->nfaults > 0);
	if (extension.len > 0) {
		buf_byte(&b, ',');
		buf_put(&b, extension);
	}
	buf_byte(&b, '}');
	return buf_str(&b);
}

struct str reply_problem_body(struct req *req, enum problem problem)
{
	return problem_body(req, problem, STR_NONE, STR_NONE, str_of(problem_row(problem)->pointer));
}

static void finish_problem(
	struct req *req, enum problem problem, struct str detail, struct str extension, struct str pointer)
{
	const struct problem_row *row = problem_row(problem);

	if (row->status == 503)
		default_header(req, "Retry-After", STR("1"));
	if (row->status == 401)
		default_header(req, "WWW-Authenticate", STR("Bearer"));
	req->etag = STR_NONE;
	finish(req, row->status, "application/problem+json",
		problem_body(req, problem, detail, extension, pointer));
}

void reply_problem(struct req *req, enum problem problem, struct str detail)
{
	reply_problem_with(req, problem, detail, STR_NONE);
}

void reply_problem_at(struct req *req, enum problem problem, struct str pointer)
{
	finish_problem(req, problem, STR_NONE, STR_NONE, pointer);
}

void reply_problem_with(struct req *req, enum problem problem, struct str detail, struct str extension)
{
	finish_problem(req, problem, detail, extension, str_of(problem_row(problem)->pointer));
}

void reply_too_large(struct req *req, int64_t most)
{
	static const char *const at_most[LANG_COUNT] = {[LANG_VI] = "Tối đa", [LANG_EN] = "At most"};

	reply_problem(req, PROBLEM_too_large,
		arena_printf(req->arena, "%s %" PRId64 " byte%s.", at_most[req->lang], most,
			req->lang == LANG_EN ? "s" : ""));
}

bool reply_faults(struct req *req)
{
	if (req->nfaults == 0)
		return false;
	reply_problem(req, PROBLEM_invalid, STR_NONE);
	return true;
}

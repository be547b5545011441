/* Reads the body that a step asked for, and skips the one that nobody wants. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/config.h"
#include "base/fail.h"
#include "base/loop.h"
#include "base/must.h"
#include "http/conn_private.h"
#include "http/reply.h"

enum {
	BODY_FIRST = 2048,
	SKIP_MAX = 64 * 1024,
	RATE_GRACE_US = 5000000, /* a body may be this late against 1 KiB a second */
	US_PER_KIB = 1000000
};

static void free_body(struct body *b)
{
	free(b->at);
}

bool conn_closes_after(const struct req *req)
{
	const struct conn *c = req->conn;

	if (req->close || req->app->draining || c->close)
		return true;
	if (c->body_left < 0 || c->body_left > SKIP_MAX)
		return true;
	/* It may be sent or not: whoever waits for 100 Continue decides after reading the answer. */
	return c->body_left > 0 && req->expects_continue;
}

/* Whole body by the deadline, and on the way at least 1 KiB a second; a streamed one may be long. */
static void set_body_deadline(struct conn *c, const struct body *b)
{
	int64_t whole = b->began_us + c->conns->app->config->body_timeout_ms * 1000;
	int64_t rate = b->began_us + RATE_GRACE_US + (int64_t)(b->len / 1024) * US_PER_KIB;

	conn_set_deadline(c, whole < rate && !b->sink ? whole : rate);
}

/* Short, and nothing else is on its way out: it fits into the socket's buffer or the connection is of no
 * use. */
static void send_continue(struct conn *c)
{
	static const struct str text = {"HTTP/1.1 100 Continue\r\n\r\n", 25};
	ssize_t n = fail_now(FAIL_WRITE) ? -1 : send(c->fd, text.at, text.len, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n != (ssize_t)text.len)
		c->broken = true;
}

static void refuse(struct conn *c, const struct body *b, enum http_refusal refusal)
{
	if (refusal != HTTP_body_too_large) {
		conn_refuse(c, refusal);
		return;
	}
	http_refusal_count(refusal);
	c->req->close = true;
	reply_too_large(
		c->req, (int64_t)(b->sink ? b->sink->most : b->limit)); /* the sink knows what counts */
}

static void begin(struct req *req, struct body *b)
{
	struct conn *c = req->conn;

	must(c && c->state == CONN_WORK && !c->body);
	if (c->body_left > 0 && (uint64_t)c->body_left > b->limit) {
		refuse(c, b, HTTP_body_too_large);
		return;
	}
	b->began_us = clock_mono_us();
	arena_defer(req->arena, free_body, b);
	c->body = b;
	if (req->expects_continue && c->body_left != 0 && conn_input(c).len == 0)
		send_continue(c);
	req->expects_continue = false;
	req_become(req, REQ_BODY);
	conn_become(c, CONN_BODY);
	if (b->sink)
		loop_ordinary(&c->io); /* whoever sends it: it may be long */
	set_body_deadline(c, b);
	conn_wake(c);
}

void conn_read_body(struct req *req, size_t cap, void (*then)(struct req *req))
{
	struct body *b = arena_alloc(req->arena, sizeof(*b));

	b->limit = cap;
	b->then = then;
	begin(req, b);
}

void conn_stream_body(struct req *req, size_t cap, struct body_sink *sink)
{
	struct body *b = arena_alloc(req->arena, sizeof(*b));

	b->limit = cap;
	b->sink = sink;
	begin(req, b);
}

static bool append(struct body *b, struct str bytes)
{
	if (b->cap - b->len < bytes.len) {
		size_t cap = b->cap > 0 ? 2 * b->cap : BODY_FIRST;
		while (cap < b->len + bytes.len)
			cap *= 2;
		char *at = fail_realloc(b->at, cap);
		if (!at)
			return false;
		b->at = at;
		b->cap = cap;
	}
	if (bytes.len > 0)
		memcpy(b->at + b->len, bytes.at, bytes.len);
	b->len += bytes.len;
	return true;
}

/* False: the sink has answered the request. */
static bool hand_on(struct req *req, struct body *b, struct str piece)
{
	if (b->sink) {
		b->len += piece.len;
		return piece.len == 0 || b->sink->take(b->sink, req, piece);
	}
	if (!append(b, piece))
		arena_fail(req->arena);
	return true;
}

/* Takes one piece off a chunked body; *ret_taken is 0 when more input is needed. */
static enum http_refusal next_chunk(struct conn *c, struct str data, size_t *ret_taken, struct str *ret_piece)
{
	struct http_chunks *chunks = &c->body->chunks;
	enum http_refusal bad = http_chunks_read(chunks, data, ret_taken, ret_piece);

	if (bad == HTTP_OK && chunks->total + chunks->left > c->body->limit)
		bad = HTTP_body_too_large;
	if (chunks->at == CHUNK_DONE)
		c->body_left = 0;
	return bad;
}

/* Moves what has come from the input to the body. */
static enum http_refusal move_input(struct conn *c)
{
	struct str piece;
	size_t taken;

	while (c->body_left != 0 && conn_input(c).len > 0) {
		piece = conn_input(c);
		if (c->body_left > 0) {
			taken = piece.len =
				piece.len < (uint64_t)c->body_left ? piece.len : (size_t)c->body_left;
			c->body_left -= (int64_t)taken;
		} else {
			enum http_refusal bad = next_chunk(c, piece, &taken, &piece);
			if (bad != HTTP_OK)
				return bad;
			if (taken == 0)
				break;
		}
		bool more = hand_on(c->req, c->body, piece);
		conn_take(c, taken);
		if (!more)
			break;
	}
	return HTTP_OK;
}

static void complete(struct conn *c, struct body *b)
{
	struct req *req = c->req;

	conn_become(c, CONN_WORK);
	conn_set_deadline(c, CONN_NEVER);
	req_become(req, REQ_STEPS);
	if (b->sink) {
		b->sink->complete(b->sink, req);
		return;
	}
	req->raw_body = b->at ? (struct str){b->at, b->len} : STR("");
	b->then(req);
}

bool conn_turn_body(struct conn *c)
{
	struct req *req = c->req;
	struct body *b = c->body;
	enum http_refusal bad = move_input(c);

	if (c->state != CONN_BODY)
		return true;
	if (bad != HTTP_OK) {
		refuse(c, b, bad);
		return true;
	}
	if (arena_failed(req->arena)) {
		req->close = true;
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return true;
	}
	if (c->body_left == 0) {
		complete(c, b);
		return true;
	}
	if (conn_fill(c))
		return true;
	if (c->broken)
		conn_cut(c);
	else if (c->ended)
		conn_refuse(c, HTTP_truncated);
	else
		set_body_deadline(c, b);
	return c->state == CONN_SEND;
}

bool conn_turn_skip(struct conn *c)
{
	struct str data = conn_input(c);
	size_t n = data.len < (uint64_t)c->body_left ? data.len : (size_t)c->body_left;

	conn_take(c, n);
	c->body_left -= (int64_t)n;
	if (c->body_left == 0) {
		c->since_us = clock_mono_us();
		conn_become(c, CONN_IDLE);
		conn_set_deadline(c, c->since_us + c->conns->app->config->idle_timeout_ms * 1000);
		return true;
	}
	if (conn_fill(c))
		return true;
	if (c->broken || c->ended)
		conn_cut(c);
	return false;
}

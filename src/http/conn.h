#ifndef TIEPDAN_HTTP_CONN_H
#define TIEPDAN_HTTP_CONN_H

#include <sys/socket.h>

#include "http/req.h"

/* A client connection: bytes in, requests out, answers back, one request at a time (pipelined ones wait in
 * the buffer or in the socket). Whole-request deadlines, bounded buffers, half-close and hang-up handling all
 * live here.
 *
 * One edge-triggered libevent event a connection, registered once: it never spins on a half-closed socket,
 * and a request that is answered at once costs one read(2), one sendmsg(2) and no epoll_ctl(2). An answer is
 * sent from the request's arena, nothing is copied. An idle connection holds no buffer.
 *
 * When the client goes. A reset: the request becomes REQ_LEFT. A FIN may be a half-close, so its client still
 * gets the answer; only a GET that waits without a unit of work (no pin) is given up. */

struct conns; /* the connections of this process, see app->conns */

/* What the layers above plug in, once per listening address. */
struct server {
	/* A request head is complete, state REQ_STEPS: app/steps.c, or app/ops.c. */
	void (*begin)(struct req *req);
	unsigned (*route_index)(const struct req *req);	  /* for metrics and the access log          */
	const char *(*route_name)(const struct req *req); /* template, never the raw path            */
};

struct conns *conns_new(struct app *app); /* NULL when memory is out; the caller puts it into app->conns */
void conns_free(struct conns *conns);	  /* cuts every connection; accepts NULL                         */
/* Text for Date, made once a second. Valid until the next call. */
struct str conns_date(struct conns *conns);
/* Closes the connection that has been idle for longest, if one has been so for a second; else the one that
 * has taken longest over a request head, if more than a second. */
bool conns_shed(struct conns *conns);

/* Takes over a connected, non-blocking socket. `peer` is its address. */
void conn_open(struct app *app, const struct server *server, int fd, const struct sockaddr *peer);
/* Reads the whole body of `req` (at most `cap` bytes, else 413), then calls `then` with req->raw_body set;
 * sends 100 Continue if the client waits for it. On a refusal the client is answered and `then` is not
 * called. `then` never runs inside this call. */
void conn_read_body(struct req *req, size_t cap, void (*then)(struct req *req));
/* Where a body goes that is not kept in memory; part of a struct of its owner. */
struct body_sink {
	/* Takes the next piece, which is gone when this returns. False: the request has been answered, and
	 * the connection closes after that. */
	bool (*take)(struct body_sink *sink, struct req *req, struct str piece);
	void (*complete)(struct body_sink *sink, struct req *req); /* the state is REQ_STEPS again */
	size_t most; /* what a body that is larger than `cap` is told */
};
/* As conn_read_body(), but each piece goes to `sink` as it comes: nothing is read while the sink works, and
 * the body has as long as 1 KiB a second lasts. When the client breaks off, the sink is told nothing: what it
 * holds goes with the request's arena. */
void conn_stream_body(struct req *req, size_t cap, struct body_sink *sink);
/* What comes on this connection goes before what comes on others (base/loop.h), up to a body that is streamed
 * or the head of its next request; not while so many have gone in a row that the others might never have a
 * turn. */
void conn_prefer(struct req *req);
/* Sends a complete answer: `head` and `body` must live in the request's arena or be static. For http/reply.c.
 * Nothing is sent and `req` stays as it is until the caller has returned to the event loop. */
void conn_send(struct req *req, struct str head, struct str body);
/* The same with `length` bytes of a file behind the head, from `from` on. The descriptor lives as long as the
 * request. */
void conn_send_file(struct req *req, struct str head, int fd, int64_t from, int64_t length);
/* Whether the connection ends after the answer to `req`: asked for, draining, or a body that is too long to
 * skip. */
bool conn_closes_after(const struct req *req);

/* Draining: every answer says Connection: close, and connections that have been idle for a second are closed;
 * the others once they have been. (A client that has just connected or been answered is about to send: it is
 * not met by a reset.) app->draining is set before. */
void conns_drain(struct app *app);
unsigned conns_count(const struct app *app); /* open connections of this process */

#endif

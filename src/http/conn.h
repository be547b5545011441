#ifndef TIEPDAN_HTTP_CONN_H
#define TIEPDAN_HTTP_CONN_H

#include <sys/socket.h>

#include "http/req.h"

/* A client connection: bytes in, requests out, answers back, one request at a time (pipelined ones wait in the buffer).
 * Whole-request deadlines, bounded buffers, half-close and hang-up handling all live here. */

/* What the layers above plug in, once per listening address. */
struct server {
	void (*begin)(struct req *req);   /* a request head is complete: app/steps.c, or the ops router        */
	unsigned (*route_index)(const struct req *req);             /* for metrics and the access log          */
	const char *(*route_name)(const struct req *req);           /* template, never the raw path            */
};

/* Takes over a connected socket. `peer` is its address. */
void conn_open(struct app *app, const struct server *server, int fd, const struct sockaddr *peer);
/* Reads the whole body of `req` (at most `cap` bytes, else 413), then calls `then` with req->raw_body set; sends 100
 * Continue if the client waits for it. On a refusal the client is answered and `then` is not called. `then` never runs
 * inside this call. */
void conn_read_body(struct req *req, size_t cap, void (*then)(struct req *req));
/* Sends a complete answer: `head` and `body` must live in the request's arena or be static. For http/reply.c. */
void conn_send(struct req *req, struct str head, struct str body);

/* Draining: no new requests on kept connections; idle ones are closed at once. */
void conn_drain_all(struct app *app);
unsigned conn_count(void);             /* open connections of this process */

#endif

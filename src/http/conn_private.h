#ifndef TIEPDAN_HTTP_CONN_PRIVATE_H
#define TIEPDAN_HTTP_CONN_PRIVATE_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/uio.h>

#include "base/clock.h"
#include "base/list.h"
#include "http/address.h"
#include "http/conn.h"
#include "http/parse.h"

/* The inside of a connection, for conn.c, conns.c, input.c, body.c and output.c only. */

/* Where a connection is: it stands in the list conns->list[state]. One function, conn_become(), changes
 * it. */
enum conn_state {
	CONN_PROXY,  /* the PROXY protocol header is being read                        */
	CONN_IDLE,   /* between requests; holds no buffer and no request               */
	CONN_HEAD,   /* a head is being read                                           */
	CONN_WORK,   /* the layers above have the request; nothing is read             */
	CONN_BODY,   /* a body is being read for conn_read_body()                      */
	CONN_SEND,   /* an answer is being sent                                        */
	CONN_SKIP,   /* the rest of a body that nobody asked for is being skipped      */
	CONN_LINGER, /* no more is sent; what still comes is dropped so that no reset overtakes the answer */
	CONN_CLOSED, /* to be freed as soon as nobody is in it                         */
	CONN_STATES
};

struct conns {
	struct app *app;
	struct list list[CONN_STATES];
	unsigned n;
	unsigned preferred;	     /* requests of those who go first, since others had a turn */
	const struct config *config; /* the one that `trusted` was read from            */
	struct address_list trusted;
	int64_t date_second;
	char date[CLOCK_HTTP_DATE_SIZE];
	char *spare; /* an input buffer of the first size that was given back; NULL: none */
};

/* A body on its way in; lives in the request's arena, its bytes on the heap until the arena is freed. */
struct body {
	char *at;
	size_t len, cap, limit;
	struct http_chunks chunks;
	int64_t began_us;
	void (*then)(struct req *req);
	struct body_sink *sink; /* takes the bytes instead; then `len` only counts */
};

/* The part of a file that is left to send behind a head. */
struct file_out {
	int fd;
	int64_t at, left, sent;
	int64_t blocked_us; /* since when the client has been slower than the server; 0: never yet */
};

struct conn {
	struct list node;
	struct conns *conns;
	const struct server *server;
	enum conn_state state;
	int fd;
	struct event io; /* edge-triggered, always registered               */
	struct event timer;
	int64_t deadline_us; /* CONN_NEVER: none                                */
	int64_t timer_us;    /* when `timer` fires, at or before the deadline   */
	int64_t since_us;    /* start of the idle time or of the head           */
	struct address peer; /* as the PROXY protocol names it                  */

	bool readable, writable; /* the last system call left nothing to wait for   */
	bool hung_up;		 /* FIN was announced                               */
	bool ended;		 /* FIN was read                                    */
	bool broken;		 /* reading or writing failed                       */
	bool pumping;		 /* conn_pump() is on the stack                     */
	bool skipped_line;	 /* an empty line in front of this head was skipped */
	bool close;		 /* after the answer                                */

	char *in; /* bytes read and not used yet: in[from..to)       */
	size_t from, to, cap;
	size_t scanned; /* of an incomplete head                           */

	struct req *req;
	struct body *body;
	int64_t body_left; /* of a body with a known length; -1: chunked, not done */
	struct str out[2]; /* what is left to send of head and body           */
	struct file_out file;
};

#define CONN_NEVER INT64_MAX

void conn_become(struct conn *c, enum conn_state state);
void conn_set_deadline(struct conn *c, int64_t at_us);
/* Runs the connection until it has to wait. May free it. */
void conn_pump(struct conn *c);
/* Lets conn_pump() run from the event loop, unless it is running. */
void conn_wake(struct conn *c);
/* Ends the connection at once; the request, if any, is left. Freed when nobody is in it. */
void conn_cut(struct conn *c);
/* Frees a connection that is CONN_CLOSED and that nobody is in. */
void conn_destroy(struct conn *c);
/* Answers with the problem of `refusal`; the connection closes after that. */
void conn_refuse(struct conn *c, enum http_refusal refusal);

/* input.c. fill: reads once; true if bytes came, else look at `ended` and `broken`. */
bool conn_fill(struct conn *c);
struct str conn_input(const struct conn *c);
void conn_take(struct conn *c, size_t n);
void conn_drop_input(struct conn *c);

/* The turns: each does what can be done now in one state and returns whether to go on at once. */
bool conn_turn_body(struct conn *c); /* body.c   */
bool conn_turn_skip(struct conn *c);
bool conn_turn_send(struct conn *c); /* output.c */
bool conn_turn_linger(struct conn *c);
void conn_send_last_resort(struct conn *c);

#endif

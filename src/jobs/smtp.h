#ifndef TIEPDAN_JOBS_SMTP_H
#define TIEPDAN_JOBS_SMTP_H

#include "base/arena.h"
#include "base/str.h"

/* Hands messages to a mail server by SMTP (libcurl) on an event loop. The server is not trusted: each
 * transfer has a time within which it ends, and how many there are at once is bounded by whoever begins them;
 * connections are kept between transfers. Proxies of the environment are not asked. */

struct event_base;
struct smtp;

struct smtp_settings {
	const char *url;	     /* smtp://host:port or smtps://host:port */
	const char *user, *password; /* "": none                             */
	const char *tls;	     /* "required", "try" or "none"; smtps always has it */
	const char *ca_file;	     /* "": the certificates of the system    */
	int64_t timeout_ms;	     /* of a transfer, connecting included    */
	int64_t parallel;	     /* connections                           */
};

enum smtp_outcome {
	SMTP_SENT,	/* the server has taken it                                                  */
	SMTP_UNREACHED, /* never got to this message: no connection, no TLS, no sign-in             */
	SMTP_LATER,	/* not now: 4xx, a refused sender, a connection lost half-way               */
	SMTP_BOUNCED,	/* 5xx for the recipient, or 550, 551, 553 for the message                  */
	SMTP_REFUSED,	/* another 5xx for the message                                              */
};

/* One transfer; lives in a struct of the caller's (list_entry()). */
struct smtp_send {
	struct str from, to; /* addresses                    */
	struct str message;  /* lines end in CR LF           */
	/* Once, from the loop, never inside smtp_begin(). `why` says in a few letters what went wrong, e.g.
	 * "550 rcpt": nothing that the server wrote. */
	void (*done)(struct smtp_send *send, enum smtp_outcome outcome, struct str why);
	/* Private to smtp.c. */
	struct smtp *smtp;
	struct arena *arena;
	void *easy, *recipients;
	size_t taken;
	int stage;
};

/* NULL when memory is out. */
struct smtp *smtp_new(struct arena *arena, struct event_base *loop, const struct smtp_settings *settings);
/* Everything in `send` stays until `done`, or smtp_free(). `arena` is the one of the transfer. Returns 0 or
 * -ENOMEM; then `done` is not called. */
int smtp_begin(struct smtp *smtp, struct arena *arena, struct smtp_send *send);
void smtp_abandon(struct smtp *smtp, struct smtp_send *send); /* without `done` */
void smtp_free(struct smtp *smtp);			      /* after the last transfer */

/* Whether the server can be reached and agrees to TLS and sign-in; waits (for sub-commands). Absent when it
 * does, else what is wrong. */
struct str smtp_try(struct arena *arena, const struct smtp_settings *settings);

#endif

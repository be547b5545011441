#ifndef TIEPDAN_HTTP_FETCH_H
#define TIEPDAN_HTTP_FETCH_H

#include "base/arena.h"

/* Asks other servers by HTTP, on the event loop. They are not trusted: each request has a time within which
 * it ends and a size that its answer may have; redirects are not followed, nothing is unpacked, no cookie is
 * kept, proxies of the environment are not asked, and https is verified. */
struct event_base;
struct fetcher;

struct fetch_settings {
	const char *ca_file; /* certificates that vouch for the server; "": those of the system */
	int64_t timeout_ms;  /* of a request, connecting included */
	int64_t connections; /* to one server at once; further requests wait their turn */
};

struct fetch {
	struct arena *arena; /* lives until `done` */
	const char *url;     /* http:// or https:// */
	struct str form;     /* a POST of application/x-www-form-urlencoded; absent: a GET */
	const char *login;   /* of HTTP Basic, "name:password"; NULL: none */
	size_t max;	     /* bytes of the answer */
	/* Once, from the loop, never inside fetch_begin(). */
	void (*done)(struct fetch *fetch);

	/* The answer. */
	const char *fault; /* a word for the log: there is none; NULL: there is one */
	long status;
	struct str body;   /* in the arena */
	bool is_json;	   /* its Content-Type says so */
	int64_t max_age_s; /* Cache-Control; -1: none is said */

	/* Private to fetch.c. */
	struct fetcher *fetcher;
	void *easy, *fields;
	char *at;
};

/* NULL when memory is out. The settings live as long as the arena. */
struct fetcher *fetcher_new(
	struct arena *arena, struct event_base *loop, const struct fetch_settings *settings);
void fetcher_free(struct fetcher *f); /* after the last request; accepts NULL */

/* Everything in `fetch` stays until `done` or fetch_abandon(). 0 or -ENOMEM; then `done` is not called. */
int fetch_begin(struct fetcher *f, struct fetch *fetch);
void fetch_abandon(struct fetch *fetch); /* without `done`; of one that is not out: nothing */

#endif

#ifndef TIEPDAN_BASE_KEPT_H
#define TIEPDAN_BASE_KEPT_H

#include <stdint.h>

#include "base/arena.h"

/* Pages about tickets that somebody was shown lately, so that PostgreSQL need not build the same one again:
 * it is asked each time whether the version is still the same, so that nothing is ever shown that has been
 * taken back. One for each worker process and kind of page; the oldest of two tickets that share a place
 * goes. */
struct kept;

/* Room for so many pages of at most KEPT_BODY_MAX bytes; 0: none is kept. NULL when memory is out. */
struct kept *kept_new(int64_t places);
void kept_free(struct kept *kept); /* accepts NULL */

enum {
	KEPT_BODY_MAX = 8 * 1024
};

struct kept_page {
	int64_t number, generation; /* a ticket with a new secret (generation) is another one */
	int64_t version;
	int64_t fresh_until_ms;
};

/* The version of the page kept for this ticket, its body copied into the arena; KEPT_NONE if none is kept
 * that is still fresh at `now_ms`. */
#define KEPT_NONE INT64_MIN
int64_t kept_find(const struct kept *kept, const struct kept_page *ticket, int64_t now_ms,
	struct arena *arena, struct str *ret_body);
/* Keeps a page, or does nothing if it is too long or memory is out. */
void kept_keep(struct kept *kept, const struct kept_page *page, struct str body);

#endif

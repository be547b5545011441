#ifndef TIEPDAN_APP_TRACKING_RECENT_H
#define TIEPDAN_APP_TRACKING_RECENT_H

#include <stdint.h>

#include "base/arena.h"

/* Pages that citizens were shown lately, so that PostgreSQL need not build the same one again: it is asked
 * each time whether the version is still the same. One for each worker process; the oldest of two tickets
 * that share a place goes. */
struct recent;

/* Room for so many pages of at most RECENT_BODY_MAX bytes; 0: none is kept. NULL when memory is out. */
struct recent *recent_new(int64_t places);
void recent_free(struct recent *recent); /* accepts NULL */

enum {
	RECENT_BODY_MAX = 8 * 1024
};

struct recent_page {
	int64_t number, generation; /* a ticket with a new secret (generation) is another one */
	int64_t version;
	int64_t fresh_until_ms;
};

/* The version of the page kept for this ticket, its body copied into the arena; RECENT_NONE if none is kept
 * that is still fresh at `now_ms`. */
#define RECENT_NONE INT64_MIN
int64_t recent_find(const struct recent *recent, const struct recent_page *ticket, int64_t now_ms,
	struct arena *arena, struct str *ret_body);
/* Keeps a page, or does nothing if it is too long or memory is out. */
void recent_keep(struct recent *recent, const struct recent_page *page, struct str body);

#endif

#ifndef TIEPDAN_BASE_KEPT_H
#define TIEPDAN_BASE_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* Pages about tickets that somebody was shown lately, so that PostgreSQL need not build the same one again:
 * it is asked each time whether the version is still the same and whether it may be shown, so that nothing
 * is ever shown that has been taken back; only where everybody may see a page its word holds for a moment
 * (kept_lease, db/shared.h). One for each worker process and kind of page. Four pages share a place; the one
 * that was asked for longest ago goes. */
struct kept;

/* Room for so many pages (in fours) of at most `bytes_max` bytes; 0: none is kept. NULL when memory is
 * out. */
struct kept *kept_new(int64_t pages, size_t bytes_max);
void kept_free(struct kept *kept); /* accepts NULL */

enum {
	KEPT_TICKET_MAX = 8 * 1024,  /* what a page about one ticket may take */
	KEPT_PUBLIC_MAX = 16 * 1024, /* of a public one, which is kept packed, too */
	KEPT_LIST_MAX = 64 * 1024
};

/* Which page it is: the ticket, and who sees it where all do not see the same. Compared whole. */
struct kept_key {
	uint64_t part[4];
};

#define KEPT_NONE INT64_MIN

/* How long a page may be shown unasked, counted from the moment before PostgreSQL was asked: until a time
 * (monotonic), and as long as nothing was committed (base/epoch.h). All 0: it is to be asked each time. */
struct kept_lease {
	int64_t until_us;
	uint64_t epoch;
};

/* What it was made of: `basis` is what is seen besides the ticket, 0 where there is nothing. And until when
 * it holds, if that stays. */
struct kept_stamp {
	int64_t version, basis;
	int64_t fresh_until_ms;
	struct kept_lease lease;
};

/* Whether a page of so many bytes is kept at all. */
bool kept_fits(const struct kept *kept, size_t bytes);
/* The stamp of the page kept under this key, its body copied into the arena; KEPT_NONE if none is kept that
 * is still fresh at `now_ms`. One that is not is forgotten. */
struct kept_stamp kept_find(struct kept *kept, const struct kept_key *key, int64_t now_ms,
	struct arena *arena, struct str *ret_body);
/* Keeps a page, or does nothing if it is not fresh now, too long or memory is out. */
void kept_keep(struct kept *kept, const struct kept_key *key, struct kept_stamp stamp, int64_t now_ms,
	struct str body);
/* PostgreSQL has been asked again: the page of this version is as it was. Does nothing if it is not kept. */
void kept_renew(struct kept *kept, const struct kept_key *key, int64_t version, struct kept_lease lease);

#endif

#ifndef TIEPDAN_AUTH_RATE_H
#define TIEPDAN_AUTH_RATE_H

#include "http/req.h"

/* Limits by address block and by principal: GCRA (generic cell rate algorithm) in a table of fixed size in
 * memory shared by all workers, without locks. Each of its buckets holds eight keys; a full one forgets the
 * key that has used least of its limit. Two keys of a bucket share a limit by accident once in 65,536
 * pairs. */
struct rate;

enum rate_class {
#define RATE(NAME, name, setting, whose) RATE_##NAME,
#include "auth/rate.def"
	RATE_CLASSES
};

/* Requests a minute; a setting above it switches the limit off. */
enum {
	RATE_LIMIT_MAX = 1000000
};

/* NULL when the system gives no memory. In the supervisor, before the first fork. */
struct rate *rate_new(void);
void rate_free(struct rate *rate); /* accepts NULL */

/* Whether a citizen who has signed in shares the limit of their address block: making many accounts gives
 * nobody more. */
bool rate_is_of_place(enum rate_class class);

/* Takes one request of `who` in this class. True: go on; adds the class to RateLimit and RateLimit-Policy of
 * the answer. False: the request has been answered 429 with Retry-After. */
bool rate_take(struct req *req, enum rate_class class, struct str who);

/* The pure part, for rate_take() and the tests. */
struct rate_answer {
	bool taken;
	int64_t remaining; /* requests that would pass at once now                    */
	int64_t wait_s;	   /* whole seconds, rounded up, until `remaining` has grown   */
};

/* Where the limit of `who` in this class is kept: a keyed hash, so that the table holds no readable
 * address. */
uint64_t rate_key(const struct rate *rate, enum rate_class class, struct str who);
/* At most `per_minute` (1 .. RATE_LIMIT_MAX) at once, and the same number spread evenly over each minute.
 * `now_us` is monotonic, and the same clock in all processes. */
struct rate_answer rate_take_at(struct rate *rate, uint64_t key, int64_t per_minute, int64_t now_us);

#endif

#ifndef TIEPDAN_AUTH_RATE_H
#define TIEPDAN_AUTH_RATE_H

#include "http/req.h"

/* Limits by address block and by principal: GCRA (generic cell rate algorithm) in a table of fixed size in memory shared
 * by all workers. Full buckets forget their oldest key. */
struct rate;

enum rate_class {
#define RATE(NAME, name, setting) RATE_##NAME,
#include "auth/rate.def"
	RATE_CLASSES
};

struct rate *rate_new(void);      /* in the supervisor, before the first fork */
/* Takes one request of `who` in this class. True: go on; sets RateLimit and RateLimit-Policy on the answer. False: the
 * request has been answered 429 with Retry-After. */
bool rate_take(struct req *req, enum rate_class class, struct str who);

#endif

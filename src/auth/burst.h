#ifndef TIEPDAN_AUTH_BURST_H
#define TIEPDAN_AUTH_BURST_H

#include "auth/keys.h"
#include "http/req.h"

/* While strangers file more tickets than `burst_filings` a minute, all of them together, each one beyond that
 * shows that it has cost its sender some seconds of a processor: a proof of work, as Hashcash has it. Nobody
 * is turned away by it: a page does that work by itself, who has signed in is not asked, and who only waits
 * as Retry-After says gets through when the burst is over.
 *
 *     Filing-Proof: CHALLENGE:NONCE
 *
 * The refusal has `challenge` and `bits`. SHA-256 of the text CHALLENGE:KEY:NONCE must begin with so many
 * zero bits; KEY is the Idempotency-Key of the request as it stands in the field, so that a proof is good for
 * one ticket. A challenge belongs to nobody and lives for BURST_CHALLENGE_S: a telephone may change its
 * address meanwhile. */
enum {
	BURST_CHALLENGE_S = 600,
	BURST_NONCE_MAX = 64
};

/* Of a stranger. False: the request has been answered 429. */
bool burst_pass(struct req *req);

/* The pure part: whether the field proves work for this key at `now_ms` (wall clock). */
bool burst_proved(
	struct arena *arena, const struct keys *keys, struct str proof, struct str key, int64_t now_ms);
/* How many zero bits the digest begins with. */
unsigned burst_bits(const struct digest *digest);

#endif

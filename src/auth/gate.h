#ifndef TIEPDAN_AUTH_GATE_H
#define TIEPDAN_AUTH_GATE_H

#include "auth/token.h"

/* The strict gate behind token_verify(), without the cache (RFC 8725). In this order, so that a stranger
 * reaches as little as possible: at most 8 KiB; three segments of canonical base64url; a header of exactly
 * alg, typ and kid; the key by kid, whose algorithm is ES256 whatever the token says; the signature; only
 * then the claims. What a stranger sends is decoded on the stack; JSON trees live in an arena that ends with
 * the call. */

enum {
	GATE_TOKEN_MAX = 8 * 1024,
	GATE_SKEW_MS = 60 * 1000
};

struct gate {
	const struct keys *keys;
	const char *issuer;
	int64_t now_ms; /* wall clock */
};

/* NULL and ret filled, or a constant reason. Tolerates GATE_SKEW_MS of difference between the clocks of our
 * own machines for nbf and iat, nothing for exp. */
const char *gate_check(const struct gate *gate, struct str token, struct token_claims *ret);

#endif

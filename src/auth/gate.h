#ifndef TIEPDAN_AUTH_GATE_H
#define TIEPDAN_AUTH_GATE_H

#include "auth/jws.h"
#include "auth/token.h"

/* The strict gate behind token_verify(), without the cache: what auth/jws.h says, with a header of exactly
 * alg, typ and kid, and the key by kid, whose algorithm is ES256 whatever the token says. JSON trees live in
 * an arena that ends with the call. */

enum {
	GATE_TOKEN_MAX = JWS_TOKEN_MAX,
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

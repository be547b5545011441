#ifndef TIEPDAN_AUTH_ID_TOKEN_H
#define TIEPDAN_AUTH_ID_TOKEN_H

#include "auth/jws.h"

/* The gate for ID tokens (OpenID Connect Core section 3.1.3.7): what auth/jws.h says, with a header of alg,
 * kid, typ and thumbprints of certificates and nothing else; the key of the set of the provider by kid AND
 * algorithm (without a kid, where there is one key of the algorithm only); then iss, aud, azp, exp, iat, nbf,
 * nonce, at_hash and sub. */

enum {
	ID_TOKEN_SKEW_MS = 60 * 1000,
	ID_TOKEN_SUBJECT_MAX = 255
};

struct id_token_rules {
	const struct jws_key *keys; /* of the provider */
	unsigned nkeys;
	const char *issuer, *client_id;
	struct str nonce;	 /* of this sign-in */
	struct str access_token; /* that came with it; absent: none */
	int64_t now_ms;		 /* wall clock */
};

/* The reason when no key of the set has signed it: a set that is newer may have one. */
extern const char id_token_no_key[];

/* NULL and the claims, which live in the arena, or a constant reason for the log, jws_no_memory among them.
 * `sub` is a text of 1 to ID_TOKEN_SUBJECT_MAX bytes then. */
const char *id_token_check(struct arena *arena, const struct id_token_rules *rules, struct str token,
	const struct json_t **ret_claims);

#endif

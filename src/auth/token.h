#ifndef TIEPDAN_AUTH_TOKEN_H
#define TIEPDAN_AUTH_TOKEN_H

#include "auth/keys.h"
#include "http/req.h"

/* Tokens of staff, and of citizens who have signed in: JWT (RFC 7519) with the claims of RFC 9068, ES256.
 * Issued with libjwt; verified by a strict gate of our own (RFC 8725): at most 8 KiB, canonical base64url,
 * exactly the header members alg, typ and kid, kid -> pinned algorithm, signature over OpenSSL EVP, then iss,
 * aud, exp, nbf, iat, sub, sid. typ is "JWT", not the "at+jwt" of RFC 9068: libjwt 1.10 overwrites it. What
 * typ should keep apart is kept apart by the keys: they sign these tokens only. */
struct token_cache;

struct token_claims {
	struct who who; /* WHO_STAFF or WHO_CITIZEN */
	int64_t expires_ms;
};

/* Returned by token_verify() when memory is out: nothing is known about the token, so answer 503 and not
 * 401. */
extern const char token_no_memory[];

/* What verifies the tokens of one process: the keys, the issuer and a bounded cache of the tokens that have
 * passed, keyed by SHA-256 of the token; an entry ends with its token. `keys` and `issuer` must outlive it;
 * after a reload make a new one. NULL when memory is out. */
struct token_cache *token_cache_new(const struct keys *keys, const char *issuer);
void token_cache_free(struct token_cache *cache); /* accepts NULL */

/* Signs a token for this person, valid from now until claims->expires_ms (cut to whole seconds). Claims: iss
 * and aud (both the issuer), sub (account or citizen), sid (session), iat, nbf, exp; of staff roles (names)
 * and dept, of a citizen kind ("citizen"), which excludes those two. Absent when signing failed. */
struct str token_issue(
	struct arena *arena, const struct keys *keys, const char *issuer, const struct token_claims *claims);
/* Returns NULL and fills ret, or a constant reason for the log (never for the client). `now_ms` is the wall
 * clock. The session may have ended meanwhile: that is for the database to say. */
const char *token_verify(
	struct token_cache *cache, struct str token, int64_t now_ms, struct token_claims *ret);

#endif

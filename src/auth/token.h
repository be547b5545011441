#ifndef TIEPDAN_AUTH_TOKEN_H
#define TIEPDAN_AUTH_TOKEN_H

#include "auth/keys.h"
#include "http/req.h"

/* Staff tokens: JWT (RFC 7519) in the profile of RFC 9068, ES256. Issued with libjwt; verified by a strict gate of our
 * own (RFC 8725): at most 8 KiB, canonical base64url, exactly the header members alg, typ, kid, kid -> pinned algorithm,
 * signature over OpenSSL EVP, then iss, aud, exp, nbf, iat, sub, sid, typ. */
struct token_cache;

struct token_claims {
	struct who who;
	int64_t expires_ms;
};

struct token_cache *token_cache_new(void);    /* bounded; keyed by SHA-256 of the token */
/* Signs a token for this person. Absent on failure. */
struct str token_issue(struct arena *arena, const struct keys *keys, const char *issuer, const struct token_claims *claims);
/* Returns NULL and fills ret, or a constant reason for the log (never for the client). `now_ms` is the wall clock. */
const char *token_verify(struct token_cache *cache, const struct keys *keys, const char *issuer, struct str token, int64_t now_ms,
	struct token_claims *ret);

/* The citizen's secret of a ticket: 26 symbols of Crockford base 32 (130 bits): HMAC-SHA-256 of ticket number and
 * generation, the generation standing in front as its own symbols. Nothing is stored; the check needs no database, so
 * guesses cost nothing and an unknown ticket and a wrong secret cannot be told apart. */
struct str ticket_secret(struct arena *arena, const struct keys *keys, int64_t number, int64_t generation);
bool ticket_secret_check(const struct keys *keys, int64_t number, struct str secret, int64_t *ret_generation);

#endif

#ifndef TIEPDAN_AUTH_JWK_H
#define TIEPDAN_AUTH_JWK_H

#include "auth/jws.h"
#include "auth/keys.h"

/* The public halves as a JWK set (RFC 7517, RFC 7518 section 6.2): kty, crv, x, y, kid, alg, use, newest
 * first; nothing private. Absent when OpenSSL fails. */
struct str jwk_set(struct arena *arena, const struct signing_key *keys, unsigned n);
/* Reads such a set: keys that verify, as long as `arena` lives. False for any other text, and for more than
 * KEY_RECORDS_MAX. */
bool jwk_read_set(struct arena *arena, struct str text, struct signing_keys *ret);

/* The keys of somebody else's set that can check a signature: RSA from 2048 to 8192 bits for RS256, points on
 * P-256 for ES256, each for the one algorithm that its kind is used with here. Others, and those for another
 * use, are left out: a set may hold what we do not know. At most `max`; they live as long as the arena. */
unsigned jwk_read(struct arena *arena, const struct json_t *set, struct jws_key *ret, unsigned max);

#endif

#ifndef TIEPDAN_AUTH_JWK_H
#define TIEPDAN_AUTH_JWK_H

#include "auth/keys.h"

/* The public halves as a JWK set (RFC 7517, RFC 7518 section 6.2): kty, crv, x, y, kid, alg, use, newest
 * first; nothing private. Absent when OpenSSL fails. */
struct str jwk_set(struct arena *arena, const struct signing_key *keys, unsigned n);
/* Reads such a set: keys that verify, as long as `arena` lives. False for any other text, and for more than
 * KEY_RECORDS_MAX. */
bool jwk_read_set(struct arena *arena, struct str text, struct signing_keys *ret);

#endif

#ifndef TIEPDAN_AUTH_CREDENTIAL_H
#define TIEPDAN_AUTH_CREDENTIAL_H

#include "auth/keys.h"
#include "base/uuid.h"
#include "http/who.h"

/* Credentials that we hand out and that say themselves what they are for: a prefix that scanners of leaked
 * secrets can know, then base64url of the content and its HMAC-SHA-256 under a key of its own purpose.
 * Nothing is stored, a copy of the database opens nothing, and a guess costs no question to it. Whether
 * what one names is still open, the database says. All checks are of constant time in what depends on the
 * key. */

/* "tdr_...": renews a session once. */
struct refresh {
	struct uuid session;
	int64_t generation;
};
struct str refresh_make(struct arena *arena, const struct keys *keys, const struct refresh *refresh);
bool refresh_open(struct arena *arena, const struct keys *keys, struct str text, struct refresh *ret);

/* "tdk_...": what a program shows instead of a token. `who` is WHO_STAFF with all its members. */
struct str api_key_make(struct arena *arena, const struct keys *keys, const struct who *who);
/* Whether the text claims to be one, and thus is no token. */
bool api_key_is(struct str text);
bool api_key_open(struct arena *arena, const struct keys *keys, struct str text, struct who *ret);

/* "tdd_...": says that this device has signed in with this login before, so that the attempts of strangers
 * do not make it wait. It opens nothing. */
struct str device_make(struct arena *arena, const struct keys *keys, struct str login, int64_t now_ms);
/* When it signed in; 0: it is not one, or not of this login. */
int64_t device_made_ms(struct arena *arena, const struct keys *keys, struct str login, struct str text);

/* "tdf_...": a sign-in with an identity provider that has begun. What keeps it together with the browser and
 * the ID token (state, nonce, the verifier of RFC 7636) is derived from it, so whoever has it does not have
 * those. */
struct flow {
	struct uuid id;
	int64_t expires_ms;
	bool citizen; /* of a citizen, and not of staff: neither opens as the other */
};
struct str flow_make(struct arena *arena, const struct keys *keys, const struct flow *flow);
/* The caller gives `citizen`, and gets the rest. */
bool flow_open(struct arena *arena, const struct keys *keys, struct str text, struct flow *ret);
/* 43 characters of base64url; `what` is one of "state", "nonce" and "verifier". */
struct str flow_secret(
	struct arena *arena, const struct keys *keys, const struct flow *flow, const char *what);

/* "tdw_...": asks somebody for work (auth/burst.h). */
struct challenge {
	int64_t expires_ms;
	unsigned bits;
};
struct str challenge_make(struct arena *arena, const struct keys *keys, const struct challenge *challenge);
bool challenge_open(struct arena *arena, const struct keys *keys, struct str text, struct challenge *ret);

/* "tdc_...": the request for a letter with a code (auth/citizen_code.h). */
struct str request_make(struct arena *arena, const struct keys *keys, const struct uuid *letter);
bool request_open(struct arena *arena, const struct keys *keys, struct str text, struct uuid *ret_letter);

#endif

#ifndef TIEPDAN_AUTH_UPLOAD_TOKEN_H
#define TIEPDAN_AUTH_UPLOAD_TOKEN_H

#include "auth/keys.h"
#include "base/uuid.h"

/* The token of an upload: HMAC-SHA-256 of its id, base64url, 43 characters. As with a citizen's secret
 * nothing is stored and the check needs no database. It travels as `Authorization: Upload TOKEN`, or as a
 * member. */
struct str upload_token(struct arena *arena, const struct keys *keys, const struct uuid *id);
/* Constant time in everything that depends on the key. */
bool upload_token_check(
	struct arena *arena, const struct keys *keys, const struct uuid *id, struct str token);
/* ID:TOKEN, as a filing names its uploads. False when it is malformed or the token is wrong. */
bool upload_token_pair(struct arena *arena, const struct keys *keys, struct str text, struct uuid *ret_id);

#endif

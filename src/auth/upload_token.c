/* Tokens of uploads: derived, never stored. */
#include "auth/upload_token.h"

struct str upload_token(struct arena *arena, const struct keys *keys, const struct uuid *id)
{
	const struct str part = uuid_bytes(id);
	struct digest mac = digest_hmac(keys_purpose(keys, KEY_UPLOAD), &part, 1);

	return digest_b64url(arena, digest_bytes(&mac));
}

bool upload_token_check(struct arena *arena, const struct keys *keys, const struct uuid *id, struct str token)
{
	struct str own = upload_token(arena, keys, id);

	return own.at && token.at && str_eq_secret(token, own);
}

bool upload_token_pair(struct arena *arena, const struct keys *keys, struct str text, struct uuid *ret_id)
{
	struct str token = text, id;

	return str_next(&token, ':', &id) && uuid_parse(id, ret_id) &&
	       upload_token_check(arena, keys, ret_id, token);
}

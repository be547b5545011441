/* Issuing tokens with libjwt, and verifying them through the cache and the gate. */
#include "auth/token.h"

#include <inttypes.h>
#include <stdlib.h>

#include <jwt.h>

#include "auth/gate.h"
#include "auth/role.h"
#include "auth/token_cache.h"
#include "base/buf.h"
#include "base/clock.h"

static void put_roles(struct buf *b, role_set roles)
{
	const char *comma = "";

	for (unsigned bit = 0; bit < ROLE_COUNT; bit++) {
		if (!(roles & (role_set)1 << bit))
			continue;
		buf_printf(b, "%s\"%s\"", comma, role_name(bit));
		comma = ",";
	}
}

static void put_who(struct buf *b, const struct who *who)
{
	if (who->kind == WHO_CITIZEN) {
		buf_put(b, STR(",\"kind\":\"citizen\"}"));
		return;
	}
	buf_printf(b, ",\"dept\":%" PRId64 ",\"roles\":[", who->department);
	put_roles(b, who->roles);
	buf_put(b, STR("]}"));
}

static const char *claims_json(struct arena *arena, const char *issuer, const struct token_claims *claims)
{
	struct buf b = {.arena = arena};
	char sub[UUID_TEXT_SIZE], sid[UUID_TEXT_SIZE];
	int64_t now = clock_wall_ms() / 1000;

	uuid_format(&claims->who.account, sub);
	uuid_format(&claims->who.session, sid);
	buf_byte(&b, '{');
	buf_member(&b, "iss", str_of(issuer));
	buf_member(&b, "aud", str_of(issuer));
	buf_printf(&b, ",\"sub\":\"%s\",\"sid\":\"%s\"", sub, sid);
	buf_printf(&b, ",\"iat\":%" PRId64 ",\"nbf\":%" PRId64, now, now);
	buf_printf(&b, ",\"exp\":%" PRId64, claims->expires_ms / 1000);
	put_who(&b, &claims->who);
	return arena_cstr(arena, buf_str(&b));
}

static char *sign(jwt_t *jwt, const struct signing_key *key, const char *claims)
{
	if (jwt_add_grants_json(jwt, claims) != 0 || jwt_add_header(jwt, "kid", key->kid) != 0)
		return NULL;
	if (jwt_set_alg(jwt, JWT_ALG_ES256, (const unsigned char *)key->pem.at, (int)key->pem.len) != 0)
		return NULL;
	return jwt_encode_str(jwt);
}

struct str token_issue(
	struct arena *arena, const struct keys *keys, const char *issuer, const struct token_claims *claims)
{
	const struct signing_key *newest = keys->token.signs;
	struct str token = STR_NONE;
	jwt_t *jwt;
	char *text;

	if (jwt_new(&jwt) != 0)
		return STR_NONE;
	text = sign(jwt, newest, claims_json(arena, issuer, claims));
	if (text)
		token = arena_str(arena, str_of(text));
	free(text);
	jwt_free(jwt);
	return token;
}

const char *token_verify(
	struct token_cache *cache, struct str token, int64_t now_ms, struct token_claims *ret)
{
	struct digest key;
	struct gate gate;
	const char *reason;

	if (!token.at || token.len > GATE_TOKEN_MAX)
		return "absent, or longer than 8 KiB";
	key = digest_sha256(token);
	if (token_cache_find(cache, &key, now_ms, ret))
		return NULL;
	gate = (struct gate){token_cache_keys(cache), token_cache_issuer(cache), now_ms};
	reason = gate_check(&gate, token, ret);
	if (!reason)
		token_cache_put(cache, &key, ret);
	return reason;
}

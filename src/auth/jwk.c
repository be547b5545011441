/* The published JWK set. */
#include "auth/jwk.h"

#include <string.h>

#include <jansson.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "auth/es256.h"
#include "base/buf.h"

enum {
	COORDINATE_SIZE = 32
};

/* Always 32 bytes, with leading zeros (RFC 7518 section 6.2.1.2). */
static struct str coordinate(struct arena *arena, EVP_PKEY *key, const char *name)
{
	char bytes[COORDINATE_SIZE];
	BIGNUM *n = NULL;
	bool good = EVP_PKEY_get_bn_param(key, name, &n) == 1 &&
		    BN_bn2binpad(n, (unsigned char *)bytes, sizeof(bytes)) > 0;

	BN_free(n);
	return good ? digest_b64url(arena, (struct str){bytes, sizeof(bytes)}) : STR_NONE;
}

struct str jwk_set(struct arena *arena, const struct signing_key *keys, unsigned n)
{
	struct buf b = {.arena = arena};

	buf_put(&b, STR("{\"keys\":["));
	for (unsigned i = n; i-- > 0;) {
		struct str x = coordinate(arena, keys[i].key, OSSL_PKEY_PARAM_EC_PUB_X);
		struct str y = coordinate(arena, keys[i].key, OSSL_PKEY_PARAM_EC_PUB_Y);

		if (!x.at || !y.at)
			return STR_NONE;
		buf_printf(&b, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%.*s\",\"y\":\"%.*s\",", STR_ARG(x),
			STR_ARG(y));
		buf_printf(&b, "\"kid\":\"%s\",\"alg\":\"ES256\",\"use\":\"sig\"}%s", keys[i].kid,
			i > 0 ? "," : "");
	}
	buf_put(&b, STR("]}"));
	return buf_str(&b);
}

static struct str member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? str_of(text) : STR_NONE;
}

static bool read_key(struct arena *arena, const json_t *jwk, struct signing_key *ret)
{
	struct str kid = member(jwk, "kid"), x = digest_b64url_decode(arena, member(jwk, "x")),
		   y = digest_b64url_decode(arena, member(jwk, "y"));

	*ret = (struct signing_key){.key = NULL};
	if (!kid.at || kid.len >= sizeof(ret->kid) || !x.at || !y.at ||
		!str_eq(member(jwk, "crv"), STR("P-256")))
		return false;
	memcpy(ret->kid, kid.at, kid.len);
	ret->key = es256_point(x, y);
	if (ret->key)
		arena_defer(arena, EVP_PKEY_free, ret->key);
	return ret->key != NULL;
}

bool jwk_read_set(struct arena *arena, struct str text, struct signing_keys *ret)
{
	json_t *set = text.at ? json_loadb(text.at, text.len, JSON_REJECT_DUPLICATES, NULL) : NULL;
	const json_t *keys = json_object_get(set, "keys");
	bool good = json_is_array(keys) && json_array_size(keys) <= KEY_RECORDS_MAX;

	*ret = (struct signing_keys){.n = good ? (unsigned)json_array_size(keys) : 0};
	for (unsigned i = 0; good && i < ret->n; i++)
		good = read_key(arena, json_array_get(keys, i), &ret->at[i]);
	json_decref(set);
	return good;
}

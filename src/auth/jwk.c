/* JWK sets: the published one, and those of identity providers. */
#include "auth/jwk.h"

#include <string.h>

#include <jansson.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "auth/es256.h"
#include "auth/rs256.h"
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

static struct str bytes_of(struct arena *arena, const json_t *jwk, const char *name)
{
	struct str text = jws_text(jwk, name);

	return text.at ? digest_b64url_decode(arena, text) : STR_NONE;
}

static bool read_key(struct arena *arena, const json_t *jwk, struct signing_key *ret)
{
	struct str kid = jws_text(jwk, "kid"), x = bytes_of(arena, jwk, "x"), y = bytes_of(arena, jwk, "y");

	*ret = (struct signing_key){.key = NULL};
	if (!kid.at || kid.len >= sizeof(ret->kid) || !x.at || !y.at ||
		!str_eq(jws_text(jwk, "crv"), STR("P-256")))
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

/* --- sets of others ---------------------------------------------------------------------------------- */

static EVP_PKEY *make_rsa(OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;

	if (ctx && params && EVP_PKEY_fromdata_init(ctx) == 1)
		(void)EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static bool is_sound(EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool good = ctx && EVP_PKEY_public_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return good;
}

static EVP_PKEY *read_ec(struct arena *arena, const json_t *jwk)
{
	struct str x = bytes_of(arena, jwk, "x"), y = bytes_of(arena, jwk, "y");
	bool good = x.at && y.at && str_eq(jws_text(jwk, "crv"), STR("P-256"));

	return good ? es256_point(x, y) : NULL;
}

static BIGNUM *number(struct str bytes)
{
	return BN_bin2bn((const unsigned char *)bytes.at, (int)bytes.len, NULL);
}

static EVP_PKEY *read_rsa(struct arena *arena, const json_t *jwk)
{
	struct str n = bytes_of(arena, jwk, "n"), e = bytes_of(arena, jwk, "e");
	EVP_PKEY *key = NULL;

	if (!n.at || n.len > RS256_SIGNATURE_MAX || !e.at || e.len > 4)
		return NULL;
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *modulus = number(n), *exponent = number(e);
	if (build && modulus && exponent && BN_num_bits(modulus) >= RS256_BITS_MIN &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1) {
		OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
		key = make_rsa(params);
		OSSL_PARAM_free(params);
	}
	BN_free(modulus);
	BN_free(exponent);
	OSSL_PARAM_BLD_free(build);
	return key;
}

/* The algorithm that keys of this kind are used with, and how they are read. */
static const struct kind {
	struct str kty;
	enum jws_alg alg;
	EVP_PKEY *(*read)(struct arena *arena, const json_t *jwk);
} kinds[] = {{{"EC", 2}, JWS_ES256, read_ec}, {{"RSA", 3}, JWS_RS256, read_rsa}};

static bool is_for(const json_t *jwk, const struct kind *kind)
{
	const json_t *alg = json_object_get(jwk, "alg"), *use = json_object_get(jwk, "use");

	return str_eq(jws_text(jwk, "kty"), kind->kty) &&
	       (!alg || jws_alg_find(jws_text(jwk, "alg")) == kind->alg) &&
	       (!use || str_eq(jws_text(jwk, "use"), STR("sig")));
}

static bool read_one(struct arena *arena, const json_t *jwk, const struct kind *kind, struct jws_key *ret)
{
	struct str kid = jws_text(jwk, "kid");
	EVP_PKEY *key;

	if (!is_for(jwk, kind) || kid.len >= JWS_KID_SIZE)
		return false;
	key = kind->read(arena, jwk);
	if (key && !is_sound(key)) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	ERR_clear_error();
	if (!key)
		return false;
	arena_defer(arena, EVP_PKEY_free, key);
	*ret = (struct jws_key){.alg = kind->alg, .key = key};
	if (kid.len > 0)
		memcpy(ret->kid, kid.at, kid.len);
	return true;
}

unsigned jwk_read(struct arena *arena, const json_t *set, struct jws_key *ret, unsigned max)
{
	const json_t *keys = json_object_get(set, "keys"), *jwk;
	unsigned n = 0;
	size_t i;

	json_array_foreach(keys, i, jwk)
	{
		for (const struct kind *kind = kinds; kind < kinds + sizeof(kinds) / sizeof(*kinds); kind++)
			if (n < max && read_one(arena, jwk, kind, &ret[n]))
				n++;
	}
	return n;
}

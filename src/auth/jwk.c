/* The published JWK set. */
#include "auth/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

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

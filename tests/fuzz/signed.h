#ifndef TIEPDAN_TESTS_FUZZ_SIGNED_H
#define TIEPDAN_TESTS_FUZZ_SIGNED_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include "auth/es256.h"
#include "base/digest.h"
#include "base/must.h"

/* For this test only; the seeds that pass are signed with it. */
static const char signed_pem[] = "-----BEGIN PRIVATE KEY-----\n"
				 "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMAlOISEr8NcrXK9Q\n"
				 "9aqeAyWKs3BeB85mdqqDFoR9QI+hRANCAAS3G/+d0KSKoEEnPdnHKvX1i4WTWFLR\n"
				 "Qd3meNhmOJGwxKHAkOWMbvuFUZw2NqVYiCpxwjCoTLrbEN+4M6KrWRb0\n"
				 "-----END PRIVATE KEY-----\n";

/* A token of this header and these claims, ES256. */
static inline struct str signed_token(
	struct arena *arena, EVP_PKEY *key, struct str header, struct str claims)
{
	struct str h = digest_b64url(arena, header), c = digest_b64url(arena, claims);
	struct str input = arena_printf(arena, "%.*s.%.*s", STR_ARG(h), STR_ARG(c));
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[80], raw[ES256_SIGNATURE_SIZE];
	const uint8_t *at = der;
	size_t len = sizeof der;
	ECDSA_SIG *sig;

	must(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1);
	must(EVP_DigestSign(ctx, der, &len, (const uint8_t *)input.at, input.len) == 1);
	sig = d2i_ECDSA_SIG(NULL, &at, (long)len);
	must(sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, 32) == 32);
	must(BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + 32, 32) == 32);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(ctx);
	struct str s = digest_b64url(arena, (struct str){(const char *)raw, sizeof raw});
	return arena_printf(arena, "%.*s.%.*s", STR_ARG(input), STR_ARG(s));
}

#endif

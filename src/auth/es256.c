/* ES256: keys in PEM form and signatures in the form of JWS. */
#include "auth/es256.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

enum {
	HALF = ES256_SIGNATURE_SIZE / 2,
	DER_MAX = 2 + 2 * (2 + 1 + HALF),
	DER_SEQUENCE = 0x30,
	DER_INTEGER = 0x02
};

/* Without this OpenSSL would ask on the terminal for the passphrase of an encrypted key. */
static int no_passphrase(char *buffer, int size, int writing, void *state)
{
	(void)buffer, (void)size, (void)writing, (void)state;
	return -1;
}

typedef EVP_PKEY *pem_reader(BIO *bio, EVP_PKEY **key, pem_password_cb *passphrase, void *state);

static EVP_PKEY *parse_pem(struct str pem, pem_reader *reader)
{
	BIO *bio = BIO_new_mem_buf(pem.at, (int)pem.len);
	EVP_PKEY *key = bio ? reader(bio, NULL, no_passphrase, NULL) : NULL;

	BIO_free(bio);
	return key;
}

static bool is_p256(EVP_PKEY *key)
{
	char group[32];

	return EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
	       strcmp(group, SN_X9_62_prime256v1) == 0;
}

static bool is_sound(EVP_PKEY *key, int (*check)(EVP_PKEY_CTX *ctx))
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool good = ctx && check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return good;
}

/* The key if it is one of ours; else it is freed. */
static EVP_PKEY *ours(EVP_PKEY *key, int (*check)(EVP_PKEY_CTX *ctx))
{
	if (key && !(is_p256(key) && is_sound(key, check))) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	ERR_clear_error();
	return key;
}

EVP_PKEY *es256_read(struct str pem)
{
	return ours(parse_pem(pem, PEM_read_bio_PrivateKey), EVP_PKEY_check);
}

EVP_PKEY *es256_read_public(struct str pem)
{
	return ours(parse_pem(pem, PEM_read_bio_PUBKEY), EVP_PKEY_public_check);
}

EVP_PKEY *es256_point(struct str x, struct str y)
{
	uint8_t point[1 + 2 * HALF] = {POINT_CONVERSION_UNCOMPRESSED};
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)SN_X9_62_prime256v1, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	if (ctx && x.len == HALF && y.len == HALF && EVP_PKEY_fromdata_init(ctx) == 1) {
		memcpy(point + 1, x.at, HALF);
		memcpy(point + 1 + HALF, y.at, HALF);
		if (EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
			key = NULL;
	}
	EVP_PKEY_CTX_free(ctx);
	return ours(key, EVP_PKEY_public_check);
}

/* What was written into it, copied; it is freed. */
static struct str take(struct arena *arena, BIO *bio, bool good)
{
	struct str text = STR_NONE;
	char *at;

	if (good) {
		long len = BIO_get_mem_data(bio, &at);

		text = arena_str(arena, (struct str){at, (size_t)len});
	}
	BIO_free(bio);
	ERR_clear_error();
	return text;
}

struct str es256_public(struct arena *arena, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	return take(arena, bio, bio && PEM_write_bio_PUBKEY(bio, key) == 1);
}

struct str es256_make(struct arena *arena)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	BIO *bio = BIO_new(BIO_s_mem());
	struct str pem = take(arena, bio,
		key && bio && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);

	EVP_PKEY_free(key);
	return pem;
}

/* A DER INTEGER: no leading zeros but the one that keeps it positive. Returns its length. */
static size_t put_integer(uint8_t *at, const uint8_t half[HALF])
{
	size_t zeros = 0, sign, len;

	while (zeros < HALF - 1 && half[zeros] == 0)
		zeros++;
	sign = half[zeros] >> 7;
	len = sign + HALF - zeros;
	at[0] = DER_INTEGER;
	at[1] = (uint8_t)len;
	at[2] = 0;
	memcpy(at + 2 + sign, half + zeros, HALF - zeros);
	return 2 + len;
}

enum es256_verdict es256_verify(EVP_PKEY *key, struct str data, const uint8_t signature[ES256_SIGNATURE_SIZE])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[DER_MAX];
	size_t len = 2;
	int said = -1;

	der[0] = DER_SEQUENCE;
	len += put_integer(der + len, signature);
	len += put_integer(der + len, signature + HALF);
	der[1] = (uint8_t)(len - 2);
	if (ctx && EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", NULL, NULL, key, NULL) == 1)
		said = EVP_DigestVerify(ctx, der, len, (const unsigned char *)data.at, data.len);
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return said == 1 ? ES256_GOOD : said == 0 ? ES256_BAD : ES256_FAILED;
}

static bool split(const uint8_t *der, size_t len, uint8_t ret_signature[ES256_SIGNATURE_SIZE])
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
	bool good = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret_signature, HALF) == HALF &&
		    BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret_signature + HALF, HALF) == HALF;

	ECDSA_SIG_free(sig);
	return good;
}

bool es256_sign(EVP_PKEY *key, struct str data, uint8_t ret_signature[ES256_SIGNATURE_SIZE])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[DER_MAX];
	size_t len = sizeof(der);
	bool good = ctx && EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, key, NULL) == 1 &&
		    EVP_DigestSign(ctx, der, &len, (const unsigned char *)data.at, data.len) == 1 &&
		    split(der, len, ret_signature);

	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

/* ES256: keys in PEM form and signatures in the form of JWS. */
#include "auth/es256.h"

#include <string.h>

#include <openssl/bn.h>
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

static EVP_PKEY *parse_pem(struct str pem)
{
	BIO *bio = BIO_new_mem_buf(pem.at, (int)pem.len);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;

	BIO_free(bio);
	return key;
}

static bool is_p256(EVP_PKEY *key)
{
	char group[32];

	return EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
	       strcmp(group, SN_X9_62_prime256v1) == 0;
}

/* Private and public half belong together. */
static bool is_sound(EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool good = ctx && EVP_PKEY_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return good;
}

EVP_PKEY *es256_read(struct str pem)
{
	EVP_PKEY *key = parse_pem(pem);

	if (key && !(is_p256(key) && is_sound(key))) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	ERR_clear_error();
	return key;
}

struct str es256_make(struct arena *arena)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	BIO *bio = BIO_new(BIO_s_mem());
	struct str pem = STR_NONE;
	char *at;

	if (key && bio && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1) {
		long len = BIO_get_mem_data(bio, &at);

		pem = arena_str(arena, (struct str){at, (size_t)len});
	}
	BIO_free(bio);
	EVP_PKEY_free(key);
	ERR_clear_error();
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

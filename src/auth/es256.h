#ifndef TIEPDAN_AUTH_ES256_H
#define TIEPDAN_AUTH_ES256_H

#include <openssl/types.h>

#include "base/arena.h"

/* ECDSA on P-256 with SHA-256 (RFC 7518 section 3.4) over OpenSSL. */

enum {
	ES256_SIGNATURE_SIZE = 64
};

enum es256_verdict {
	ES256_GOOD,
	ES256_BAD,
	ES256_FAILED, /* OpenSSL could not say: memory is out */
};

/* A private key in PEM form, without passphrase, on P-256, whose halves belong together; NULL otherwise. To
 * be freed with EVP_PKEY_free(). */
EVP_PKEY *es256_read(struct str pem);
/* The same of a public key (SubjectPublicKeyInfo), and of one from its coordinates, 32 bytes each. */
EVP_PKEY *es256_read_public(struct str pem);
EVP_PKEY *es256_point(struct str x, struct str y);
/* The public half in PEM form; absent when memory is out. */
struct str es256_public(struct arena *arena, EVP_PKEY *key);
/* A new private key, PKCS #8 in PEM form; absent when memory is out. */
struct str es256_make(struct arena *arena);
/* `signature` is r and s, each 32 bytes big endian, one behind the other: no other form is looked at. */
enum es256_verdict es256_verify(
	EVP_PKEY *key, struct str data, const uint8_t signature[ES256_SIGNATURE_SIZE]);
/* False when memory is out. */
bool es256_sign(EVP_PKEY *key, struct str data, uint8_t ret_signature[ES256_SIGNATURE_SIZE]);

#endif

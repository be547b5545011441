#ifndef TIEPDAN_AUTH_RS256_H
#define TIEPDAN_AUTH_RS256_H

#include <openssl/types.h>

#include "base/str.h"

/* RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3) over OpenSSL: checked for others, never made. */

enum {
	RS256_BITS_MIN = 2048,
	RS256_BITS_MAX = 8192, /* larger keys would hold up the loop */
	RS256_SIGNATURE_MAX = RS256_BITS_MAX / 8
};

enum rs256_verdict {
	RS256_GOOD,
	RS256_BAD,
	RS256_FAILED, /* OpenSSL could not say: memory is out */
};

/* `key` is an RSA key; the signature must be as long as its modulus. */
enum rs256_verdict rs256_verify(EVP_PKEY *key, struct str data, struct str signature);

#endif

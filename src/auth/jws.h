#ifndef TIEPDAN_AUTH_JWS_H
#define TIEPDAN_AUTH_JWS_H

#include <openssl/types.h>

#include "base/arena.h"

struct json_t;

/* The strict reader of signed tokens (RFC 7515, RFC 8725), ours and those of an identity provider. In this
 * order, so that a stranger reaches as little as possible: at most 8 KiB; three segments of canonical
 * base64url; the header, by which whoever asks finds the key; the signature by the algorithm of that key,
 * whatever the token says; only then the claims. */

enum {
	JWS_TOKEN_MAX = 8 * 1024,
	JWS_HEADER_MAX = 1024,
	JWS_KID_SIZE = 128
};

enum jws_alg {
	JWS_ES256, /* ECDSA on P-256 with SHA-256           */
	JWS_RS256, /* RSASSA-PKCS1-v1_5 with SHA-256        */
	JWS_ALGS
};

/* A public key, or the public half of one, and the one algorithm that it is used with. */
struct jws_key {
	char kid[JWS_KID_SIZE]; /* "": it has no name */
	enum jws_alg alg;
	EVP_PKEY *key;
};

/* Returned when memory is out: nothing is known about the token. */
extern const char jws_no_memory[];

struct jws_rules {
	size_t header_max; /* bytes, at most JWS_HEADER_MAX */
	/* Judges the header and finds the key; NULL, or a constant reason. */
	const char *(*read_header)(const struct json_t *header, const void *keys, struct jws_key *ret);
	const void *keys;
};

/* NULL and the claims, which live in the arena, or a constant reason for the log. Nothing of the claims was
 * looked at. */
const char *jws_open(struct arena *arena, const struct jws_rules *rules, struct str token,
	const struct json_t **ret_claims);

/* "ES256" and the like; JWS_ALGS when it is none that is used here. */
enum jws_alg jws_alg_find(struct str name);
/* A member that is a text; absent when it is something else. */
struct str jws_text(const struct json_t *object, const char *name);
/* A NumericDate of RFC 7519, whole seconds from 1 to the year 9999, as milliseconds. */
bool jws_time(const struct json_t *claims, const char *name, int64_t *ret_ms);

#endif

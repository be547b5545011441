#ifndef TIEPDAN_AUTH_TOKEN_CACHE_H
#define TIEPDAN_AUTH_TOKEN_CACHE_H

#include "auth/token.h"

/* The tokens that have passed the gate, newest use last, found by SHA-256 of the token. Everything is O(1).
 * Only verified tokens get in, so a stranger cannot push any out. For auth/token.c and the tests; made by
 * token_cache_new(). */

enum {
	TOKEN_CACHE_MAX = 4096
};

const struct keys *token_cache_keys(const struct token_cache *cache);
const char *token_cache_issuer(const struct token_cache *cache);

/* False when the token is not there or has expired by `now_ms`. */
bool token_cache_find(
	struct token_cache *cache, const struct digest *key, int64_t now_ms, struct token_claims *ret);
/* `key` must not be there. Forgets the one that was not used for the longest time when it is full. */
void token_cache_put(struct token_cache *cache, const struct digest *key, const struct token_claims *claims);
unsigned token_cache_count(const struct token_cache *cache);

#endif

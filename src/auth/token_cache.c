/* The bounded cache of verified tokens. */
#include "auth/token_cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/list.h"

enum {
	BUCKETS = 2 * TOKEN_CACHE_MAX
};

struct entry {
	struct list age;   /* in token_cache.used or .unused */
	struct list chain; /* in its bucket while used       */
	struct digest key;
	struct token_claims claims;
};

struct token_cache {
	const struct keys *keys;
	const char *issuer;
	unsigned count;
	struct list used, unused;
	struct list bucket[BUCKETS];
	struct entry entry[TOKEN_CACHE_MAX];
};

struct token_cache *token_cache_new(const struct keys *keys, const char *issuer)
{
	struct token_cache *cache = fail_malloc(sizeof(*cache));

	if (!cache)
		return NULL;
	cache->keys = keys;
	cache->issuer = issuer;
	cache->count = 0;
	list_init(&cache->used);
	list_init(&cache->unused);
	for (unsigned i = 0; i < BUCKETS; i++)
		list_init(&cache->bucket[i]);
	for (unsigned i = 0; i < TOKEN_CACHE_MAX; i++) {
		list_init(&cache->entry[i].chain);
		list_append(&cache->unused, &cache->entry[i].age);
	}
	return cache;
}

void token_cache_free(struct token_cache *cache)
{
	free(cache);
}

const struct keys *token_cache_keys(const struct token_cache *cache)
{
	return cache->keys;
}

const char *token_cache_issuer(const struct token_cache *cache)
{
	return cache->issuer;
}

unsigned token_cache_count(const struct token_cache *cache)
{
	return cache->count;
}

/* A digest is as good as random: its first bytes choose the bucket. */
static struct list *bucket_of(struct token_cache *cache, const struct digest *key)
{
	uint32_t n;

	memcpy(&n, key->byte, sizeof(n));
	return &cache->bucket[n % BUCKETS];
}

/* Moves an entry between used and unused: chain, age and count always change together. */
static void set_used(struct token_cache *cache, struct entry *entry, bool used)
{
	list_remove(&entry->age);
	list_remove(&entry->chain);
	if (used) {
		list_append(&cache->used, &entry->age);
		list_append(bucket_of(cache, &entry->key), &entry->chain);
		cache->count++;
	} else {
		list_append(&cache->unused, &entry->age);
		cache->count--;
	}
}

static struct entry *find(struct token_cache *cache, const struct digest *key)
{
	list_each (it, bucket_of(cache, key)) {
		struct entry *entry = list_entry(it, struct entry, chain);

		if (memcmp(&entry->key, key, sizeof(*key)) == 0)
			return entry;
	}
	return NULL;
}

bool token_cache_find(
	struct token_cache *cache, const struct digest *key, int64_t now_ms, struct token_claims *ret)
{
	struct entry *entry = find(cache, key);

	if (!entry)
		return false;
	if (entry->claims.expires_ms <= now_ms) {
		set_used(cache, entry, false);
		return false;
	}
	list_remove(&entry->age);
	list_append(&cache->used, &entry->age);
	*ret = entry->claims;
	return true;
}

void token_cache_put(struct token_cache *cache, const struct digest *key, const struct token_claims *claims)
{
	struct entry *entry;

	if (list_empty(&cache->unused))
		set_used(cache, list_entry(cache->used.next, struct entry, age), false);
	entry = list_entry(cache->unused.next, struct entry, age);
	entry->key = *key;
	entry->claims = *claims;
	set_used(cache, entry, true);
}

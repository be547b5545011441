/* Pages shown lately: a table of sets, four pages in each. */
#include "base/kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"

enum {
	WAYS = 4
};

struct place {
	struct kept_key key;
	struct kept_stamp stamp;
	uint64_t asked; /* when it was asked for last, in questions */
	char *body;	/* NULL: free */
	size_t len;
};

struct kept {
	size_t nsets, bytes_max;
	uint64_t questions;
	struct place places[];
};

struct kept *kept_new(int64_t pages, size_t bytes_max)
{
	size_t nsets = ((size_t)pages + WAYS - 1) / WAYS;
	size_t size = sizeof(struct kept) + nsets * WAYS * sizeof(struct place);
	struct kept *kept = fail_malloc(size);

	if (!kept)
		return NULL;
	memset(kept, 0, size);
	kept->nsets = nsets;
	kept->bytes_max = bytes_max;
	return kept;
}

void kept_free(struct kept *kept)
{
	for (size_t i = 0; kept && i < kept->nsets * WAYS; i++)
		free(kept->places[i].body);
	free(kept);
}

/* Fibonacci hashing, by the first bits of the product: numbers that follow each other are spread evenly, and
 * every bit of a UUID counts. */
static struct place *set_of(struct kept *kept, const struct kept_key *key)
{
	uint64_t sum = key->part[0] + key->part[1] + key->part[2] + key->part[3];
	uint64_t spread = (sum * UINT64_C(0x9e3779b97f4a7c15)) >> 32;

	return &kept->places[(spread * kept->nsets >> 32) * WAYS];
}

static bool is_of(const struct place *place, const struct kept_key *key)
{
	return place->body && memcmp(&place->key, key, sizeof(*key)) == 0;
}

static void forget(struct place *place)
{
	free(place->body);
	*place = (struct place){.body = NULL};
}

/* NULL: it is not kept. */
static struct place *place_of(struct kept *kept, const struct kept_key *key)
{
	struct place *set = set_of(kept, key);

	for (unsigned i = 0; i < WAYS; i++)
		if (is_of(&set[i], key))
			return &set[i];
	return NULL;
}

static void forget_stale(struct place *set, int64_t now_ms)
{
	for (unsigned i = 0; i < WAYS; i++)
		if (set[i].body && now_ms >= set[i].stamp.fresh_until_ms)
			forget(&set[i]);
}

bool kept_fits(const struct kept *kept, size_t bytes)
{
	return kept->nsets > 0 && bytes <= kept->bytes_max;
}

struct kept_stamp kept_find(struct kept *kept, const struct kept_key *key, int64_t now_ms,
	struct arena *arena, struct str *ret_body)
{
	struct place *place = NULL;

	if (kept->nsets > 0) {
		forget_stale(set_of(kept, key), now_ms);
		place = place_of(kept, key);
	}
	if (!place)
		return (struct kept_stamp){.version = KEPT_NONE, .basis = KEPT_NONE};
	place->asked = ++kept->questions;
	*ret_body = arena_str(arena, (struct str){place->body, place->len});
	return place->stamp;
}

/* Where it is, or what can go: what was forgotten was asked for before all others. */
static struct place *place_for(struct kept *kept, const struct kept_key *key)
{
	struct place *set = set_of(kept, key), *oldest = set;

	for (unsigned i = 1; i < WAYS; i++)
		if (set[i].asked < oldest->asked)
			oldest = &set[i];
	return oldest;
}

void kept_keep(struct kept *kept, const struct kept_key *key, struct kept_stamp stamp, int64_t now_ms,
	struct str body)
{
	if (!kept_fits(kept, body.len) || now_ms >= stamp.fresh_until_ms)
		return;
	struct place *place = place_of(kept, key);
	if (!place)
		place = place_for(kept, key);
	char *copy = fail_realloc(place->body, body.len);
	if (!copy)
		return;
	memcpy(copy, body.at, body.len);
	*place = (struct place){
		.key = *key, .stamp = stamp, .asked = ++kept->questions, .body = copy, .len = body.len};
}

void kept_renew(struct kept *kept, const struct kept_key *key, int64_t version, struct kept_lease lease)
{
	struct place *place = kept->nsets > 0 ? place_of(kept, key) : NULL;

	if (place && place->stamp.version == version)
		place->stamp.lease = lease;
}

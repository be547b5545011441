/* MinHash signatures of folded texts. */
#include "civil/minhash.h"

#include <string.h>

enum {
	ROWS = MINHASH_SIZE / MINHASH_BANDS,
	NOTHING = UINT16_MAX /* in all places: the signature of no text */
};

/* A well-known finaliser (splitmix64): every bit of the result depends on every bit of `x`. */
static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
	return x ^ (x >> 31);
}

static uint64_t hash(struct str s)
{
	uint64_t h = UINT64_C(0xCBF29CE484222325);

	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.at[i]) * UINT64_C(0x100000001B3);
	return mix(h);
}

static void add(uint64_t shingle, uint32_t least[MINHASH_SIZE])
{
	for (uint64_t i = 0; i < MINHASH_SIZE; i++) {
		uint32_t h = (uint32_t)(mix(shingle + (i + 1) * UINT64_C(0x9E3779B97F4A7C15)) >> 32);

		if (h < least[i])
			least[i] = h;
	}
}

void minhash_of(struct str folded, struct minhash *ret)
{
	uint32_t least[MINHASH_SIZE];
	struct str syllable;
	uint64_t before = 0;

	memset(least, 0xFF, sizeof(least));
	ret->syllables = 0;
	while (ret->syllables < MINHASH_SYLLABLES_MAX && str_next(&folded, ' ', &syllable)) {
		uint64_t h = hash(syllable);

		if (syllable.len == 0)
			continue;
		add(h, least);
		if (ret->syllables > 0)
			add(mix(before) + h, least);
		before = h;
		ret->syllables++;
	}
	for (unsigned i = 0; i < MINHASH_SIZE; i++)
		ret->at[i] = (uint16_t)least[i];
}

int minhash_alike(const struct minhash *a, const struct minhash *b)
{
	int agree = 0;

	if (a->syllables == 0 || b->syllables == 0)
		return 0;
	for (unsigned i = 0; i < MINHASH_SIZE; i++)
		agree += a->at[i] == b->at[i];
	return agree * 1000 / MINHASH_SIZE;
}

int64_t minhash_band(const struct minhash *m, unsigned band)
{
	uint64_t h = band + 1;

	for (unsigned i = 0; i < ROWS; i++)
		h = mix(h ^ m->at[band * ROWS + i]);
	return (int64_t)(h & INT64_MAX);
}

void minhash_write(const struct minhash *m, char ret[MINHASH_BYTES])
{
	for (unsigned i = 0; i < MINHASH_SIZE; i++) {
		ret[2 * i] = (char)(m->at[i] >> 8);
		ret[2 * i + 1] = (char)(m->at[i] & 0xFF);
	}
}

bool minhash_read(struct str bytes, struct minhash *ret)
{
	unsigned nothing = 0;

	if (!bytes.at || bytes.len != MINHASH_BYTES)
		return false;
	for (unsigned i = 0; i < MINHASH_SIZE; i++) {
		unsigned high = (unsigned char)bytes.at[2 * i], low = (unsigned char)bytes.at[2 * i + 1];

		ret->at[i] = (uint16_t)(high << 8 | low);
		nothing += ret->at[i] == NOTHING;
	}
	ret->syllables = nothing < MINHASH_SIZE;
	return true;
}

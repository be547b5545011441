/* Folded text -> words and pairs of words. */
#include "civil/grams.h"

#include <string.h>

#include "civil/telex.h"

enum {
	SLOTS = 4096 /* more than three times GRAMS_MAX */
};

uint32_t grams_hash(struct str gram)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < gram.len; i++)
		h = (h ^ (unsigned char)gram.at[i]) * 16777619u;
	return h ^ h >> 15;
}

static bool has_digit(struct str word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.at[i] >= '0' && word.at[i] <= '9')
			return true;
	return false;
}

/* What a word counts as; absent: nothing. */
static struct str word_of(struct arena *arena, struct str raw)
{
	if (has_digit(raw)) {
		struct str decoded = telex_decode(arena, raw);
		return decoded.at ? decoded : STR("#");
	}
	return raw.len == 0 || raw.len > GRAMS_WORD_MAX ? STR_NONE : raw;
}

size_t grams_words(struct arena *arena, struct str folded, struct str *ret)
{
	struct str raw;
	size_t n = 0;

	while (n < GRAMS_WORDS_MAX && str_next(&folded, ' ', &raw)) {
		struct str word = word_of(arena, raw);
		bool again = n > 0 && str_eq(word, STR("#")) && str_eq(ret[n - 1], word);

		if (word.at && !again)
			ret[n++] = word;
	}
	return n;
}

struct str grams_pair(struct arena *arena, struct str a, struct str b)
{
	size_t len = a.len + 1 + b.len;
	char *at = arena_alloc(arena, len);

	memcpy(at, a.at, a.len);
	at[a.len] = ' ';
	memcpy(at + a.len + 1, b.at, b.len);
	return (struct str){at, len};
}

/* The n-grams seen so far. `slot` holds places in `grams` + 1. */
struct set {
	struct grams grams;
	uint16_t slot[SLOTS];
};

static void add(struct set *set, struct str gram)
{
	uint32_t i = grams_hash(gram) % SLOTS;

	for (; set->slot[i]; i = (i + 1) % SLOTS)
		if (str_eq(set->grams.at[set->slot[i] - 1], gram))
			return;
	set->grams.at[set->grams.n++] = gram;
	set->slot[i] = (uint16_t)set->grams.n;
}

const struct grams *grams_of(struct arena *arena, const struct str *words, size_t n)
{
	struct set *set = arena_alloc(arena, sizeof(*set));

	for (size_t i = 0; i < n; i++) {
		if (!str_eq(words[i], STR("#")))
			add(set, words[i]);
		if (i > 0)
			add(set, grams_pair(arena, words[i - 1], words[i]));
	}
	return &set->grams;
}

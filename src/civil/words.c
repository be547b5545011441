/* Many phrases in one text: sorted phrases, and a look-up for each run of syllables. */
#include "civil/words.h"

#include <stdlib.h>
#include <string.h>

struct words {
	struct words_phrase *at;
	size_t n;
	unsigned longest; /* syllables of the longest phrase */
};

static unsigned count_syllables(struct str phrase)
{
	struct str syllable;
	unsigned n = 0;

	while (str_next(&phrase, ' ', &syllable))
		n++;
	return n;
}

static int compare(const void *a, const void *b)
{
	const struct words_phrase *x = a, *y = b;

	return str_compare(x->text, y->text);
}

const struct words *words_new(struct arena *arena, const struct words_phrase *phrases, size_t n)
{
	struct words *words = arena_alloc(arena, sizeof(*words));

	words->at = arena_alloc(arena, (n + 1) * sizeof(*words->at));
	for (size_t i = 0; i < n; i++) {
		unsigned syllables = count_syllables(phrases[i].text);

		if (syllables == 0 || syllables > WORDS_PHRASE_MAX)
			continue;
		words->at[words->n++] = phrases[i];
		if (syllables > words->longest)
			words->longest = syllables;
	}
	qsort(words->at, words->n, sizeof(*words->at), compare);
	return words;
}

/* The first phrase that is not before `text`. */
static size_t lower_bound(const struct words *words, struct str text)
{
	size_t low = 0, high = words->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (str_compare(words->at[middle].text, text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Marks the phrases that the text from here on begins with; at a syllable's beginning. */
static void mark_here(const struct words *words, struct str rest, bool *seen)
{
	size_t len = 0;

	for (unsigned n = 0; n < words->longest && len < rest.len; n++) {
		const char *blank = memchr(rest.at + len, ' ', rest.len - len);
		size_t end = blank ? (size_t)(blank - rest.at) : rest.len;
		struct str run = {rest.at, end};

		for (size_t i = lower_bound(words, run); i < words->n && str_eq(words->at[i].text, run);
			i++) {
			if (seen[i])
				break;
			seen[i] = true;
		}
		len = end + 1;
	}
}

void words_match(const struct words *words, struct arena *arena, struct str folded,
	void (*found)(void *to, const struct words_phrase *phrase), void *to)
{
	bool *seen = arena_alloc(arena, words->n + 1);

	while (folded.len > 0) {
		const char *blank = memchr(folded.at, ' ', folded.len);
		size_t step = blank ? (size_t)(blank - folded.at) + 1 : folded.len;

		mark_here(words, folded, seen);
		folded.at += step;
		folded.len -= step;
	}
	for (size_t i = 0; i < words->n; i++)
		if (seen[i])
			found(to, &words->at[i]);
}

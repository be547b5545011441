#ifndef TIEPDAN_CIVIL_GRAMS_H
#define TIEPDAN_CIVIL_GRAMS_H

#include "base/arena.h"

/* A folded text (civil/text.h) as what the classifier counts: its words, and each two that stand side by
 * side. They stay readable, because people are shown which of them counted. Numbers never come through: a
 * word with a digit in it is "#", unless the digits are keys of VNI (civil/telex.h); so no telephone or
 * identity number, house or licence plate becomes one. Each n-gram counts once a text, so that nobody makes
 * a word weigh more by repeating it. */

enum {
	GRAMS_WORD_MAX = 16,   /* bytes; longer words are left out */
	GRAMS_WORDS_MAX = 600, /* of a text; what stands behind them is not looked at */
	GRAMS_MAX = 2 * GRAMS_WORDS_MAX
};

struct grams {
	struct str at[GRAMS_MAX];
	size_t n;
};

/* The words; `ret` has room for GRAMS_WORDS_MAX. Several numbers in a row are one "#". */
size_t grams_words(struct arena *arena, struct str folded, struct str *ret);
/* The different n-grams of these words, in the order of their first place; "#" only beside a word. */
const struct grams *grams_of(struct arena *arena, const struct str *words, size_t n);
/* Two words as one n-gram. */
struct str grams_pair(struct arena *arena, struct str a, struct str b);
/* For tables of n-grams; the same on every machine. */
uint32_t grams_hash(struct str gram);

#endif

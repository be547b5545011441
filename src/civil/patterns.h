#ifndef TIEPDAN_CIVIL_PATTERNS_H
#define TIEPDAN_CIVIL_PATTERNS_H

#include "civil/words.h"

/* Phrases as a city writes them into its word lists (migrations/0139_danger_words.sql): folded words in their
 * order. `*N` between two of them, N from 1 to 9, lets up to N others stand there. `!word` forbids a
 * neighbour: behind the words of a part (at the end or before a `*N`) the one that comes next, before them
 * the one that came just before. "!so day dien !thoai *3 dut" is in "day dien cao the bi dut" and in "day
 * dien dut", not in "day dien thoai dut" nor in "so day dien dut". Without any of these a phrase is what it
 * is for civil/words.h.
 *
 * The text is read once. An automaton finds the parts that have no gap; where one ends, a machine word tells
 * at which of the last syllables the part before it ended. So a syllable costs a step for each phrase with a
 * part that ends there, however often the text repeats itself. */
struct patterns;

/* Keeps the bytes of the phrases (not a copy). The same phrase may come several times; one that is empty or
 * not written like this is never found. */
const struct patterns *patterns_new(struct arena *arena, const struct words_phrase *all, size_t n);
/* Calls `found` for each phrase that occurs, once however often it does, in the order of the phrases. */
void patterns_match(const struct patterns *patterns, struct arena *arena, struct str folded,
	words_found *found, void *to);
/* A phrase as people read it, without what is forbidden: "day dien … dut". */
struct str patterns_plain(struct arena *arena, struct str phrase);

#endif

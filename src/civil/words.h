#ifndef TIEPDAN_CIVIL_WORDS_H
#define TIEPDAN_CIVIL_WORDS_H

#include "base/arena.h"

/* Looks for many phrases in a text at once: word lists that suggest (migrations/0034_triage.sql), rules
 * that ask for words (civil/rules.h). Text and phrases are folded (civil/text.h) and compared by whole
 * syllables: "chay" is in "nha chay roi", not in "chayen". An automaton over syllables (Aho and Corasick)
 * reads the text once, so the work grows with its length and with the number of different phrases that are
 * found, whatever the phrases are. */
struct words_phrase {
	struct str text;
	size_t tag; /* the caller's own, e.g. the row it came from */
};
struct words; /* the automaton */

typedef void words_found(void *to, const struct words_phrase *phrase);
/* `at`: the syllables of the text up to the end of the phrase. */
typedef void words_ended(void *to, const struct words_phrase *phrase, size_t at);

/* Keeps the phrases and their bytes (not a copy of these). The same phrase may come several times; an empty
 * one is never found. */
const struct words *words_new(struct arena *arena, const struct words_phrase *phrases, size_t n);
/* Calls `found` for each phrase that occurs, once however often it does, in the order of the phrases. */
void words_match(
	const struct words *words, struct arena *arena, struct str folded, words_found *found, void *to);
/* The same in the order in which the phrases first end in the text, of those that end together the longer
 * first. */
void words_scan(
	const struct words *words, struct arena *arena, struct str folded, words_found *found, void *to);
/* Every time that one occurs, in the same order, without memory. */
void words_each(const struct words *words, struct str folded, words_ended *ended, void *to);

#endif

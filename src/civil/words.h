#ifndef TIEPDAN_CIVIL_WORDS_H
#define TIEPDAN_CIVIL_WORDS_H

#include "base/arena.h"

/* Looks for many phrases in a text at once, for word lists that only suggest (migrations/0034_triage.sql).
 * Text and phrases are folded (civil/text.h) and compared by whole syllables: "chay" is in "nha chay roi",
 * not in "chayen". A phrase has at most WORDS_PHRASE_MAX syllables; longer ones match nothing. The work is
 * that of a sorted look-up for each run of syllables, so it grows with the text alone. */
enum {
	WORDS_PHRASE_MAX = 8
};

struct words_phrase {
	struct str text;
	size_t tag; /* the caller's own, e.g. the row it came from */
};
struct words; /* sorted phrases */

/* Keeps the phrases (not their bytes) in the arena. The same phrase may come several times. */
const struct words *words_new(struct arena *arena, const struct words_phrase *phrases, size_t n);
/* Calls `found` for each phrase that occurs, once however often it does, in the order of the phrases. */
void words_match(const struct words *words, struct arena *arena, struct str folded,
	void (*found)(void *to, const struct words_phrase *phrase), void *to);

#endif

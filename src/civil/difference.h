#ifndef TIEPDAN_CIVIL_DIFFERENCE_H
#define TIEPDAN_CIVIL_DIFFERENCE_H

#include "base/arena.h"

/* What changed between two texts, word by word: a word is a run of letters, digits and the marks on them, a
 * run of blanks, or any other single character. Texts come as text_clean() leaves them: what looks the same
 * is the same. */

enum difference_kind {
	DIFFERENCE_EQUAL,  /* in both texts      */
	DIFFERENCE_DELETE, /* in the older alone */
	DIFFERENCE_INSERT, /* in the newer alone */
};

struct difference_run {
	enum difference_kind kind;
	struct str text; /* a piece of one of the texts, never empty */
};

/* All runs but the inserted ones are `before`, all but the deleted ones are `after`. No two neighbours are of
 * one kind; of a place that was rewritten, what was deleted comes first, and blanks alone between two changes
 * are a part of them. As few words change as can be, as long as these are not more than some hundred; beyond
 * that the answer is right still, only not the shortest, and takes time in proportion to the length of the
 * texts. NULL: memory is out, the arena is marked as failed. */
const struct difference_run *difference_words(
	struct arena *arena, struct str before, struct str after, size_t *ret_n);

#endif

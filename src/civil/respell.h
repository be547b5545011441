#ifndef TIEPDAN_CIVIL_RESPELL_H
#define TIEPDAN_CIVIL_RESPELL_H

#include "base/arena.h"

/* Other spellings of a folded word, for words that nothing is known of: what sounds alike in some part of the
 * country (l and n, s and x, tr and ch, d, gi and r, n and ng, c and t at the end, i and y), and what one
 * slip of the finger makes of it (a letter left out, doubled, wrong, or two that changed places). */

enum {
	RESPELL_WORD_MAX = 16,
	RESPELL_MAX = 1024 /* variants that a word has at the most */
};

/* Calls `variant` for each; the bytes live until it returns. Duplicates are possible; words that are longer
 * than RESPELL_WORD_MAX, or have other than small ASCII letters, have none. */
typedef void respell_variant(void *to, struct str word);
void respell_alike(struct str word, respell_variant *variant, void *to); /* sounds alike: about ten */
void respell_slips(struct str word, respell_variant *variant, void *to); /* one slip away: some hundred */

#endif

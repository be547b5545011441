#ifndef TIEPDAN_CIVIL_TELEX_H
#define TIEPDAN_CIVIL_TELEX_H

#include "base/arena.h"

/* What is left in a text when the keyboard did not put the marks together: Telex ("dduwowngf") and VNI
 * ("duong2"). Only to compare words by; the citizen's text stays as it was written. */

enum {
	TELEX_WORD_MAX = 14 /* bytes; "nghieengs" has 9 */
};

/* The folded syllable (civil/text.h) that was meant by a folded word: "dduwowngf", "duong2" -> "duong".
 * Absent when nothing in the word is such a key, or when what it leads to is no Vietnamese syllable; so an
 * English "bus" becomes "bu", and who calls has to prefer words that are known as they stand. What comes out
 * has letters only. */
struct str telex_decode(struct arena *arena, struct str word);
/* Whether a folded word is spelled like a Vietnamese syllable: "duong", "nghieng"; not "dduong", "street". */
bool telex_is_syllable(struct str word);

#endif

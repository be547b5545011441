#ifndef TIEPDAN_CIVIL_TALLY_H
#define TIEPDAN_CIVIL_TALLY_H

#include "base/arena.h"

/* Counts n-grams of texts (civil/grams.h), by class and witness, before they are written down: learning adds
 * one to each n-gram of a text, unlearning takes one away, so that a text which was learned and unlearned
 * leaves nothing. A witness tells texts of different people or days apart: an n-gram is shown to others only
 * when enough of them have it. */

enum {
	TALLY_WITNESSES = 16 /* witnesses are 0 to 15: some numbers stand for several people */
};

struct tally_row {
	struct str gram;
	int64_t class, witness, n; /* n may be negative, never 0 */
};
struct tally;

struct tally *tally_new(struct arena *arena); /* lives as long as the arena */
/* Counts the n-grams of a folded text `times` times (1: learned, -1: unlearned). Returns how many. */
size_t tally_text(struct tally *tally, struct str folded, int64_t class, int64_t witness, int64_t times);
/* What is left of it, ordered by n-gram, class and witness. */
const struct tally_row *tally_rows(struct tally *tally, size_t *ret_n);

#endif

#ifndef TIEPDAN_CIVIL_CLASSIFY_H
#define TIEPDAN_CIVIL_CLASSIFY_H

#include "base/arena.h"

/* What a text is about, by what was counted in earlier ones: complement naive Bayes over words and pairs of
 * words (civil/grams.h). A model is made of counts alone, so learning adds to counts, unlearning takes the
 * same away, and nothing is left of it. All arithmetic is in integers: the same counts give the same bytes
 * and the same answers on every machine, in whatever order the counts come.
 *
 * A class scores, for each n-gram that the model knows, the logarithm of how much likelier the n-gram is in
 * all texts than in those of the other classes. That is what an explanation shows, and the weights of all
 * n-grams of a text sum up to the score. A word that the model does not know is looked up as the residue of a
 * keyboard (civil/telex.h) and then in other spellings (civil/respell.h); what is found so counts half.
 *
 * A model never takes more than CLASSIFY_BYTES_MAX: the n-grams that were counted most often are kept. */

enum {
	CLASSIFY_BYTES_MAX = 4 * 1024 * 1024,
	CLASSIFY_CLASSES_MAX = 512,
	CLASSIFY_TICKET = 256 /* the unit of counts: what one ticket counts */
};

/* One n-gram in one class: how many examples and how many tickets have it. What is not positive counts as
 * nothing. */
struct classify_count {
	struct str gram;
	int64_t class, examples, tickets;
};
struct classify_counts {
	const struct classify_count *at;
	size_t n;
	const int64_t *example; /* of each class: what one example counts, in 1/CLASSIFY_TICKET */
	unsigned nclasses;	/* classes are 0 to nclasses - 1 */
};
struct classify;

/* Copies what it keeps into `arena`. NULL when there are more than CLASSIFY_CLASSES_MAX classes, a class is
 * none of them, an n-gram stands twice in a class, or memory is out. */
const struct classify *classify_build(struct arena *arena, const struct classify_counts *counts);
size_t classify_bytes(const struct classify *model); /* what it takes */
size_t classify_grams(const struct classify *model); /* how many n-grams it knows */

/* One class for one text. */
struct classify_score {
	unsigned class;
	int64_t score; /* bits, in 1/1024 */
	int64_t share; /* of all classes, in thousandths: how sure it is, as far as such a model can say */
};
struct classified {
	const struct classify_score *at; /* all classes, the likeliest first */
	unsigned n;
	size_t known; /* n-grams of the text that the model knows; 0: it knows nothing */
	const struct classify_found *found;
};
struct classify_word {
	struct str gram;
	int64_t weight; /* bits, in 1/1024; may be negative */
};

void classify_text(
	const struct classify *model, struct arena *arena, struct str folded, struct classified *ret);
/* The n-grams of a classified text as they counted for one class, the weightiest first; `ret_words` has room
 * for `most`. Returns how many; with most >= known these are all, and their weights are the score. */
size_t classify_explain(const struct classify *model, const struct classified *text, unsigned class,
	struct classify_word *ret_words, size_t most);

#endif

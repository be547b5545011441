#ifndef TIEPDAN_CIVIL_CLASSIFY_PRIVATE_H
#define TIEPDAN_CIVIL_CLASSIFY_PRIVATE_H

#include "civil/classify.h"

/* What a model is made of, for classify.c, which builds it, and classify_text.c, which asks it. Weights are
 * stored only for the classes that have had the n-gram; for the others it counts the class's `base`. */

struct weight {
	uint16_t class;
	int16_t bits; /* in 1/FIXED_BIT */
};
struct gram {
	const char *at;
	uint32_t first; /* of its weights */
	uint32_t total; /* tickets, for the choice between spellings */
	uint16_t n;
	uint8_t len;
};
struct classify {
	struct gram *grams;
	struct weight *weights;
	int32_t *base;	 /* of each class */
	uint32_t *slots; /* places in `grams` + 1, by hash */
	uint32_t mask, ngrams, nweights;
	unsigned nclasses;
	size_t bytes;
};

/* One n-gram of a text. */
struct classify_found {
	const struct gram *gram;
	bool guessed; /* by the residue of a keyboard, or by another spelling */
};

#endif

#ifndef TIEPDAN_COMMAND_GENERATE_RANDOM_H
#define TIEPDAN_COMMAND_GENERATE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/uuid.h"

/* Numbers that follow from a seed alone, so that generated tickets are the same each time. Nothing secret
 * comes from here. */
struct random {
	uint64_t state;
};

/* The numbers of one thing among many: those of neighbours have nothing to do with each other. */
struct random random_of(uint64_t seed, uint64_t thing);
uint64_t random_next(struct random *r);
int64_t random_below(struct random *r, int64_t n);		    /* 0 .. n - 1; n is 1 or more */
int64_t random_from(struct random *r, int64_t least, int64_t most); /* both can come */
double random_unit(struct random *r);				    /* 0 <= x < 1 */
bool random_permille(struct random *r, int share);		    /* true for so many of a thousand */
/* Of n the first ones most often: the k-th about 1/k as often as the first. */
int64_t random_zipf(struct random *r, int64_t n);
/* Version 7 of this millisecond. */
struct uuid random_uuid(struct random *r, int64_t ms);

#endif

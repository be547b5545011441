#ifndef TIEPDAN_CIVIL_PERMUTE_H
#define TIEPDAN_CIVIL_PERMUTE_H

#include <stdint.h>

#include "base/str.h"

/* A keyed permutation of the numbers below 2^bits: every number has exactly one image, and without the key
 * the images of known numbers say nothing about the others. A balanced Feistel network (Luby and Rackoff
 * 1988) with SipHash-2-4 as the round function; odd widths walk along the cycle of the next even one until
 * they are back inside (Black and Rogaway 2002, section 3). */
struct permute {
	uint64_t key[2];
	unsigned bits; /* 2 .. 62 */
};

/* Each label gives an independent permutation under the same key. */
struct permute permute_of(struct str key, struct str label, unsigned bits);
/* `number` must be below 2^bits. */
uint64_t permute_apply(const struct permute *p, uint64_t number);
uint64_t permute_invert(const struct permute *p, uint64_t image);

#endif

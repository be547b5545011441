#ifndef TIEPDAN_CIVIL_FIXED_H
#define TIEPDAN_CIVIL_FIXED_H

#include <stdint.h>

/* Logarithms and powers to the base of two in integers, where results have to be the same to the bit on
 * every machine and whatever the compiler makes of floating point. */

enum {
	FIXED_BIT = 1024 /* one, of logarithms */
};

int64_t fixed_log2(uint64_t x);	   /* of x >= 1, in 1/FIXED_BIT, rounded down */
uint64_t fixed_exp2(int64_t bits); /* of bits <= 0, in 1/2^30; 0 when there is nothing left */
uint64_t fixed_sqrt(uint64_t x);   /* rounded down */

#endif

#ifndef TIEPDAN_CIVIL_CODE_H
#define TIEPDAN_CIVIL_CODE_H

#include "base/arena.h"

/* The public code of a ticket: PREFIX-YY-XXXX-XXXC, for example HN-26-7K3M-9QXT. Seven symbols of Crockford
 * base 32 are a keyed permutation (Feistel network with cycle walking over 35 bits) of the ticket's number,
 * so that codes are unique without probing and say nothing about volume; C is a weighted sum over GF(32) of
 * the year's digits and the symbols, which catches every single wrong symbol and every swap of neighbours. */

#define CODE_NUMBER_MAX ((INT64_C(1) << 35) - 1)

struct code {
	int64_t number; /* 0 .. CODE_NUMBER_MAX */
	int year;	/* last two digits; each year has a permutation of its own */
};

struct str code_format(struct arena *arena, struct str key, struct str prefix, struct code code);
/* Reads what a person typed or dictated: letter case, blanks and hyphens do not matter, O is 0, I and L
 * are 1. 0, or -EINVAL when it is no code of this prefix or the check symbol is wrong. */
int code_parse(struct str key, struct str prefix, struct str text, struct code *ret);

/* Crockford base 32 of whole bytes (5 bits a symbol, high bits first), for secrets. */
struct str code_base32(struct arena *arena, struct str bytes);
/* Folds what a person typed to canonical symbols, without blanks and hyphens; absent when there is any other
 * character. */
struct str code_base32_fold(struct arena *arena, struct str text);

#endif

#ifndef TIEPDAN_CIVIL_PLAIN_H
#define TIEPDAN_CIVIL_PLAIN_H

#include "base/arena.h"

/* A text made plain for rules that look for something in it: one small letter, digit or sign for each code
 * point, however it was written (case, diacritics, digits in fancy dress). */
enum {
	PLAIN_LETTER = 1, /* a letter that has no plain one  */
	PLAIN_OTHER = 2	  /* neither letter, digit nor ASCII */
};
struct sign {
	char plain; /* a-z, 0-9, an ASCII sign, PLAIN_LETTER or PLAIN_OTHER */
	bool capital;
};

/* The signs of valid UTF-8, followed by a 0; NULL, and a failed arena, when memory is out. */
const struct sign *plain_read(struct arena *arena, struct str text, size_t *ret_n);
bool plain_is_digit(char c);
bool plain_is_letter(char c);
bool plain_is_word(char c); /* letter or digit */

#endif

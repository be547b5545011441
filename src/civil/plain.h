#ifndef TIEPDAN_CIVIL_PLAIN_H
#define TIEPDAN_CIVIL_PLAIN_H

#include "base/arena.h"

/* A text made plain for rules that look for something in it: one small letter, digit or sign for each code
 * point, however it was written (case, diacritics, digits in fancy dress). */
enum {
	PLAIN_LETTER = 1,   /* a letter that has no plain one  */
	PLAIN_OTHER = 2,    /* neither letter, digit nor ASCII */
	PLAIN_WORD_MAX = 12 /* the longest word that a rule knows, and a bit */
};
struct sign {
	int32_t small; /* as it was written, with its diacritics, but as a small letter */
	char plain;    /* a-z, 0-9, an ASCII sign, PLAIN_LETTER or PLAIN_OTHER          */
	bool capital;
};

/* The signs of valid UTF-8, followed by a 0; NULL, and a failed arena, when memory is out. */
const struct sign *plain_read(struct arena *arena, struct str text, size_t *ret_n);
bool plain_is_digit(char c);
bool plain_is_letter(char c);
bool plain_is_word(char c); /* letter or digit */
/* The word that begins here, at most PLAIN_WORD_MAX letters of it, in `store`; empty where none does. */
struct str plain_word(const struct sign *at, char store[static PLAIN_WORD_MAX]);
bool plain_has_marks(const struct sign *at);		  /* a diacritic is in the word that begins here */
bool plain_is_one_of(struct str word, const char *words); /* with a blank between two */
/* Whether one of the phrases, which are small and have a comma between two, stands here, or before this place
 * and the blanks before it in the same line, with its diacritics: "trường" is not "trưởng". */
bool plain_begins(const struct sign *at, const char *phrases);
size_t plain_longest(const struct sign *at, const char *phrases); /* of those that stand here; 0: none does */
bool plain_follows(const struct sign *at, size_t i, const char *phrases);

#endif

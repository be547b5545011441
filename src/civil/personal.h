#ifndef TIEPDAN_CIVIL_PERSONAL_H
#define TIEPDAN_CIVIL_PERSONAL_H

#include "base/arena.h"

/* Finds personal data in a text that shall be published: a help for the person who reads it, not a judge. It
 * rather says too much than too little, and what it cannot know (a name of no usual shape without a title, a
 * place described in words) it does not find. One pass with bounded work per character: no input is slow. */
enum personal_kind {
	PERSONAL_PHONE,	   /* Vietnamese numbers as people write them, and +.. of any country       */
	PERSONAL_EMAIL,	   /* anything of the shape a@b.c                                           */
	PERSONAL_IDENTITY, /* 12 or 9 digits (identity card), a letter with 7 or 8 digits (passport) */
	PERSONAL_PLATE,	   /* of motor vehicles: 29A-123.45, 30 F1 2345                             */
	PERSONAL_ACCOUNT,  /* 8 to 19 digits that are no amount of money                            */
	PERSONAL_ADDRESS,  /* the number of a house or a flat                                       */
	PERSONAL_NAME, /* behind a title: Ông Nguyễn Mẫu; of the usual shape without: Lê Thị Mẫu */
	PERSONAL_KINDS
};

/* Offset and length in code points. */
struct personal_finding {
	enum personal_kind kind;
	size_t at, len;
};
struct personal_findings {
	const struct personal_finding *at; /* by offset; they do not overlap */
	size_t n;
};

/* `text` is valid UTF-8 or absent; letter case, diacritics and digits in fancy dress do not matter. Memory
 * comes from arena_try(): false, and a failed arena, when it is out. */
bool personal_find(struct arena *arena, struct str text, struct personal_findings *ret);
/* The same, and wherever the name of somebody who is known stands: all its words, the last two of several, or
 * the last one behind a title. An absent name is found nowhere. */
bool personal_find_with(struct arena *arena, struct str text, struct str name, struct personal_findings *ret);
/* As personal_find_with(), and what may be the name of a Vietnamese person, be it one word behind a title
 * ("Bà Mẫu"); some places are found, too. Where all is written in capitals, it is what cannot well be other
 * words. For texts in which a name may stand that nobody can look for,
 * because it is sealed or destroyed. */
bool personal_find_guessed(
	struct arena *arena, struct str text, struct str name, struct personal_findings *ret);
/* Where that name stands, and nothing else. */
bool personal_find_name(struct arena *arena, struct str text, struct str name, struct personal_findings *ret);
/* Whether the text has all words of the name (of each, where there are several), two at the least, and not as
 * that of a street. False as well when memory is out. */
bool personal_has_name(struct arena *arena, struct str text, struct str name);
/* The text with a word in brackets in place of each finding ("[số điện thoại]"); in such a text nothing more
 * is found where a finding was. Absent when the text is, or memory is out. */
struct str personal_mask(struct arena *arena, struct str text, const struct personal_findings *found);
/* The stretch of the text that a finding is. */
struct str personal_piece(struct str text, const struct personal_finding *finding);
const char *personal_kind_code(enum personal_kind kind); /* "phone" ... "name" */

#endif

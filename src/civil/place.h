#ifndef TIEPDAN_CIVIL_PLACE_H
#define TIEPDAN_CIVIL_PLACE_H

#include "base/arena.h"

/* The marks of a place in what somebody writes: names of streets, crossings, bridges, lakes, markets, blocks
 * of flats ..., and numbers of houses, lanes, quarters and bus lines. Vietnamese with and without diacritics
 * and English: "gần ngã tư Lương Định Của", "nga tu luong dinh cua" and "near Luong Dinh Cua crossing" give
 * the same name. Names of the ward or the city are none: all its tickets have them. Nothing is looked up; a
 * mark only serves to be compared. */

enum place_kind {
	PLACE_NAME = 'n',  /* stands where only a name can, or in capitals */
	PLACE_GUESS = 'g', /* may be a name: "o pham ngoc thach"           */
	PLACE_HOUSE = 'h', /* numbers from here on                         */
	PLACE_LANE = 'l',  /* of a lane, alley                             */
	PLACE_UNIT = 'u',  /* of a quarter of the ward                     */
	PLACE_LINE = 'b',  /* of a bus                                     */
};

enum {
	PLACE_MARKS_MAX = 20,	  /* later ones are not kept                                       */
	PLACE_TEXT_MAX = 47,	  /* bytes of a mark; three syllables have fewer, longer ones are none */
	PLACE_WRITTEN_MAX = 1000, /* bytes of all marks as they are stored, so that nothing cuts them  */
};

struct place_mark {
	enum place_kind kind;
	struct str text; /* folded: one to three syllables, or digits; at most PLACE_TEXT_MAX bytes */
};
struct place_marks {
	struct place_mark at[PLACE_MARKS_MAX];
	unsigned n;
};

/* How two tickets agree about their place. */
struct place_match {
	unsigned names;	   /* names that both have                                   */
	unsigned numbers;  /* numbers that both have; houses next door count as well */
	bool guessed;	   /* both may have the same name                            */
	bool other_names;  /* both have sure names, and none is the same             */
	bool other_number; /* both have a number of one kind, and none is the same   */
	struct str first;  /* the first name that both have; absent: none            */
};

/* Adds the marks of a clean text (civil/text.h); `area` is the folded name of the ticket's ward, "phuong kim
 * lien", absent when it has none. Memory and time are bounded by the text. */
void place_find(struct arena *arena, struct str clean, struct str area, struct place_marks *marks);
/* The same of a text that says nothing but where it is: it begins with a name, and what is called like the
 * ward is a street or a stop. */
void place_find_given(struct arena *arena, struct str clean, struct str area, struct place_marks *marks);
void place_compare(const struct place_marks *a, const struct place_marks *b, struct place_match *ret);

/* As they are stored: "n pham ngoc thach;l 45". Reading keeps pointers into the text and skips what is no
 * mark. */
struct str place_write(struct arena *arena, const struct place_marks *marks);
void place_read(struct str written, struct place_marks *ret);
/* The key by which tickets with this name are looked up: its first two syllables. False for numbers. */
bool place_key(const struct place_mark *mark, int64_t *ret);

#endif

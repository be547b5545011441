#ifndef TIEPDAN_CIVIL_PERSONAL_PRIVATE_H
#define TIEPDAN_CIVIL_PERSONAL_PRIVATE_H

#include "civil/personal.h"
#include "civil/plain.h"

/* Between the files of personal.h: a text as it is looked through, and what each kind is asked for at each
 * place. Nothing is asked for within a word. */

enum {
	KNOWN_MAX = 10,	 /* words of a name that is known: the last ones  */
	KNOWN_NAMES = 4, /* in one field: "Nguyễn Văn A và Trần Thị B"    */
};

/* The words of somebody's own name. */
struct known_name {
	struct {
		const struct sign *at;
		size_t n;
	} words[KNOWN_MAX];
	size_t n;
};
struct known {
	struct known_name names[KNOWN_NAMES];
	size_t n;
};

/* What places that have names are called before them. */
enum personal_site {
	SITE_STREET = 1,
	SITE_BUILDING = 2, /* a school, a bridge, a lake, a stretch of road            */
	SITE_AREA = 4,
	SITE_NEAR = 8,	  /* "ở", "trên": what follows may be a place or somebody */
	SITE_NUMBER = 16, /* of a house or a lane, before a street                */
};

/* The last place whose word was met; a kind of 0: none was. */
struct site {
	unsigned kind;
	size_t from;	  /* where its word begins, or its name, where that follows another one */
	size_t name, end; /* of its name; where it has none, the end is the beginning           */
	size_t next;	  /* where all capitalised words end: another name may follow it        */
	bool links;	  /* where roads meet: more names are likely to follow                  */
	bool linked;	  /* it follows another one: "phố A, B"                                 */
};
struct scan {
	const struct sign *at; /* followed by a 0 */
	size_t n, i;
	const struct known *known;
	struct site site;
};

char personal_before(const struct scan *s); /* the sign before this place, a blank where there is none */
size_t personal_skip_blanks(const struct scan *s, size_t i);
size_t personal_skip_one_of(const struct scan *s, size_t i, const char *signs);

/* The length of what begins at this place, 0 when nothing does. */
/* personal_number.c */
size_t personal_number(const struct scan *s, enum personal_kind *ret_kind);
size_t personal_plate(const struct scan *s, enum personal_kind *ret_kind);
/* personal_address.c */
size_t personal_email(const struct scan *s);
size_t personal_house(const struct scan *s);
/* A number of a house: 12, 12a, 12/34, 12-14; the place behind it, or 0. */
size_t personal_house_number(const struct scan *s, size_t i);
/* personal_name.c: the known name; a name behind a title; a title with the known given name */
size_t personal_known(const struct scan *s);
size_t personal_titled(const struct scan *s);
size_t personal_titled_known(const struct scan *s);
/* personal_guess.c: what cannot be but a name, and what may be one */
size_t personal_shaped(const struct scan *s);
size_t personal_guess(const struct scan *s);
bool personal_is_family(const struct sign *at); /* a family name, with whatever diacritics */
bool personal_is_title(const struct sign *at);

/* personal_site.c: what has to be called at each place in turn before anything else is asked for there */
void personal_read_site(struct scan *s);
/* Whether a name that begins here is that of such a place: one of `sites` stands before it; whether this is
 * within such a name, or within what stands before it; how long the word for a place is that begins here. */
bool personal_is_site(const struct scan *s, unsigned sites);
bool personal_in_site(const struct scan *s);
bool personal_is_site_word(const struct scan *s);
size_t personal_site_word(const struct sign *at);
void personal_read_known(const struct scan *s, struct known *ret);
/* Where all of the name ends that begins at this place; 0 when it does not. */
size_t personal_whole_end(const struct scan *s, const struct known_name *name);

#endif

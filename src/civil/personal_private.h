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
struct scan {
	const struct sign *at; /* followed by a 0 */
	size_t n, i;
	const struct known *known;
};

/* What places that are named after people are called before their names. */
enum personal_site {
	SITE_STREET = 1,
	SITE_BUILDING = 2, /* a school, a bridge, a lake; and "trên" */
	SITE_AREA = 4,
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
/* personal_name.c: the known name; a name behind a title; a title with the known given name */
size_t personal_known(const struct scan *s);
size_t personal_titled(const struct scan *s);
size_t personal_titled_known(const struct scan *s);
/* personal_guess.c: what cannot be but a name, and what may be one */
size_t personal_shaped(const struct scan *s);
size_t personal_guess(const struct scan *s);

/* Whether a name that begins here is that of such a place: one of `sites` stands before it. */
bool personal_is_site(const struct scan *s, unsigned sites);
void personal_read_known(const struct scan *s, struct known *ret);
/* Where all of the name ends that begins at this place; 0 when it does not. */
size_t personal_whole_end(const struct scan *s, const struct known_name *name);

#endif

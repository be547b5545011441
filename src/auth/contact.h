#ifndef TIEPDAN_AUTH_CONTACT_H
#define TIEPDAN_AUTH_CONTACT_H

#include "base/arena.h"
#include "base/str.h"

/* A contact as filing writes it and as it is sealed (auth/seal.h): an object with those of the members name,
 * phone, email and address that were given. */

struct contact {
	struct str name, phone, email, address; /* absent: not given */
};
struct str contact_write(struct arena *arena, const struct contact *contact);

/* The text of a member, absent when there is none; a quotation mark or a backslash in it is escaped as in
 * JSON. */
struct str contact_member(struct str contact, const char *name);

#endif

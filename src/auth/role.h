#ifndef TIEPDAN_AUTH_ROLE_H
#define TIEPDAN_AUTH_ROLE_H

#include "base/arena.h"
#include "base/str.h"
#include "http/who.h"

enum role_bit {
#define ROLE(NAME, name) ROLE_BIT_##NAME,
#include "auth/role.def"
	ROLE_COUNT
};

/* The same as sets of one, to be joined with | into a role_set. */
enum role {
#define ROLE(NAME, name) NAME = 1 << ROLE_BIT_##NAME,
#include "auth/role.def"
};

/* What else the column `roles` of routes.def may say; no account has these. Macros, because the top bit of a
 * role_set does not fit an enumeration constant of C11. */
#define ROLE_PUBLIC  0x80000000u /* anybody, signed in or not      */
#define ROLE_TICKET  0x40000000u /* a citizen with code and secret */
#define ROLE_ANSWER  0x20000000u /* somebody with a link that answers a question */
#define ROLE_UPLOAD  0x10000000u /* whoever has the token of the upload in the path */
#define ROLE_SELF    0x08000000u /* anybody with an account, whatever the roles: for what is their own */
#define ROLE_CITIZEN 0x04000000u /* a citizen who has signed in */

/* Everybody who handles tickets, and everybody with an account. */
/* clang-format off */
#define HANDLERS (OFFICER | HEAD | COORDINATOR | HUB_HEAD | LEGAL_OFFICER | PRESS_OFFICER | SPOKESPERSON | DATA_OFFICER | \
	DUTY_OFFICER)
/* clang-format on */
#define STAFF (HANDLERS | CLERK | LEADER | AUDITOR | ADMIN)

const char *role_name(enum role_bit bit);
/* The names of those that an account may have, in `arena`. */
const struct str *role_names(struct arena *arena, role_set roles, unsigned *ret_n);
/* The roles named in a list with commas, as in a setting; false when one of the names is none. */
bool role_list(struct str list, role_set *ret_roles);
/* The set with the role of this name alone; false if there is none. */
bool role_find(struct str name, role_set *ret_role);

#endif

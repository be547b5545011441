#ifndef TIEPDAN_AUTH_ROLE_H
#define TIEPDAN_AUTH_ROLE_H

#include "base/str.h"
#include "http/who.h"

enum role_bit {
#define ROLE(NAME, name) ROLE_BIT_##NAME,
#include "auth/role.def"
	ROLE_COUNT
};

enum {
#define ROLE(NAME, name) NAME = 1u << ROLE_BIT_##NAME,
#include "auth/role.def"
	/* Sets for the column `roles` of routes.def. */
	ROLE_PUBLIC = 0x80000000u,                     /* anybody, signed in or not           */
	ROLE_TICKET = 0x40000000u,                     /* a citizen with code and secret      */
};
/* Everybody who handles tickets. */
#define HANDLERS (OFFICER | HEAD | COORDINATOR | HUB_HEAD | LEGAL_OFFICER | PRESS_OFFICER | SPOKESPERSON | DATA_OFFICER | DUTY_OFFICER)
#define STAFF (HANDLERS | CLERK | LEADER | AUDITOR | ADMIN)

const char *role_name(enum role_bit bit);
bool role_find(struct str name, role_set *ret_bit);

#endif

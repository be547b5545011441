#ifndef TIEPDAN_COMMAND_RECORD_H
#define TIEPDAN_COMMAND_RECORD_H

#include <libpq-fe.h>

#include "auth/record_place.h"

/* The record of the database beside the last root that is known (auth/record_place.h). */
struct record_state {
	struct record_place known, last; /* number 0: there is none */
	bool goes_on;			 /* the database has what is known, and maybe more */
};

/* False and a sentence when it cannot be told. */
bool record_state(PGconn *pg, struct arena *arena, const struct config *config, struct record_state *ret,
	struct str *ret_reason);

#endif

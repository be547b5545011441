#ifndef TIEPDAN_JOBS_SEALER_H
#define TIEPDAN_JOBS_SEALER_H

#include "db/unit.h"

/* Puts the events of the feed under signed roots (civil/record.h), two units of work: the key is outside the
 * database. Of two job workers that read the same events one stores nothing. Without a record key
 * (auth/keys.h) nothing is sealed until there is one; then what has waited comes first.
 * Few events wait half a second for more before they get a root, and none for anybody else: transactions that
 * are open are passed and come later, and there is a connection for this alone.
 *
 * Nothing is sealed either when the database is older than the last root that this machine has seen, or has
 * another root in its place (auth/record_place.h): whoever restores it and lets a new record grow there is
 * found. `tiepdan record resume` goes on deliberately. */

enum {
	SEALER_PORTION = 4096
};

struct sealer *sealer_new(struct arena *arena); /* what it remembers */
void sealer_find(struct app *app, struct db_unit *u);
bool sealer_seal(struct app *app, PGresult *const *found, struct db_unit *u);
int64_t sealer_sealed(PGresult *const *results); /* how many events */

#endif

#ifndef TIEPDAN_JOBS_SWEEP_H
#define TIEPDAN_JOBS_SWEEP_H

#include "db/unit.h"

/* Files of the store that no row knows: what a crash left between a file and its row, uploads that were
 * forgotten, content that nobody refers to any more. Only what has lain for an hour, so that nothing is
 * taken from under a row that is just being written. Which files of more than a portion are looked at is
 * left to chance: most may be known, and stay. */

/* A portion of what lies there, and the question which of it is unknown. */
void sweep_look(struct app *app, struct db_unit *u);
/* Removes that; false: there is no second statement. */
bool sweep_away(struct app *app, PGresult *const *found, struct db_unit *u);

#endif

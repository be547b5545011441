#ifndef TIEPDAN_JOBS_RESEAL_H
#define TIEPDAN_JOBS_RESEAL_H

#include "db/unit.h"

/* Brings sealed records (auth/seal.h) under the newest master key, two units of work for each portion,
 * while everybody goes on. It begins when every server of this database has that key. Once it has come to
 * the end, keys of older epochs open nothing in this database any more: they can go when the last backup
 * that needs them has gone. */

enum {
	RESEAL_PORTION = 500
};

void reseal_find(struct app *app, struct db_unit *u);
bool reseal_keep(struct app *app, PGresult *const *found, struct db_unit *u);
int64_t reseal_kept(PGresult *const *results); /* RESEAL_PORTION: there is more to look at */

#endif

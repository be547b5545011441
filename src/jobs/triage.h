#ifndef TIEPDAN_JOBS_TRIAGE_H
#define TIEPDAN_JOBS_TRIAGE_H

#include "db/unit.h"

/* Looks through new filings with the word lists of triage (two units of work: only the server matches words).
 * What they suggest is stored for the hub; danger to life is told to those on duty in the same transaction.
 * Of two job workers that read the same events one stores nothing. */

enum {
	TRIAGE_PORTION = 200
};

void triage_find(struct app *app, struct db_unit *u);
bool triage_match(struct app *app, PGresult *const *found, struct db_unit *u);
int64_t triage_matched(PGresult *const *results); /* how many events */

#endif

#ifndef TIEPDAN_JOBS_ASSIGN_H
#define TIEPDAN_JOBS_ASSIGN_H

#include "db/unit.h"

/* Gives tickets that nobody has to officers (migrations/0030_work.sql), by the rules of their departments
 * where they have active ones (civil/assign.h, migrations/0071_assignment_rules.sql). Two units of work: the
 * first reads which sets are active and the tickets whose turn is next in their departments; the second gives
 * out, with what the rules wish for each of these.
 *
 * Nothing is locked from the first to the second, which takes a wish only for a ticket that is still in the
 * version, and a set that is still the active one, that it was made of. What has changed is left to the next
 * run, which reads it anew: a set that was activated or taken back counts from then on, without a restart or
 * a signal. Sets are kept compiled from one run to the next, until they are no longer active, the city has
 * changed or somebody whom they name has come or gone. */

enum {
	ASSIGN_PORTION = 10 /* filing waits for the slots that it holds meanwhile */
};

void assign_find(struct app *app, struct db_unit *u);
bool assign_give(struct app *app, PGresult *const *found, struct db_unit *u);
int64_t assign_tried(PGresult *const *results); /* how many tickets */

/* The sets that are kept. */
struct assignments *assignments_new(struct arena *arena);
void assignments_free(struct assignments *assignments); /* accepts NULL */

#endif

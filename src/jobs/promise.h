#ifndef TIEPDAN_JOBS_PROMISE_H
#define TIEPDAN_JOBS_PROMISE_H

#include "db/unit.h"

/* The honest promise: answers are measured in working days once they are given (two units of work: only
 * the server counts working time), and summed up by promises_renew(). What a measured answer says can be
 * late by the turns of the two timers; nothing is counted twice. */

enum {
	PROMISE_PORTION = 1000
};

void promise_find(struct app *app, struct db_unit *u);
bool promise_measure(struct app *app, PGresult *const *found, struct db_unit *u);
int64_t promise_measured(PGresult *const *results); /* how many */
void promise_renew(struct app *app, struct db_unit *u);

#endif

#ifndef TIEPDAN_JOBS_REDATING_FILL_H
#define TIEPDAN_JOBS_REDATING_FILL_H

#include "base/app.h"
#include "base/arena.h"
#include "base/str.h"
#include "base/uuid.h"

/* Fills the slot of a re-dating with the new dates of all running clocks (migrations/0045), portion by
 * portion in the order of their tickets: each is read, dated, laid down beside everybody else and then
 * sealed, alone, for a moment. Several are on their way at once. How far it came is kept in the database:
 * what was not sealed when a worker dies is laid down again. */
struct redating_fill {
	struct app *app;
	struct arena *arena; /* outlives it */
	struct uuid id, worker;
	struct uuid filled_to, until; /* the last ticket that is sealed, and the last there is; nil: none */
	struct str reference;	      /* the version of the reference data by which all are dated */
	bool policies;		      /* as in redate_input */
	/* Runs once, perhaps before redating_fill() returns. False: something failed, or there is nothing to
	 * do for this worker; to be tried again. */
	void (*done)(void *owner, bool complete);
	void *owner;
};
void redating_fill(const struct redating_fill *fill);
/* Whether dates that are computed now are those of this version of the reference data. */
bool redating_dates_by(const struct app *app, struct str reference);

#endif

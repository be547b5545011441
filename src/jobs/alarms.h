#ifndef TIEPDAN_JOBS_ALARMS_H
#define TIEPDAN_JOBS_ALARMS_H

#include "db/unit.h"

/* Alarms of running clocks: an alarm that fires is a row of the table `alarm` and an event, each level of
 * a clock exactly once, whatever is killed and however many job workers there are. It fires in the second
 * after its instant; after an outage the levels of a clock that are due fire one after the other.
 *
 * The job takes two units of work (see alarms.c): alarms_find() queues the first, alarms_fire() the second
 * from the rows of the first. Parts that other departments were asked for (0040_told.sql) warn and breach in
 * the same way, by the same ladder: alarms_find_parts() and alarms_fire_parts(). */

enum {
	ALARMS_PORTION = 250 /* a portion holds the lock of the slots */
};

void alarms_find(struct app *app, struct db_unit *u);
/* False: nothing is due, and no second unit is needed. */
bool alarms_fire(struct app *app, PGresult *const *found, struct db_unit *u);
void alarms_find_parts(struct app *app, struct db_unit *u);
bool alarms_fire_parts(struct app *app, PGresult *const *found, struct db_unit *u);
/* What the second unit of either did: counts it, returns how many clocks or parts moved on. */
int64_t alarms_fired(PGresult *const *results);

#endif

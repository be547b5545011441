#ifndef TIEPDAN_JOBS_REHEARSALS_H
#define TIEPDAN_JOBS_REHEARSALS_H

#include "base/app.h"
#include "base/arena.h"

struct rehearsals;

/* Carries rehearsals of rules out (migrations/0069), one after the other, a portion of tickets at a time.
 * Each portion is a transaction that says how far it came, so that another worker goes on when this one dies;
 * of two that are after the same portion one stores nothing. */
struct rehearsals *rehearsals_start(struct app *app, struct arena *arena);
void rehearsals_stop(struct rehearsals *rehearsals); /* no step begins any more */

#endif

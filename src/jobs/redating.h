#ifndef TIEPDAN_JOBS_REDATING_H
#define TIEPDAN_JOBS_REDATING_H

#include "base/app.h"
#include "base/arena.h"

struct redatings;

/* The job worker's part of re-dating (migrations/0023): prepares the new dates, tells of them once they are
 * valid, and gives up the old ones. Each step is a transaction that says how far it came, so that another
 * worker goes on when this one dies; a lease sees to it that there is one at a time. */
struct redatings *redatings_start(struct app *app, struct arena *arena);
void redatings_stop(struct redatings *redatings); /* no step begins any more */

#endif

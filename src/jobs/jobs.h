#ifndef TIEPDAN_JOBS_JOBS_H
#define TIEPDAN_JOBS_JOBS_H

#include "base/app.h"
#include "base/arena.h"

struct jobs;

/* What the job worker does by itself: delivery (jobs/deliver.h), and on timers one unit of work a run, or
 * two where the server has to compute in between. Every job can run twice or on two servers at once
 * without harm. A run that fails is tried again at the next turn; one that leaves work behind is followed
 * by the next at once. */
struct jobs *jobs_start(struct app *app, struct arena *arena);
bool jobs_busy(const struct jobs *jobs); /* something leaves the house just now: draining waits for it */
void jobs_stop(struct jobs *jobs);	 /* no run begins any more */

#endif

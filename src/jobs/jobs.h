#ifndef TIEPDAN_JOBS_JOBS_H
#define TIEPDAN_JOBS_JOBS_H

#include "base/app.h"

/* What the job worker does by itself, on timers: one unit of work a run. Every job can run twice or on two servers at once
 * without harm. A run that fails is tried again at the next turn. */
void jobs_start(struct app *app);

#endif

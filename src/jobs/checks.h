#ifndef TIEPDAN_JOBS_CHECKS_H
#define TIEPDAN_JOBS_CHECKS_H

#include "base/app.h"
#include "base/arena.h"

/* Checks uploaded files, one after the other: a virus scanner looks at a file as it came (scan.h), a
 * process without rights makes what is kept (helper.h), a thread brings that to its place in the store
 * (base/work.h), and then its row says ready or refused. Whoever has the fewest waiting comes first. A file
 * is claimed with a lease: when this process dies another goes on. What cannot be reached (the scanner, the
 * disk) only delays. */
struct checks;

/* Lives as long as `arena`. NULL when there is no store. */
struct checks *checks_start(struct app *app, struct arena *arena);
bool checks_busy(const struct checks *checks); /* a file is being checked. Both accept NULL */
void checks_stop(struct checks *checks);

#endif

#ifndef TIEPDAN_SERVE_CONFINE_H
#define TIEPDAN_SERVE_CONFINE_H

#include <stdbool.h>

#include "serve/worker.h"

/* What a process of the server gives up, so that whoever takes it over has got little. The setting `confine`
 * switches all but the umask off, for debuggers and tracers. */

/* The supervisor, before it reads a key; what it starts inherits it, a new image does it again: files are
 * its user's alone, no privileges are gained by executing anything, no memory goes into a core file or to a
 * process of the same user. Logs what is on as server.confined. */
void confine_server(const struct config *config);

/* A worker, all its threads, before its first client: from here on it makes the system calls that the
 * tables in confine.c list for its role. Those that no library of ours has a use for kill it
 * (server.worker_died with signal 31 in the log); any other fails with EPERM, and confine_tell() says so.
 * For good, and for what it executes. Returns 0 or a negative errno: then nobody may be served. */
int confine_worker(enum worker_role role);

/* Logs the calls that were refused since it was last asked, each number once (worker.call_refused). */
void confine_tell(void);

#endif

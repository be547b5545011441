#ifndef TIEPDAN_SERVE_WORKER_H
#define TIEPDAN_SERVE_WORKER_H

#include <sys/types.h>

#include "auth/rate.h"
#include "base/config.h"
#include "serve/sockets.h"

enum worker_role {
	WORKER_HTTP,
	WORKER_JOBS
};

/* Exit status of a worker that finds a schema that this program cannot serve: EX_CONFIG of sysexits.h. */
enum {
	WORKER_UNFIT = 78
};

/* What a process of the server is started with; made by the supervisor before the fork. */
struct worker_start {
	enum worker_role role;
	int index; /* HTTP workers: which sockets are mine */
	unsigned metric_slot;
	const struct config *config;
	struct rate *rate;
	struct epoch *epoch;
	const struct sockets *sockets;
	pid_t supervisor;
	bool may_leave; /* WORKER_UNFIT: somebody else serves in its place, or nobody serves at all */
	int ready_fd;	/* four bytes (the pid) are written here when this process does its work */
};

/* Runs one worker until it is told to leave (SIGTERM: drain) or its supervisor is gone, or finds that it
 * cannot do its work. Returns its exit status. */
int worker_run(const struct worker_start *start);

#endif

#ifndef TIEPDAN_SERVE_CHILDREN_H
#define TIEPDAN_SERVE_CHILDREN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/metric.h"
#include "serve/worker.h"

/* The processes of the server, as the supervisor sees them: a fixed place for each worker and one for the job
 * worker, and a list of old processes that are draining. Pure book-keeping and signals; forking is the
 * supervisor's. */

enum {
	CHILDREN_MAX = 65,
	CHILDREN_OLD_MAX = METRIC_SLOTS
};

enum child_state {
	CHILD_NONE,	/* to be started, not before start_after_us          */
	CHILD_STARTING, /* forked, not ready yet                             */
	CHILD_READY,
};

struct child {
	enum worker_role role;
	int index;
	enum child_state state;
	pid_t pid; /* STARTING, READY                           */
	int metric_slot;
	pid_t old; /* drains as soon as the new one is ready; 0: none */
	int old_slot;
	bool replace; /* waits for its turn to be replaced         */
	int64_t started_us, start_after_us;
	unsigned quick_deaths; /* in a row: each doubles the pause          */
};

struct children {
	struct child at[CHILDREN_MAX];
	unsigned n;
	struct {
		pid_t pid;
		int metric_slot;
	} old[CHILDREN_OLD_MAX];
	unsigned nold;
};

/* `workers` HTTP workers and the job worker; takes over those of a supervisor image that re-executed
 * itself. */
void children_init(struct children *cs, unsigned workers);
void children_hand_over(const struct children *cs);

bool child_may_start(const struct child *c, int64_t now_us);
void child_failed(struct child *c, int64_t now_us); /* no process could be made for it: after a pause */
void child_started(struct child *c, pid_t pid, int metric_slot, int64_t now_us);
void children_ready(struct children *cs, pid_t pid);
/* The metric slot of a process, -1 when it is none of these. */
int children_slot_of(const struct children *cs, pid_t pid);
/* Notes that a process ended; true when it had been told to. */
bool children_gone(struct children *cs, pid_t pid, int64_t now_us);

void children_replace_all(struct children *cs);
/* Takes the next step of a replacement, one place at a time. */
void children_step(struct children *cs);
void children_signal_all(struct children *cs, int signal);
bool children_all_ready(const struct children *cs);
bool children_starting(const struct children *cs); /* any of them */
bool children_serving(const struct children *cs);  /* somebody answers clients, or did until now */
bool children_none_left(const struct children *cs);
/* A metric slot that no living process uses, -1 when there is none. Slot 0 is the supervisor's. */
int children_metric_slot(const struct children *cs);

#endif

#ifndef TIEPDAN_BASE_WORK_H
#define TIEPDAN_BASE_WORK_H

#include <event2/event.h>

#include "base/list.h"

/* Work that blocks or takes its time (fsync, hashing), beside the event loop: one thread, one task after
 * the other. */
struct work;

/* Part of a struct of its owner, which lives until `done` has run. */
struct work_task {
	struct list in;
	/* In the thread: touches nothing but the task, takes nothing from an arena but one that is the
	 * task's alone, logs nothing. */
	void (*run)(struct work_task *task);
	/* In the loop, afterwards. */
	void (*done)(struct work_task *task);
};

/* NULL when the system gives no thread or descriptor. */
struct work *work_new(struct event_base *loop);
/* Hands in a task. `done` never runs inside this call. */
void work_do(struct work *work, struct work_task *task);
/* How many tasks have been handed in and have not ended. */
size_t work_waiting(struct work *work);
/* Carries out what was handed in, tells all owners, and ends the thread. Accepts NULL. */
void work_free(struct work *work);

#endif

#ifndef TIEPDAN_JOBS_HELPER_H
#define TIEPDAN_JOBS_HELPER_H

#include <event2/event.h>
#include <sys/types.h>

#include "base/app.h"
#include "base/arena.h"

/* Runs `tiepdan examine` (command/examine.h) in a process of its own, without waiting for it. One at a
 * time. What it makes of a file may have 1 MiB and four times what came, and at most twice `upload_max`. */

struct helper_files {
	int raw, clean, small; /* stay the caller's */
};

enum {
	HELPER_LINE_MAX = 128
};

/* What is executed: nothing else may be (serve/confine.c). */
extern const char helper_program[];

/* Part of a struct of its owner, which lives until `done` has run or helper_stop() was called. */
struct helper {
	struct app *app;
	/* Once, from the event loop, when the process has ended. `line` is what it said, without its line
	 * end; absent: it was killed, by a limit or by the filter, or ran out of time; empty: it could not
	 * even begin. */
	void (*done)(struct helper *h, struct str line);

	pid_t pid; /* 0: none runs */
	int out;
	struct event *ended, *timer;
	char line[HELPER_LINE_MAX];
};

/* The events are made once; false when memory is out. */
bool helper_init(struct helper *h, struct app *app, void (*done)(struct helper *h, struct str line));
/* Starts it. Returns 0 or a negative errno; then `done` is not called. */
int helper_start(struct helper *h, const struct helper_files *files);
/* Kills what runs; `done` is not called any more. */
void helper_stop(struct helper *h);

#endif

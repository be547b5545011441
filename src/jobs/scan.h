#ifndef TIEPDAN_JOBS_SCAN_H
#define TIEPDAN_JOBS_SCAN_H

#include <event2/event.h>

#include "base/app.h"

/* Asks clamd about a file (its command INSTREAM), without waiting for it. */

enum scan_verdict {
	SCAN_CLEAN,
	SCAN_FOUND,   /* a virus                                                */
	SCAN_UNKNOWN, /* not reached, too slow, or an answer that says neither  */
};

/* Part of a struct of its owner, which lives until `done` has run or scan_stop() was called. */
struct scan {
	struct app *app;
	void (*done)(struct scan *s, enum scan_verdict verdict); /* once, never inside scan_start() */

	struct bufferevent *line; /* NULL: nothing is asked */
	struct event *timer;
	int fd;
	int64_t at;
	bool sent;
};

/* Sends the whole file `fd`, which stays the caller's and open, to the scanner at `where`: path of a
 * socket, or address:port. Returns 0 or a negative errno; then `done` is not called. */
int scan_start(struct scan *s, const char *where, int fd);
void scan_stop(struct scan *s); /* `done` is not called any more */

#endif

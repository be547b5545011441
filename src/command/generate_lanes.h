#ifndef TIEPDAN_COMMAND_GENERATE_LANES_H
#define TIEPDAN_COMMAND_GENERATE_LANES_H

#include <libpq-fe.h>

#include "base/str.h"

/* Statements that take long, each lane with a connection of its own, one after the other in it; the lanes go
 * on at the same time. */
struct lane {
	PGconn *pg;
	const struct str *todo; /* each with a zero byte behind it */
	size_t n, done;
	bool failed;
};

/* False after a message; the others have ended by then. */
bool lanes_run(struct lane *lanes, size_t n);

#endif

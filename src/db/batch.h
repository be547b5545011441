#ifndef TIEPDAN_DB_BATCH_H
#define TIEPDAN_DB_BATCH_H

#include "db/unit.h"

/* Natural batching: requests of one kind that come while PostgreSQL is busy with earlier ones travel
 * together, in one transaction of one set-based statement. There is no timer: who finds PostgreSQL idle goes
 * alone and at once.
 *
 *     static const struct batch_plan filings = {.name = "ticket_file", .row_size = sizeof(struct row),
 *                                               .add = add_filings, .then = filed};
 *     batch_join(req, &filings, &row);
 *
 * The statement takes parallel arrays and must be "as: definer", because its rows have different callers. It
 * (of several, the last one that has the column `ord`) gives at most one row for each element; `ord` tells
 * which, from 1. A foreseeable refusal is a row like any other. An unforeseen error fails the whole
 * transaction: the batch is halved until who caused it is alone and is answered through problems.def, while
 * the others succeed. What concerns all alike (no connection, out of time) is answered 503 to all.
 *
 * Starting a statement costs more than some rows of it, so beside a batch that is out another one goes only
 * when many wait, or when the first one takes long.
 *
 * A request waits at most until the batches before it have ended, which are units and bounded like them; when
 * too many wait already it is answered 503 at once. */

enum {
	BATCH_MAX = 256,	/* requests in one transaction                                            */
	BATCHES_OUT = 2,	/* of one plan: while one commits, the next one is worked on,             */
	BATCH_MANY = 64,	/* if so many wait: a statement costs as much as ten of its rows or more, */
	BATCH_LONG_US = 500000, /* or if the last one takes so long: it may wait for a lock */
};

struct batch_plan {
	const char *name; /* of the statement, for the log */
	size_t row_size;
	bool staff; /* those who wait are staff: they have links of their own and go first */
	/* Queues what stores or reads n rows that lie side by side; they live until it has been answered. */
	void (*add)(struct db_unit *u, const void *rows, size_t n);
	/* Answers one request from its row of the result, -1 when it got none. Not called when its client has
	 * left. The result is gone when this returns. */
	void (*then)(struct req *req, const PGresult *result, int row);
};

/* Hands in a request with its row, which is copied; what the row points to lives as long as the request. The
 * plan is static: it is known by its address. */
void batch_join(struct req *req, const struct batch_plan *plan, const void *row);

/* Whether so many wait already that batch_join() would turn the next one away: asked before anything is spent
 * on a request. */
bool batch_crowded(struct db *db, const struct batch_plan *plan);

/* Private to db/. Closing answers 503 to all who still wait. */
void batch_open(struct db *db);
void batch_close(struct db *db);

#endif

#ifndef TIEPDAN_COMMAND_GENERATE_SINK_H
#define TIEPDAN_COMMAND_GENERATE_SINK_H

#include <libpq-fe.h>

#include "command/generate_life.h"

/* How generated rows get into the database: one transaction drops foreign keys and indexes, stops triggers,
 * takes the rows, and makes all of it again; until it commits nothing has changed for anybody. Events of
 * months that have none yet are written beside it, each month into a table of its own, which becomes a
 * partition of `event` in that transaction. What a run that did not end has left of these, the next one
 * drops. */
struct sink {
	const char *url;
	PGconn *main;	/* the transaction */
	PGconn *beside; /* makes the tables of months */
	bool add;	/* without dropping anything */
	bool *apart;	/* by month: it has a table of its own */
	struct str *make;
	size_t nmake;
	struct word_counts *counts; /* generate_search.h; of all tickets */
};

/* Each false after a message. Before the transaction: partitions for months whose rows get no table of their
 * own. */
bool sink_make_places(struct sink *s, const struct generate *g);
/* `main` is in its transaction. */
bool sink_open(struct sink *s, struct arena *arena, const struct generate *g);
bool sink_close(struct sink *s, struct arena *arena, const struct generate *g); /* makes all again */
void sink_forget(struct sink *s, const struct generate *g); /* the tables of months, after a failure */

/* Adds rows to a table: `into` names it with its columns. */
bool sink_copy(PGconn *pg, const char *into, const struct rows *rows);
const char *sink_table(enum generate_table table); /* as sink_copy() takes it */
enum {
	SINK_NAME = 320
};
void sink_month(const struct generate *g, unsigned month, char ret_into[SINK_NAME]);

#endif

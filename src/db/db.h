#ifndef TIEPDAN_DB_DB_H
#define TIEPDAN_DB_DB_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/app.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/str.h"
#include "base/uuid.h"

/* PostgreSQL for one process: a fast, a searching and a slow pool of pipelined connections, one that lets
 * people in, and one for the record, reconnecting with back-off. Knows no table; statements come from
 * gen/statements.c. */

enum db_pool {
	DB_FAST,
	DB_SEARCH, /* searches: not behind a report, nor in the way of what is short */
	DB_SLOW,
	DB_DOOR,   /* signs in with a role of its own, and prepares nothing else */
	DB_RECORD, /* a connection of the sealer alone: it waits behind nobody */
	DB_POOLS
};

/* One prepared statement; the table is generated from the .sql files. */
struct db_statement {
	const char *name; /* "ticket_note": folder and file           */
	const char *text; /* with $1, $2 ...                          */
	unsigned nparams;
	const Oid *types;  /* by parameter                             */
	bool definer_only; /* "-- as: definer": runs without the caller at the head of the unit (anonymous and
			    * batched statements that call SECURITY DEFINER set functions) */
	enum db_pool pool; /* "-- pool: search|slow|door|record"       */
	bool owner_only;   /* "-- as: owner": for sub-commands, never prepared by the server */
	bool binary; /* "-- form: binary", or all columns are bytea: they come as they are, see db/raw.h and
		      * db_cell_bytes() */
};
extern const struct db_statement db_statements[];
extern const unsigned db_nstatements;

/* clang-format off */
enum {
	DB_BOOL_OID = 16,           DB_BOOL_ARRAY_OID = 1000,
	DB_BYTEA_OID = 17,          DB_BYTEA_ARRAY_OID = 1001,
	DB_INT8_OID = 20,           DB_INT8_ARRAY_OID = 1016,
	DB_TEXT_OID = 25,           DB_TEXT_ARRAY_OID = 1009,
	DB_FLOAT8_OID = 701,        DB_FLOAT8_ARRAY_OID = 1022,
	DB_TIMESTAMPTZ_OID = 1184,  DB_TIMESTAMPTZ_ARRAY_OID = 1185,
	DB_UUID_OID = 2950,         DB_UUID_ARRAY_OID = 2951,
	DB_DATE_OID = 1082,
	DB_JSONB_OID = 3802,
};
/* clang-format on */

/* Which connections a process makes. */
struct db_urls {
	const char *serve;  /* of the fast and the slow pool               */
	const char *search; /* NULL: nobody searches through this process */
	const char *door;   /* NULL: this process lets nobody in          */
	bool seals;	    /* the record, over `serve`                   */
	const char *name;   /* application_name of all sessions; NULL: what the URL says, or "tiepdan" */
	int64_t known; /* migrations that this program knows: each connection asks first whether the schema
			  is one that it can serve. 0: it does not */
};

/* Those of a process that serves, or of the one that does jobs. Who serves, who lets people in and who does
 * jobs are three roles of the database, once the operator has taken them apart; until then one is all. */
struct db_urls db_urls_of(const struct config *config, bool serves);
/* How many connections that makes at the most, with the one that listens, and with how many it begins. */
int64_t db_connections(const struct config *config, const struct db_urls *urls, int64_t *ret_begins);

/* Opens the pools and starts connecting in the background, with one fast connection at first and more when
 * units wait; a lost connection comes back by itself. Nothing blocks after this call: host names are resolved
 * here, once. NULL when a URL cannot be read or none of its hosts is known; the reason has been logged. The
 * URLs outlive the pools. */
struct db *db_open(struct app *app, struct db_urls urls);
/* The same with a statement table of one's own, which must outlive the pools, and app->config->database_url
 * (tests). */
struct db *db_open_with(struct app *app, const struct db_statement *statements, unsigned n);
/* The process is ready. Until then its own units, which wait for nobody, share one connection, so that others
 * do not compete with the first answers. Now each pool gets its first one, before somebody has to wait for
 * it, and the log tells early when it cannot be made. */
void db_settle(struct db *db);
/* After the last unit; waits for nothing. Units that are out all the same fail as if the database were
 * lost. */
void db_close(struct db *db);
bool db_ready(const struct db *db); /* at least one fast connection is usable */
/* Why none is, where the database is there but is not one that this program can serve, in one line and with
 * its cure; else absent. */
struct str db_refusal(const struct db *db);

/* LISTEN on a connection that all channels share, until db_close(): `heard` runs for each NOTIFY on
 * `channel`, and with an absent payload once after each connect (something may have been missed). All of them
 * are named before the loop runs; the name outlives the pools. Returns 0 or -ENOMEM. */
int db_listen(struct db *db, const char *channel, void (*heard)(struct app *app, struct str payload));

#endif

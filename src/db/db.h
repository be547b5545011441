#ifndef TIEPDAN_DB_DB_H
#define TIEPDAN_DB_DB_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/app.h"
#include "base/arena.h"
#include "base/str.h"
#include "base/uuid.h"

/* PostgreSQL for one process: a fast and a slow pool of pipelined connections, reconnecting with back-off. Knows no
 * table; statements come from gen/statements.c. */

enum db_pool { DB_FAST, DB_SLOW, DB_POOLS };

/* One prepared statement; the table is generated from the .sql files. */
struct db_statement {
	const char *name;              /* "ticket_note": folder and file           */
	const char *text;              /* with $1, $2 ...                          */
	unsigned nparams;
	const Oid *types;              /* by parameter                             */
	bool definer_only;             /* "-- as: definer": runs without the caller at the head of the unit (anonymous and
	                                * batched statements that call SECURITY DEFINER set functions) */
	bool slow;                     /* "-- pool: slow"                          */
	bool owner_only;               /* "-- as: owner": for sub-commands, never prepared by the server */
};
extern const struct db_statement db_statements[];
extern const unsigned db_nstatements;

enum { DB_INT8_OID = 20, DB_TEXT_OID = 25, DB_UUID_OID = 2950, DB_BOOL_OID = 16, DB_TIMESTAMPTZ_OID = 1184, DB_BYTEA_OID = 17,
       DB_FLOAT8_OID = 701, DB_DATE_OID = 1082, DB_JSONB_OID = 3802 };

/* Starts connecting in the background. Never blocks after this call: host names are resolved here, once. */
struct db *db_open(struct app *app);
void db_close(struct db *db);                  /* after the last unit; waits for nothing */
bool db_ready(const struct db *db);            /* at least one fast connection is usable */

/* LISTEN on its own connection: `heard` runs for each NOTIFY on `channel`, and once after each reconnect (something may
 * have been missed). */
void db_listen(struct db *db, const char *channel, void (*heard)(struct app *app, struct str payload));

#endif

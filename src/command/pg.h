#ifndef TIEPDAN_COMMAND_PG_H
#define TIEPDAN_COMMAND_PG_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "base/str.h"

/* PostgreSQL for the sub-commands: one connection, one statement at a
 * time, waiting. Statements are those of the .sql files marked "-- as: owner". Faults are printed to standard
 * error in one line. */

/* Connects with the setting `name` (its value is `url`); NULL after a message when that fails. search_path is
 * tiepdan, jit is off. */
PGconn *pg_connect(const char *name, const char *url);
/* Runs the statement `<folder>_<file>` with text parameters in the order of its "in:" line (absent: NULL).
 * NULL after a message when it failed. */
PGresult *pg_query(PGconn *pg, const char *statement, const struct str *values, int n);
/* The same in two steps, with the result in binary format: whoever has sent one does something else until it
 * is there. Nothing else may be asked meanwhile. */
bool pg_send(PGconn *pg, const char *statement, const struct str *values, int n);
PGresult *pg_take(PGconn *pg);
/* Instead of taking all rows at once: one after the other, as they come, each the only row of its result. */
bool pg_each(PGconn *pg, void (*look)(void *arg, const PGresult *r), void *arg);
/* The same for a statement whose result nobody looks at. */
bool pg_do(PGconn *pg, const char *statement, const struct str *values, int n);
/* Transaction control and the text of migrations: no parameters, no result. */
bool pg_script(PGconn *pg, const char *text);

#endif

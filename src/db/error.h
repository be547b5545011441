#ifndef TIEPDAN_DB_ERROR_H
#define TIEPDAN_DB_ERROR_H

#include <libpq-fe.h>

#include "http/req.h"

/* Answers a request whose unit failed, through problems.def: a constraint or SQLSTATE that has a row gives
 * that problem; a lost, overloaded or starting server 503, and so does a table that is locked when somebody
 * only reads; everything else 500, logged with SQLSTATE and statement, never with values, DETAIL or SQL. The
 * moves that TD409 carries as DETAIL (a JSON array) go to the client. TD617 is a fault of the member that its
 * DETAIL points to, as if it had been found without the database; how many seconds a 429 goes on stands in
 * its DETAIL, too. `error` is NULL when the server told none. Private to db/. */
void error_answer(struct req *req, const char *sqlstate, const PGresult *error, const char *statement);

/* The same of a refusal that is a row of a batch: its SQLSTATE, and what DETAIL would say. */
void error_refused(struct req *req, struct str sqlstate, struct str detail, const char *statement);

/* What passes when the same request is sent again: trouble of the server or the link, not of the request. */
bool error_is_transient(struct str sqlstate);

#endif

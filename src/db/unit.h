#ifndef TIEPDAN_DB_UNIT_H
#define TIEPDAN_DB_UNIT_H

#include "db/db.h"
#include "http/req.h"

/* The unit of work: the statements of one request, sent as one pipeline up to one Sync, so that they are one
 * transaction, one write, one read.
 *
 *     struct db_unit *u = db_unit(req);
 *     sql_ticket_note(u, .ticket = ..., .text = ...);       // generated; any number up to DB_UNIT_MAX
 *     db_run(u, answer_made);
 *
 * The first statement, added by the unit itself, tells PostgreSQL who the caller is (row-level security),
 * makes units of GET read-only and sets the statement timeout; it is left out when every statement is "as:
 * definer".
 *
 * `then` runs once, on success only (PGRES_PIPELINE_SYNC has arrived), never inside db_run(), and not at all
 * if the client has left. Every failure is answered here through problems.def, from the event loop too: a
 * handler has no error branch. The results are cleared with the request's arena.
 *
 * A unit waits in the queue of its pool until a connection has room; when the queue is full or no connection
 * is left it is answered 503 at once. It may wait for, and then run, statement timeout x 1.5 + 1 s each:
 * after that it is answered 503, and a connection that gave no answer is reset. Units that were out on a lost
 * connection may or may not have taken effect; 503 tells the client to repeat, Idempotency-Key makes it
 * safe. */

enum {
	DB_UNIT_MAX = 16
};

struct db_unit;
/* results[i] belongs to the i-th statement that the handler queued (the caller statement does not count);
 * NULL stands behind the last. */
typedef void db_then(struct req *req, PGresult *const *results);

struct db_unit *db_unit(struct req *req);
void db_run(struct db_unit *u, db_then *then);
/* PostgreSQL is told of the caller although every statement is "as: definer": whose session has ended is
 * refused. */
void db_unit_ask_caller(struct db_unit *u);
/* A refusal that the handler itself understands: called instead of the table for this SQLSTATE; `detail` is
 * the DETAIL of the error. Used by the Idempotency-Key replay. */
void db_unit_on(struct db_unit *u, const char *sqlstate, void (*refused)(struct req *req, struct str detail));

/* Units of jobs: no request, no client; `done` gets NULL results and the SQLSTATE when the unit failed. While
 * there is no connection they wait their time instead of failing at once. */
struct db_job {
	struct app *app;
	struct arena *arena; /* lives until done returns */
	void *state;	     /* the job's own            */
};
typedef void db_done(struct db_job *job, PGresult *const *results, const char *sqlstate);
struct db_unit *db_unit_job(struct db_job *job);
void db_run_job(struct db_unit *u, db_done *done);

/* For generated code: one parameter is pointer, length and whether it is binary. */
struct db_value {
	const char *at; /* NULL: SQL NULL */
	int length;
	int binary;
};
struct arena *db_unit_arena(struct db_unit *u);
void db_unit_add(struct db_unit *u, const struct db_statement *statement, const struct db_value *values);
/* Encoders (binary wire format): copies in the unit's arena. */
struct db_value db_value_text(struct db_unit *u, struct str s);	   /* absent: NULL                     */
struct db_value db_value_literal(struct db_unit *u, struct str s); /* jsonb, date: in text format      */
struct db_value db_value_bytes(struct db_unit *u, struct str s);   /* bytea */
struct db_value db_value_int(struct db_unit *u, int64_t n);	   /* int8; DB_NO_INT: NULL */
struct db_value db_value_bool(struct db_unit *u, bool b);
struct db_value db_value_float(struct db_unit *u, double d);	   /* NaN: NULL */
struct db_value db_value_uuid(struct db_unit *u, struct uuid id);  /* nil: NULL */
struct db_value db_value_time(struct db_unit *u, int64_t wall_ms); /* timestamptz; DB_NO_INT: NULL */
/* Arrays: parallel members of one set-based statement. Elements are NULL as above; at == NULL is SQL NULL,
 * not an empty array. `stride` is the bytes from one element to the next when they are members of larger
 * structs; 0: they lie side by side. */
struct db_texts {
	const struct str *at;
	size_t n, stride;
};
struct db_ints {
	const int64_t *at;
	size_t n, stride;
};
struct db_uuids {
	const struct uuid *at;
	size_t n, stride;
};
struct db_times {
	const int64_t *at;
	size_t n, stride;
};
struct db_floats {
	const double *at;
	size_t n, stride;
};
struct db_bools {
	const bool *at;
	size_t n, stride;
};
/* The array of one member of `n` structs: `.ids = DB_COLUMN(rows, n, id)`. */
#define DB_COLUMN(rows, n, member)                                                                           \
	{                                                                                                    \
		&(rows)->member, n, sizeof(*(rows))                                                          \
	}
struct db_value db_value_texts(struct db_unit *u, struct db_texts a);
struct db_value db_value_bytes_array(struct db_unit *u, struct db_texts a);
struct db_value db_value_ints(struct db_unit *u, struct db_ints a);
struct db_value db_value_uuids(struct db_unit *u, struct db_uuids a);
struct db_value db_value_times(struct db_unit *u, struct db_times a);
struct db_value db_value_floats(struct db_unit *u, struct db_floats a);
struct db_value db_value_bools(struct db_unit *u, struct db_bools a);

#define DB_NO_INT INT64_MIN

#endif

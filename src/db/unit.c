/* The unit of work: the rules of a transaction that belongs to a request or a job, each in this one place. */
#include "db/unit.h"

#include <string.h>

#include "base/clock.h"
#include "base/epoch.h"
#include "base/metric.h"
#include "base/must.h"
#include "db/error.h"
#include "db/pool.h"
#include "gen/sql/db.h"

static void clear_results(struct db_unit *u)
{
	for (unsigned i = 0; i <= DB_UNIT_MAX; i++)
		PQclear(u->results[i]);
	PQclear(u->exchange.error);
}

static void exchange_ended(struct exchange *x)
{
	unit_end(list_entry(x, struct db_unit, exchange), x->sqlstate);
}

static struct db_unit *unit_new(struct db *db, struct arena *arena)
{
	struct db_unit *u = arena_alloc(arena, sizeof(*u));

	u->db = db;
	u->arena = arena;
	u->exchange.ended = exchange_ended;
	list_init(&u->exchange.in);
	arena_defer(arena, clear_results, u);
	return u;
}

struct db_unit *db_unit(struct req *req)
{
	struct db_unit *u = unit_new(req->app->db, req->arena);

	u->req = req;
	return u;
}

struct db_unit *db_unit_job(struct db_job *job)
{
	struct db_unit *u = unit_new(job->app->db, job->arena);

	u->job = job;
	u->patient = true;
	return u;
}

struct arena *db_unit_arena(struct db_unit *u)
{
	return u->arena;
}

/* Splits the values into the parallel arrays of libpq. */
static struct query make_query(
	struct arena *arena, const struct db_statement *statement, const struct db_value *values)
{
	unsigned n = statement->nparams;
	const char **at = arena_alloc(arena, (n + 1) * sizeof(*at));
	int *lengths = arena_alloc(arena, (n + 1) * sizeof(*lengths));
	int *formats = arena_alloc(arena, (n + 1) * sizeof(*formats));

	for (unsigned i = 0; i < n; i++) {
		at[i] = values[i].at;
		lengths[i] = values[i].length;
		formats[i] = values[i].binary;
	}
	return (struct query){QUERY_RUN, statement, at, lengths, formats};
}

void db_unit_add(struct db_unit *u, const struct db_statement *statement, const struct db_value *values)
{
	struct query query = make_query(u->arena, statement, values);

	must(u->state == UNIT_BUILDING);
	if (u->adding_caller) {
		u->queries[0] = query;
		return;
	}
	must(u->n < DB_UNIT_MAX);
	u->queries[1 + u->n++] = query;
	must(!statement->owner_only);
	must(u->n == 1 || u->pool == statement->pool || (u->pool <= DB_SLOW && statement->pool <= DB_SLOW));
	if (statement->pool > u->pool)
		u->pool = statement->pool;
	u->needs_caller |= !statement->definer_only;
}

void db_unit_on(struct db_unit *u, const char *sqlstate, void (*refused)(struct req *req, struct str detail))
{
	must(u->req && u->nhooks < UNIT_HOOKS_MAX);
	u->hooks[u->nhooks++] = (struct unit_hook){sqlstate, refused};
}

void db_unit_ask_caller(struct db_unit *u)
{
	must(u->state == UNIT_BUILDING && u->req);
	u->needs_caller = true;
}

static void add_caller(struct db_unit *u, enum db_pool pool)
{
	static const struct who job = {.kind = WHO_JOB};
	const struct who *who = u->req ? &u->req->who : &job;

	u->adding_caller = true;
	sql_db_caller(u, .kind = str_of(who_kind_name(who->kind)), .account = who->account,
		.session = who->session, .read_only = u->req && u->req->read_only,
		.timeout = pool_timeout_ms(u->db, pool),
		.may = {u->req ? u->req->may : NULL, u->req ? u->req->nmay : 0, 0});
	u->adding_caller = false;
}

static void run(struct db_unit *u)
{
	unsigned first = u->needs_caller ? 0 : 1;

	must(u->state == UNIT_BUILDING && u->n > 0);
	if (u->needs_caller)
		add_caller(u, u->pool);
	u->exchange.queries = &u->queries[first];
	u->exchange.results = &u->results[first];
	u->exchange.n = u->n + 1 - first;
	if (arena_failed(u->arena)) {
		u->queued_us = clock_mono_us();
		unit_end(u, LINK_BUSY_STATE); /* a parameter may be missing */
	} else {
		pool_push(&u->db->pools[u->pool], u);
	}
}

void db_run(struct db_unit *u, db_then *then)
{
	must(u->req && then);
	u->then = then;
	req_pin(u->req);
	req_become(u->req, REQ_UNIT);
	run(u);
}

void db_run_job(struct db_unit *u, db_done *done)
{
	must(u->job && done);
	u->done = done;
	run(u);
}

bool unit_unwanted(const struct db_unit *u)
{
	return u->req && req_is_unwanted(u->req);
}

static void account_time(const struct db_unit *u, struct req *req)
{
	int64_t now = clock_mono_us(), sent = u->exchange.sent_us ? u->exchange.sent_us : now;

	req->queued_us += sent - u->queued_us;
	req->sql_us += now - sent;
}

static void refuse(struct db_unit *u)
{
	const struct exchange *x = &u->exchange;

	for (unsigned i = 0; i < u->nhooks; i++) {
		if (strcmp(u->hooks[i].sqlstate, x->sqlstate) != 0)
			continue;
		u->hooks[i].refused(u->req,
			str_of(x->error ? PQresultErrorField(x->error, PG_DIAG_MESSAGE_DETAIL) : NULL));
		return;
	}
	error_answer(u->req, x->sqlstate, x->error, exchange_at(x)->name);
}

void unit_deliver(struct db_unit *u)
{
	const char *sqlstate = u->exchange.sqlstate;
	struct req *req = u->req;

	if (sqlstate)
		metric_add(METRIC_db_units_failed, 1);
	if (!req) {
		u->done(u->job, sqlstate ? NULL : u->results + 1, sqlstate);
		return;
	}
	account_time(u, req);
	if (!req->read_only)
		epoch_move(req->app->epoch); /* also where nobody knows whether it was committed */
	if (req->state != REQ_LEFT) {
		req_become(req, REQ_STEPS);
		if (sqlstate)
			refuse(u);
		else
			u->then(req, u->results + 1);
	}
	req_unpin(req);
}

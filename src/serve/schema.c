/* The schema that a process finds. */
#include "serve/schema.h"

#include <event2/event.h>
#include <string.h>

#include "base/embedded.h"
#include "db/answer.h"
#include "db/unit.h"
#include "gen/sql/serve.h"

enum {
	RETRY_S = 1
};

struct question {
	struct app *app;
	schema_told *told;
};

struct str schema_fault(struct arena *arena, int64_t known, int64_t schema, int64_t oldest)
{
	if (schema < known)
		return arena_printf(arena,
			"the database is at migration %ld of %ld: run `tiepdan migrate` first", (long)schema,
			(long)known);
	if (oldest > known)
		return arena_printf(arena,
			"the database has moved on to migration %ld and no longer carries this program "
			"(%ld): install the newer one",
			(long)schema, (long)known);
	return STR_NONE;
}

/* Class 42: there is no such table, or not for this login; anything else may pass. */
static bool has_none(const char *sqlstate)
{
	return sqlstate && strncmp(sqlstate, "42", 2) == 0;
}

static void ask(struct question *q);

static void again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	ask(arg);
}

static void later(struct question *q)
{
	const struct timeval soon = {.tv_sec = RETRY_S};

	event_base_once(q->app->loop, -1, EV_TIMEOUT, again, q, &soon);
}

static struct str read_fault(struct arena *arena, const PGresult *r)
{
	if (!r)
		return STR("the database has no schema of tiepdan: run `tiepdan migrate` and check "
			   "`database_url`");
	return schema_fault(arena, (int64_t)embedded_group("migrations")->n, db_cell_int(r, 0, "schema"),
		db_cell_int(r, 0, "oldest"));
}

static void answered(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct question *q = job->state;

	if (results || has_none(sqlstate))
		q->told(q->app, read_fault(job->arena, results ? results[0] : NULL));
	else
		later(q);
	arena_free(job->arena);
}

static void ask(struct question *q)
{
	struct arena *arena = arena_new();

	if (!arena) {
		later(q);
		return;
	}
	struct db_job *job = arena_alloc(arena, sizeof(*job));
	*job = (struct db_job){.app = q->app, .arena = arena, .state = q};
	struct db_unit *u = db_unit_job(job);
	sql_serve_schema(u);
	db_run_job(u, answered);
}

void schema_ask(struct app *app, struct arena *arena, schema_told *told)
{
	struct question *q = arena_alloc(arena, sizeof(*q));

	*q = (struct question){app, told};
	ask(q);
}

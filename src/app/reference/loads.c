/* How many open tickets departments have: a copy in memory for the rules of routing. */
#include "app/reference/reference.h"
#include "base/log.h"
#include "civil/decide.h"
#include "db/answer.h"
#include "gen/sql/reference.h"

static struct loads *read_loads(const PGresult *r)
{
	struct arena *arena = arena_new();

	if (!arena)
		return NULL;
	unsigned n = (unsigned)PQntuples(r);
	struct loads *loads = arena_alloc(arena, sizeof(*loads));
	struct rule_load *load = arena_alloc(arena, (n + 1) * sizeof(*load));

	*loads = (struct loads){arena, load, n};
	for (int i = 0; i < (int)n; i++)
		load[i] = (struct rule_load){db_cell_int(r, i, "department"), db_cell_int(r, i, "open")};
	return loads;
}

static void loaded(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct app *app = job->app;
	struct loads *loads = results ? read_loads(results[0]) : NULL;

	if (loads) {
		loads_free(app->loads);
		app->loads = loads;
	} else {
		log_error("reference.loads_unusable", LOG_STR("sqlstate", str_of(sqlstate)));
	}
	arena_free(job->arena);
}

void reference_load_loads(struct app *app)
{
	struct arena *arena = arena_new();

	if (!arena)
		return;
	struct db_job *job = arena_alloc(arena, sizeof(*job));
	*job = (struct db_job){.app = app, .arena = arena};
	struct db_unit *u = db_unit_job(job);
	sql_reference_load_loads(u);
	db_run_job(u, loaded);
}

void loads_free(struct loads *loads)
{
	if (loads)
		arena_free(loads->arena);
}

/* Rehearsals, the turns of the job worker: what there is to do for one, a step at a time. */
#include "jobs/rehearsals.h"

#include <event2/event.h>

#include "base/log.h"
#include "base/metric.h"
#include "base/must.h"
#include "base/work.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"
#include "jobs/rehearse.h"

enum {
	EVERY_MS = 500
};

struct rehearsals {
	struct app *app;
	struct event *timer;
	struct work_task preparing;
	struct rehearse *rehearse; /* kept from step to step; NULL: none */
	bool running;
};

static void take(struct rehearsals *r);
static void read_next(struct rehearsals *r);

/* Nothing is to be done now: the next turn asks again. */
static void end_turn(struct rehearsals *r)
{
	r->running = false;
}

static void drop(struct rehearsals *r)
{
	rehearse_free(r->rehearse);
	r->rehearse = NULL;
}

/* --- steps ---------------------------------------------------------------------------------------------- */

/* A unit of work with an arena of its own. NULL: the turn has ended. */
static struct db_job *step(struct rehearsals *r)
{
	struct arena *arena = r->app->draining ? NULL : arena_new();
	struct db_job *job;

	if (!arena) {
		end_turn(r);
		return NULL;
	}
	job = arena_alloc(arena, sizeof(*job));
	*job = (struct db_job){.app = r->app, .arena = arena, .state = r};
	return job;
}

/* Whether it did what it should. Otherwise the turn has ended, and which rules had a say is asked of the
 * database anew. */
static bool is_good(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct rehearsals *r = job->state;

	metric_add(METRIC_job_runs, 1);
	if (results)
		return true;
	metric_add(METRIC_job_failures, 1);
	log_warn("rehearsal.failed", LOG_STR("sqlstate", str_of(sqlstate)));
	arena_free(job->arena);
	drop(r);
	end_turn(r);
	return false;
}

/* The last step of a rehearsal. */
static void ended(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct rehearsals *r = job->state;

	if (!is_good(job, results, sqlstate))
		return;
	arena_free(job->arena);
	drop(r);
	end_turn(r);
}

static void stored(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct rehearsals *r = job->state;

	if (!is_good(job, results, sqlstate))
		return;
	bool goes_on = db_cell_flag(answer_find(results, "stored"), 0, "stored");
	arena_free(job->arena);
	if (goes_on) {
		read_next(r);
		return;
	}
	drop(r);
	end_turn(r);
}

static void was_read(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct rehearsals *r = job->state;

	if (!is_good(job, results, sqlstate))
		return;
	const PGresult *rows = answer_find(results, "filed_s");
	struct db_unit *u = db_unit_job(job);
	if (PQntuples(rows) == 0) {
		sql_jobs_rehearsal_finish(u, .id = r->rehearse->id);
		db_run_job(u, ended);
	} else if (!r->app->draining && rehearse_portion(r->rehearse, rows, u)) {
		db_run_job(u, stored);
	} else {
		arena_free(job->arena);
		end_turn(r);
	}
}

static void read_next(struct rehearsals *r)
{
	struct db_job *job = step(r);

	if (!job)
		return;
	struct db_unit *u = db_unit_job(job);
	sql_jobs_rehearsal_read(u, .id = r->rehearse->id, .limit = REHEARSE_PORTION);
	db_run_job(u, was_read);
}

/* Not begun: the active set has just changed, and is not here yet. */
static void begun(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct rehearsals *r = job->state;

	if (!is_good(job, results, sqlstate))
		return;
	bool begun = db_cell_flag(answer_find(results, "begun"), 0, "begun");
	arena_free(job->arena);
	if (begun) {
		read_next(r);
		return;
	}
	drop(r);
	end_turn(r);
}

static void begin(struct rehearsals *r)
{
	struct db_job *job = step(r);

	if (!job)
		return;
	struct db_unit *u = db_unit_job(job);
	sql_jobs_rehearsal_begin(u, .id = r->rehearse->id, .active = r->rehearse->copy->city->rules_id,
		.names = {rehearse_names(r->rehearse, job->arena), rules_count(r->rehearse->rules), 0});
	db_run_job(u, begun);
}

/* --- the rules ------------------------------------------------------------------------------------------ */

static void refuse(struct rehearsals *r)
{
	struct db_job *job = step(r);

	if (!job)
		return;
	struct db_unit *u = db_unit_job(job);
	sql_jobs_rehearsal_fail(u, .id = r->rehearse->id, .fault = STR("rules_unreadable"));
	db_run_job(u, ended);
}

/* In the thread. */
static void prepare(struct work_task *task)
{
	rehearse_prepare(list_entry(task, struct rehearsals, preparing)->rehearse);
}

static void prepared(struct work_task *task)
{
	struct rehearsals *r = list_entry(task, struct rehearsals, preparing);

	if (arena_failed(r->rehearse->arena)) {
		drop(r);
		end_turn(r);
	} else if (!r->rehearse->rules) {
		refuse(r);
	} else {
		take(r);
	}
}

static void make_ready(struct rehearsals *r, struct uuid id, struct str text)
{
	drop(r);
	r->rehearse = r->app->city ? rehearse_new(r->app, id, text) : NULL;
	if (!r->rehearse) {
		end_turn(r);
		return;
	}
	r->preparing = (struct work_task){.run = prepare, .done = prepared};
	work_do(r->app->work, &r->preparing);
}

/* --- turns ---------------------------------------------------------------------------------------------- */

static void go_on(struct rehearsals *r, const PGresult *row)
{
	struct str text = db_cell(row, 0, "text");
	struct uuid id = db_cell_uuid(row, 0, "id");

	if (text.at)
		make_ready(r, id, text);
	else if (db_cell_flag(row, 0, "running"))
		read_next(r);
	else
		begin(r);
}

static void taken(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct rehearsals *r = job->state;

	if (!is_good(job, results, sqlstate))
		return;
	const PGresult *row = answer_find(results, "running");
	if (PQntuples(row) > 0) {
		go_on(r, row);
	} else {
		drop(r);
		end_turn(r);
	}
	arena_free(job->arena);
}

static void take(struct rehearsals *r)
{
	static const struct uuid none;
	struct db_job *job = step(r);

	if (!job)
		return;
	struct db_unit *u = db_unit_job(job);
	sql_jobs_rehearsal_take(u, .known = r->rehearse ? r->rehearse->id : none);
	db_run_job(u, taken);
}

static void turn(evutil_socket_t fd, short what, void *arg)
{
	struct rehearsals *r = arg;
	const struct timeval next = {.tv_usec = EVERY_MS * 1000};

	(void)fd, (void)what;
	event_add(r->timer, &next);
	if (r->running || r->app->draining)
		return;
	r->running = true;
	take(r);
}

struct rehearsals *rehearsals_start(struct app *app, struct arena *arena)
{
	struct rehearsals *r = arena_alloc(arena, sizeof(*r));
	const struct timeval first = {.tv_usec = EVERY_MS * 1000};

	*r = (struct rehearsals){.app = app, .timer = evtimer_new(app->loop, turn, r)};
	must(r->timer && event_add(r->timer, &first) == 0);
	return r;
}

void rehearsals_stop(struct rehearsals *rehearsals)
{
	event_free(rehearsals->timer);
	drop(rehearsals);
}

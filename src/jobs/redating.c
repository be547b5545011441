/* Re-dating, the turns of the job worker: what there is to do for one, a step at a time. */
#include "jobs/redating.h"

#include <event2/event.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/must.h"
#include "civil/city.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"
#include "jobs/redating_fill.h"

enum {
	EVERY_MS = 500,
	LEASE_MS = 5000,
	TELL = 2000, /* clocks of which the events are written in one transaction */
	COMPLAIN_MS = 60000
};

struct redatings {
	struct app *app;
	struct event *timer;
	struct uuid worker;
	int64_t complained_ms; /* when a re-dating that cannot begin was logged last */
	bool running;
};

/* What is done with one re-dating, until there is nothing to do or something failed: then the next turn
 * goes on. */
struct run {
	struct redatings *owner;
	struct arena *arena;
	struct uuid id;
	bool stop;
};

/* One step: a unit of work with an arena of its own. */
struct step {
	struct db_job job;
	struct run *run;
};

static void take(struct run *run);
static void tell(struct run *run);

static void run_end(struct run *run)
{
	run->owner->running = false;
	arena_free(run->arena);
}

/* NULL when memory is out: the run has ended. */
static struct step *step_new(struct run *run)
{
	struct arena *arena = arena_new();

	if (!arena)
		return NULL;
	struct step *step = arena_alloc(arena, sizeof(*step));
	*step = (struct step){.job = {.app = run->owner->app, .arena = arena, .state = step}, .run = run};
	return step;
}

/* Asks what there is to do next; at the latest the next turn does. */
static void go_on(struct run *run)
{
	if (run->stop || run->owner->app->draining)
		run_end(run);
	else
		take(run);
}

static struct run *step_done(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct step *step = job->state;

	metric_add(METRIC_job_runs, 1);
	if (results)
		return step->run;
	metric_add(METRIC_job_failures, 1);
	log_warn("redating.failed", LOG_STR("sqlstate", str_of(sqlstate)));
	step->run->stop = true;
	return step->run;
}

/* --- filling the slot ----------------------------------------------------------------------------------- */

static void finished(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct run *run = step_done(job, results, sqlstate);
	bool again = results && str_eq(db_cell(answer_find(results, "finished"), 0, "finished"), STR("f"));

	if (results)
		log_info("redating.prepared", LOG_INT("again", again));
	arena_free(job->arena);
	go_on(run); /* perhaps with clocks that have to be done again */
}

/* In a unit of its own, which writes nothing as long as it counts. */
static void examined(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct run *run = step_done(job, results, sqlstate);
	bool mine = results && db_cell_flag(answer_find(results, "mine"), 0, "mine");
	struct step *step = mine ? step_new(run) : NULL;

	arena_free(job->arena);
	if (!step) {
		run_end(run);
		return;
	}
	struct db_unit *u = db_unit_job(&step->job);
	sql_jobs_redating_finish(u, .id = run->id, .worker = run->owner->worker);
	db_run_job(u, finished);
}

static void filled(void *owner, bool complete)
{
	struct run *run = owner;
	struct step *step = complete ? step_new(run) : NULL;

	if (!step) {
		run_end(run);
		return;
	}
	struct db_unit *u = db_unit_job(&step->job);
	sql_jobs_redating_examine(u, .id = run->id, .worker = run->owner->worker);
	db_run_job(u, examined);
}

/* Somebody reads the slot that is to be emptied. That is tried again each turn, and logged now and then. */
static void waits(struct run *run)
{
	struct redatings *owner = run->owner;
	int64_t now = clock_wall_ms();

	if (now - owner->complained_ms < COMPLAIN_MS)
		return;
	owner->complained_ms = now;
	log_warn("redating.waits", LOG_STR("for", STR("the slot of the new dates is in use")));
}

static void begun(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct run *run = step_done(job, results, sqlstate);
	struct str begun = results ? db_cell(answer_find(results, "begun"), 0, "begun") : STR("f");

	if (!begun.at)
		waits(run);
	bool good = str_eq(begun, STR("t"));
	arena_free(job->arena);
	if (good)
		take(run);
	else
		run_end(run); /* the newest reference data is not here yet, or the clocks are busy */
}

static void begin(struct run *run)
{
	const struct city *city = run->owner->app->city;
	struct step *step = city ? step_new(run) : NULL;

	if (!step) {
		run_end(run);
		return;
	}
	struct db_unit *u = db_unit_job(&step->job);
	sql_jobs_redating_begin(u, .id = run->id, .worker = run->owner->worker, .reference = city->version);
	db_run_job(u, begun);
}

static void fill(struct run *run, const PGresult *row)
{
	struct redating_fill fill = {.app = run->owner->app,
		.arena = run->arena,
		.id = run->id,
		.worker = run->owner->worker,
		.reference = arena_str(run->arena, db_cell(row, 0, "reference")),
		.policies = db_cell_flag(row, 0, "policies"),
		.done = filled,
		.owner = run};

	if (!redating_dates_by(run->owner->app, fill.reference)) {
		begin(run);
		return;
	}
	fill.filled_to = db_cell_uuid(row, 0, "filled_to");
	fill.until = db_cell_uuid(row, 0, "fill_until"); /* nil: there are no clocks */
	redating_fill(&fill);
}

/* --- afterwards ----------------------------------------------------------------------------------------- */

static void was_told(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct run *run = step_done(job, results, sqlstate);
	int64_t told = results ? db_cell_int(answer_find(results, "told"), 0, "told") : 0;

	arena_free(job->arena);
	if (told > 0 && !run->owner->app->draining)
		tell(run);
	else
		go_on(run);
}

static void tell(struct run *run)
{
	struct step *step = step_new(run);

	if (!step) {
		run_end(run);
		return;
	}
	struct db_unit *u = db_unit_job(&step->job);
	sql_jobs_redating_tell(u, .id = run->id, .worker = run->owner->worker, .limit = TELL);
	db_run_job(u, was_told);
}

static void was_cleared(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct run *run = step_done(job, results, sqlstate);

	arena_free(job->arena);
	go_on(run);
}

static void clear(struct run *run, bool settle)
{
	struct step *step = step_new(run);

	if (!step) {
		run_end(run);
		return;
	}
	struct db_unit *u = db_unit_job(&step->job);
	if (settle)
		sql_jobs_redating_expire(u, .id = run->id, .worker = run->owner->worker);
	else
		sql_jobs_redating_empty(u, .id = run->id, .worker = run->owner->worker);
	db_run_job(u, was_cleared);
}

/* --- turns ---------------------------------------------------------------------------------------------- */

static void taken(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct run *run = step_done(job, results, sqlstate);
	const PGresult *row = results ? answer_find(results, "task") : NULL;

	if (!row || PQntuples(row) == 0) {
		run_end(run);
	} else {
		struct str task = db_cell(row, 0, "task");

		run->id = db_cell_uuid(row, 0, "id");
		if (str_eq(task, STR("fill")))
			fill(run, row);
		else if (str_eq(task, STR("tell")))
			tell(run);
		else
			clear(run, str_eq(task, STR("settle")));
	}
	arena_free(job->arena);
}

static void take(struct run *run)
{
	struct step *step = step_new(run);

	if (!step) {
		run_end(run);
		return;
	}
	struct db_unit *u = db_unit_job(&step->job);
	sql_jobs_redating_take(u, .worker = run->owner->worker, .lease = LEASE_MS, .now = clock_wall_ms());
	db_run_job(u, taken);
}

static void turn(evutil_socket_t fd, short what, void *arg)
{
	struct redatings *r = arg;
	const struct timeval next = {.tv_usec = EVERY_MS * 1000};

	(void)fd, (void)what;
	event_add(r->timer, &next);
	if (r->running || r->app->draining)
		return;
	struct arena *arena = arena_new();
	if (!arena)
		return;
	struct run *run = arena_alloc(arena, sizeof(*run));
	*run = (struct run){.owner = r, .arena = arena};
	r->running = true;
	take(run);
}

struct redatings *redatings_start(struct app *app, struct arena *arena)
{
	struct redatings *r = arena_alloc(arena, sizeof(*r));
	const struct timeval first = {.tv_usec = EVERY_MS * 1000};

	*r = (struct redatings){.app = app, .worker = uuid_new(), .timer = evtimer_new(app->loop, turn, r)};
	must(r->timer && event_add(r->timer, &first) == 0);
	return r;
}

void redatings_stop(struct redatings *redatings)
{
	event_free(redatings->timer);
}

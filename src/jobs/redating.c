/* Re-dating, the steps of the job worker: a portion of clocks is read and dated while the one before it is
 * written. */
#include "jobs/redating.h"

#include <event2/event.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/must.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"
#include "jobs/redate.h"

enum {
	EVERY_MS = 500,
	LEASE_MS = 5000,
	/* Clocks that are written in one transaction, while nobody else changes any: so many that it keeps
	 * the others waiting between HELD_MIN_MS and HELD_MAX_MS, on any machine. */
	PORTION_FIRST = 1000,
	PORTION_MIN = 250,
	PORTION_MAX = 8000,
	HELD_MIN_MS = 15,
	HELD_MAX_MS = 40,
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
	struct uuid id, end;
	struct str reference;
	bool policies;
	/* Filling. */
	struct uuid written_to, read_to;
	struct portion *dated; /* waits to be written */
	unsigned round;	       /* grows when what was read ahead is of no use */
	int portion;	       /* how many clocks are read next */
	bool reading, writing, at_end, stop;
};

/* One step: a unit of work with an arena of its own. */
struct portion {
	struct db_job job;
	struct run *run;
	struct uuid after;
	unsigned round;
	int limit;
	struct redate_portion clocks;
};

static void take(struct run *run);
static void tell(struct run *run);

static void run_end(struct run *run)
{
	run->owner->running = false;
	arena_free(run->arena);
}

/* NULL when memory is out: the run has ended. */
static struct portion *step_new(struct run *run)
{
	struct arena *arena = arena_new();

	if (!arena)
		return NULL;
	struct portion *step = arena_alloc(arena, sizeof(*step));
	*step = (struct portion){.job = {.app = run->owner->app, .arena = arena, .state = step},
		.run = run,
		.round = run->round};
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
	struct portion *step = job->state;

	metric_add(METRIC_job_runs, 1);
	if (results)
		return step->run;
	metric_add(METRIC_job_failures, 1);
	log_warn("redating.failed", LOG_STR("sqlstate", str_of(sqlstate)));
	step->run->stop = true;
	return step->run;
}

/* --- filling the slot ----------------------------------------------------------------------------------- */

static void advance(struct run *run);

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
	struct portion *step = mine ? step_new(run) : NULL;

	arena_free(job->arena);
	if (!step) {
		run_end(run);
		return;
	}
	struct db_unit *u = db_unit_job(&step->job);
	sql_jobs_redating_finish(u, .id = run->id, .worker = run->owner->worker);
	db_run_job(u, finished);
}

static void finish(struct run *run)
{
	struct portion *step = step_new(run);

	if (!step) {
		run_end(run);
		return;
	}
	struct db_unit *u = db_unit_job(&step->job);
	sql_jobs_redating_examine(u, .id = run->id, .worker = run->owner->worker);
	db_run_job(u, examined);
}

/* What was read ahead is older than what is to be read again. */
static void rewind_to_written(struct run *run)
{
	if (run->dated)
		arena_free(run->dated->job.arena);
	run->dated = NULL;
	run->round++;
	run->read_to = run->written_to;
	run->at_end = false;
}

static int next_portion(int portion, int64_t held_ms)
{
	if (held_ms > HELD_MAX_MS && portion > PORTION_MIN)
		return portion / 2;
	if (held_ms < HELD_MIN_MS && portion < PORTION_MAX)
		return portion * 2;
	return portion;
}

static void written(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct portion *step = job->state;
	struct run *run = step_done(job, results, sqlstate);
	int64_t left = results ? db_cell_int(answer_find(results, "left_over"), 0, "left_over") : -1;

	run->writing = false;
	if (results)
		run->portion =
			next_portion(run->portion, db_cell_int(answer_find(results, "held"), 0, "held"));
	if (left < 0)
		run->stop = true;
	else if (left > 0)
		rewind_to_written(run);
	else
		run->written_to = step->clocks.until;
	arena_free(job->arena);
	advance(run);
}

static void write_portion(struct run *run)
{
	struct portion *step = run->dated;
	const struct redate_portion *c = &step->clocks;
	struct db_unit *u = db_unit_job(&step->job);

	run->dated = NULL;
	run->writing = true;
	sql_jobs_redating_fill(u, .id = run->id, .worker = run->owner->worker, .after = step->after,
		.until = c->until, .tids = DB_COLUMN(c->rows, c->n, tid),
		.xids = DB_COLUMN(c->rows, c->n, xid), .starts = DB_COLUMN(c->rows, c->n, start),
		.dues = DB_COLUMN(c->rows, c->n, due), .alarms = DB_COLUMN(c->rows, c->n, alarm),
		.units = DB_COLUMN(c->rows, c->n, unit), .amounts = DB_COLUMN(c->rows, c->n, amount),
		.firsts = DB_COLUMN(c->rows, c->n, first), .questions = c->questions, .ended = c->ended);
	sql_jobs_redating_held(u, .id = run->id);
	db_run_job(u, written);
}

/* The dates are those of the reference data by which the slot is filled, or none. */
static bool same_reference(const struct run *run)
{
	const struct city *city = run->owner->app->city;

	return city && str_eq(city->version, run->reference);
}

static void was_read(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct portion *step = job->state;
	struct run *run = step_done(job, results, sqlstate);

	run->reading = false;
	run->stop |= !same_reference(run);
	if (run->stop || step->round != run->round) {
		arena_free(job->arena);
		advance(run);
		return;
	}
	const struct redate_input in = {.clocks = answer_find(results, "tid"),
		.pauses = answer_find(results, "paused"),
		.limit = step->limit,
		.end = run->end,
		.policies = run->policies};
	redate(job->arena, run->owner->app->city, &in, &step->clocks);
	run->dated = step;
	run->read_to = step->clocks.until;
	run->at_end = step->clocks.last;
	advance(run);
}

static void read_portion(struct run *run)
{
	struct portion *step = step_new(run);

	if (!step) {
		run->stop = true;
		return;
	}
	struct db_unit *u = db_unit_job(&step->job);
	step->after = run->read_to;
	step->limit = run->portion;
	run->reading = true;
	sql_jobs_redating_read(u, .id = run->id, .after = run->read_to, .limit = step->limit);
	sql_jobs_redating_pauses(u, .id = run->id, .after = run->read_to, .limit = step->limit);
	db_run_job(u, was_read);
}

/* Does what can be done now; one portion is read, one waits, one is written. */
static void advance(struct run *run)
{
	run->stop |= run->owner->app->draining != 0;
	if (!run->stop && !run->reading && !run->dated && !run->at_end)
		read_portion(run);
	if (!run->stop && !run->writing && run->dated) {
		write_portion(run);
		if (!run->at_end)
			read_portion(run);
	}
	if (run->reading || run->writing)
		return;
	if (!run->stop) {
		finish(run);
		return;
	}
	if (run->dated)
		arena_free(run->dated->job.arena);
	run_end(run);
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
	struct portion *step = city ? step_new(run) : NULL;

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
	run->reference = arena_str(run->arena, db_cell(row, 0, "reference"));
	run->policies = db_cell_flag(row, 0, "policies");
	run->end = (struct uuid){{0}};
	uuid_parse(db_cell(row, 0, "filled_to"), &run->written_to);
	uuid_parse(db_cell(row, 0, "fill_until"), &run->end); /* nil: there are no clocks */
	run->read_to = run->written_to;
	run->at_end = uuid_is_nil(&run->end) || uuid_eq(&run->end, &run->written_to);
	if (same_reference(run))
		advance(run);
	else
		begin(run);
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
	struct portion *step = step_new(run);

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
	struct portion *step = step_new(run);

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

		must(uuid_parse(db_cell(row, 0, "id"), &run->id));
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
	struct portion *step = step_new(run);

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
	*run = (struct run){.owner = r, .arena = arena, .portion = PORTION_FIRST};
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

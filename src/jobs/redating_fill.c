/* Re-dating, the pipeline that fills the slot: portions of clocks are read, dated, laid down and sealed. */
#include "jobs/redating_fill.h"

#include <event2/event.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/must.h"
#include "civil/city.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"
#include "jobs/redate.h"

enum {
	/* Clocks of a portion. Who begins a clock of just these tickets while it is laid down waits for it:
	 * so many that this takes between SHORT_MS and LONG_MS, on any machine. */
	PORTION_FIRST = 1000,
	PORTION_MIN = 250,
	PORTION_MAX = 4000,
	SHORT_MS = 15,
	LONG_MS = 40,
	AGAIN = 4 * PORTION_MAX, /* clocks that a portion may have when it is read again */
	AHEAD = 4,		 /* portions on their way */
	LAYING = 2,		 /* of them laid down at the same time */
	BLOCKED_MS = 50,	 /* until a portion is laid down again that something was in the way of */
	BLOCKED_MOST = 20	 /* times, then everything stops until the next turn */
};

/* What a portion waits for, or what is done with it. */
enum stage {
	STAGE_READING,
	STAGE_DATED,
	STAGE_LAYING,
	STAGE_BLOCKED, /* by somebody's lock: it is laid down a little later */
	STAGE_LAID,
	STAGE_SEALING,
	STAGE_CHANGED /* since it was read: it is read again, then filled under the lock, ticket by ticket */
};

struct pipe {
	struct redating_fill fill;
	struct portion *first, **last; /* by ticket */
	struct uuid read_to;
	int portions, laying, busy; /* busy: units of work that have not ended */
	int portion;		    /* how many clocks are read next */
	int blocked;		    /* times in a row */
	struct event *later;	    /* lays down again what was blocked */
	bool reading, at_end, stop;
};

/* Tickets, after < ticket <= until, with an arena that its units of work share, one after the other. */
struct portion {
	struct db_job job;
	struct pipe *pipe;
	struct portion *next;
	enum stage stage;
	bool again;
	int limit;
	struct db_job laying;	  /* with an arena of its own: it may have to be done again and again */
	int64_t laying_since;	  /* monotonic, microseconds */
	struct uuid after, until; /* until: as far as is to be read */
	struct redate_portion clocks;
};

static void advance(struct pipe *pipe);

bool redating_dates_by(const struct app *app, struct str reference)
{
	return app->city && str_eq(app->city->version, reference);
}

static void run(struct portion *p, struct db_unit *u, enum stage stage, db_done *done)
{
	p->stage = stage;
	p->pipe->busy++;
	db_run_job(u, done);
}

/* Whether the unit of work has succeeded; else everything stops. */
static bool ended(struct portion *p, PGresult *const *results, const char *sqlstate)
{
	p->pipe->busy--;
	metric_add(METRIC_job_runs, 1);
	if (results)
		return true;
	metric_add(METRIC_job_failures, 1);
	log_warn("redating.failed", LOG_STR("sqlstate", str_of(sqlstate)));
	p->pipe->stop = true;
	return false;
}

static void leave(struct portion *p)
{
	struct pipe *pipe = p->pipe;

	pipe->first = p->next;
	if (!pipe->first)
		pipe->last = &pipe->first;
	pipe->portions--;
	arena_free(p->job.arena);
}

/* Under the lock: sealed as it was laid down, or what has changed was filled, as far as it was read. */
static void was_written(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct portion *p = job->state;
	struct pipe *pipe = p->pipe;
	int64_t left = -1;

	if (ended(p, results, sqlstate))
		left = db_cell_int(answer_find(results, "left_over"), 0, "left_over");
	p->stage = STAGE_CHANGED;
	if (left < 0)
		pipe->stop = true;
	else if (left == 0 && uuid_eq(&p->clocks.until, &p->until))
		leave(p);
	else if (left == 0)
		p->after = p->clocks.until;
	advance(pipe);
}

/* --- a changed portion ---------------------------------------------------------------------------------- */

static void fill_changed(struct portion *p)
{
	const struct redate_portion *c = &p->clocks;
	struct db_unit *u = db_unit_job(&p->job);

	sql_jobs_redating_fill(u, .id = p->pipe->fill.id, .worker = p->pipe->fill.worker, .after = p->after,
		.until = c->until, .marks = DB_COLUMN(c->rows, c->n, mark),
		.starts = DB_COLUMN(c->rows, c->n, start), .dues = DB_COLUMN(c->rows, c->n, due),
		.alarms = DB_COLUMN(c->rows, c->n, alarm), .units = DB_COLUMN(c->rows, c->n, unit),
		.amounts = DB_COLUMN(c->rows, c->n, amount), .firsts = DB_COLUMN(c->rows, c->n, first),
		.questions = c->questions, .ended = c->ended, .counts = c->counts);
	run(p, u, STAGE_SEALING, was_written);
}

/* --- sealing -------------------------------------------------------------------------------------------- */

static void seal(struct portion *p)
{
	const struct redate_portion *c = &p->clocks;
	struct db_unit *u = db_unit_job(&p->job);

	sql_jobs_redating_seal(u, .id = p->pipe->fill.id, .worker = p->pipe->fill.worker, .after = p->after,
		.until = c->until, .marks = DB_COLUMN(c->rows, c->n, mark), .mark = c->mark,
		.questions = c->questions, .ended = c->ended, .counts = c->counts);
	run(p, u, STAGE_SEALING, was_written);
}

/* --- laying down ---------------------------------------------------------------------------------------- */

/* A change in progress is in the way, perhaps one that waits for the portion itself, or somebody has locked
 * the slot (55P03); or a clock of the portion has stopped and begun anew while it was laid down (23505). */
static bool in_the_way(const char *sqlstate)
{
	return sqlstate && (str_eq(str_of(sqlstate), STR("55P03")) || str_eq(str_of(sqlstate), STR("23505")));
}

static void lay_again(evutil_socket_t fd, short what, void *arg)
{
	struct pipe *pipe = arg;

	(void)fd, (void)what;
	for (struct portion *p = pipe->first; p; p = p->next)
		if (p->stage == STAGE_BLOCKED)
			p->stage = STAGE_DATED;
	advance(pipe);
}

static void blocked(struct portion *p)
{
	const struct timeval soon = {.tv_usec = BLOCKED_MS * 1000};

	p->stage = STAGE_BLOCKED;
	event_add(p->pipe->later, &soon);
}

static int next_portion(int portion, int64_t took_ms)
{
	if (took_ms > LONG_MS && portion > PORTION_MIN)
		return portion / 2;
	if (took_ms < SHORT_MS && portion < PORTION_MAX)
		return portion * 2;
	return portion;
}

static void was_laid(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct portion *p = job->state;
	struct pipe *pipe = p->pipe;

	pipe->laying--;
	if (!results && in_the_way(sqlstate) && ++pipe->blocked <= BLOCKED_MOST) {
		pipe->busy--;
		blocked(p);
	} else if (ended(p, results, sqlstate)) {
		pipe->blocked = 0;
		pipe->portion = next_portion(pipe->portion, (clock_mono_us() - p->laying_since) / 1000);
		p->stage = STAGE_LAID;
		pipe->stop |= !db_cell_flag(answer_find(results, "mine"), 0, "mine");
	}
	arena_free(job->arena);
	advance(pipe);
}

static void lay(struct portion *p)
{
	const struct redate_portion *c = &p->clocks;
	struct arena *arena = arena_new();

	if (!arena) {
		p->pipe->stop = true;
		return;
	}
	p->laying = (struct db_job){.app = p->job.app, .arena = arena, .state = p};
	p->laying_since = clock_mono_us();
	p->pipe->laying++;
	struct db_unit *u = db_unit_job(&p->laying);
	sql_jobs_redating_lay(u, .id = p->pipe->fill.id, .worker = p->pipe->fill.worker, .after = p->after,
		.until = c->until, .marks = DB_COLUMN(c->rows, c->n, mark),
		.starts = DB_COLUMN(c->rows, c->n, start), .dues = DB_COLUMN(c->rows, c->n, due),
		.alarms = DB_COLUMN(c->rows, c->n, alarm), .units = DB_COLUMN(c->rows, c->n, unit),
		.amounts = DB_COLUMN(c->rows, c->n, amount), .firsts = DB_COLUMN(c->rows, c->n, first));
	run(p, u, STAGE_LAYING, was_laid);
}

/* --- reading and dating --------------------------------------------------------------------------------- */

static void was_read(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct portion *p = job->state;
	struct pipe *pipe = p->pipe;

	pipe->reading = false;
	if (!ended(p, results, sqlstate) || !redating_dates_by(job->app, pipe->fill.reference)) {
		pipe->stop = true;
		advance(pipe);
		return;
	}
	const struct redate_input in = {.clocks = answer_find(results, "mark"),
		.pauses = answer_find(results, "paused"),
		.limit = p->limit,
		.end = p->until,
		.policies = pipe->fill.policies,
		.now_us = clock_wall_ms() * 1000};
	redate(job->arena, job->app->city, &in, &p->clocks);
	p->stage = STAGE_DATED;
	if (p->again) {
		fill_changed(p);
		return;
	}
	p->until = p->clocks.until;
	pipe->read_to = p->until;
	pipe->at_end = p->clocks.last;
	advance(pipe);
}

static void read_portion(struct portion *p)
{
	struct db_unit *u = db_unit_job(&p->job);

	p->limit = p->again ? AGAIN : p->pipe->portion;
	p->pipe->reading = true;
	sql_jobs_redating_portion(
		u, .id = p->pipe->fill.id, .after = p->after, .until = p->until, .limit = p->limit);
	sql_jobs_redating_pauses(
		u, .id = p->pipe->fill.id, .after = p->after, .until = p->until, .limit = p->limit);
	run(p, u, STAGE_READING, was_read);
}

static void read_next(struct pipe *pipe)
{
	struct arena *arena = arena_new();

	if (!arena) {
		pipe->stop = true;
		return;
	}
	struct portion *p = arena_alloc(arena, sizeof(*p));
	*p = (struct portion){.job = {.app = pipe->fill.app, .arena = arena, .state = p},
		.pipe = pipe,
		.after = pipe->read_to,
		.until = pipe->fill.until};
	*pipe->last = p;
	pipe->last = &p->next;
	pipe->portions++;
	read_portion(p);
}

/* --- the pipeline --------------------------------------------------------------------------------------- */

static void start_what_can_be_done(struct pipe *pipe)
{
	struct portion *first = pipe->first;

	if (first && first->stage == STAGE_LAID)
		seal(first);
	for (struct portion *p = first; p && pipe->laying < LAYING; p = p->next)
		if (p->stage == STAGE_DATED)
			lay(p);
	if (first && first->stage == STAGE_CHANGED && !pipe->reading) {
		first->again = true;
		read_portion(first);
	}
	if (!pipe->reading && !pipe->at_end && pipe->portions < AHEAD)
		read_next(pipe);
}

static void advance(struct pipe *pipe)
{
	pipe->stop |= pipe->fill.app->draining != 0;
	if (!pipe->stop)
		start_what_can_be_done(pipe);
	if (pipe->busy > 0 || (!pipe->stop && evtimer_pending(pipe->later, NULL)))
		return;
	event_free(pipe->later);
	while (pipe->first)
		leave(pipe->first);
	pipe->fill.done(pipe->fill.owner, !pipe->stop);
}

void redating_fill(const struct redating_fill *fill)
{
	struct pipe *pipe = arena_alloc(fill->arena, sizeof(*pipe));

	*pipe = (struct pipe){.fill = *fill,
		.last = &pipe->first,
		.portion = PORTION_FIRST,
		.later = evtimer_new(fill->app->loop, lay_again, pipe),
		.read_to = fill->filled_to,
		.at_end = uuid_is_nil(&fill->until) || uuid_eq(&fill->until, &fill->filled_to)};
	must(pipe->later);
	advance(pipe);
}

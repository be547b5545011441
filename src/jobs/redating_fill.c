/* Re-dating, the pipeline that fills the slot: portions of clocks are read, dated, laid down and sealed. */
#include "jobs/redating_fill.h"

#include "base/log.h"
#include "base/metric.h"
#include "civil/city.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"
#include "jobs/redate.h"

enum {
	/* Clocks of a portion: laying one down takes so long (some 20 to 40 ms) that who begins a clock of
	 * just these tickets meanwhile may wait for it. */
	PORTION = 2000,
	AGAIN = 4 * PORTION, /* clocks that a portion may have when it is read again */
	AHEAD = 4,	     /* portions on their way */
	LAYING = 2	     /* of them laid down at the same time */
};

/* What a portion waits for, or what is done with it. */
enum stage {
	STAGE_READING,
	STAGE_DATED,
	STAGE_LAYING,
	STAGE_LAID,
	STAGE_SEALING,
	STAGE_CHANGED /* since it was read: it is read again, then filled under the lock, ticket by ticket */
};

struct pipe {
	struct redating_fill fill;
	struct portion *first, **last; /* by ticket */
	struct uuid read_to;
	int portions, laying, busy; /* busy: units of work that have not ended */
	bool reading, at_end, stop;
};

/* Tickets, after < ticket <= until, with an arena that its units of work share, one after the other. */
struct portion {
	struct db_job job;
	struct pipe *pipe;
	struct portion *next;
	enum stage stage;
	bool again;
	struct uuid after, until; /* until: as far as is to be read */
	int64_t mark;		  /* of the rows it was laid down by; DB_NO_INT: they have changed */
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

/* --- a changed portion ---------------------------------------------------------------------------------- */

static void was_filled(struct db_job *job, PGresult *const *results, const char *sqlstate)
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

static void fill_changed(struct portion *p)
{
	const struct redate_portion *c = &p->clocks;
	struct db_unit *u = db_unit_job(&p->job);

	sql_jobs_redating_fill(u, .id = p->pipe->fill.id, .worker = p->pipe->fill.worker, .after = p->after,
		.until = c->until, .tids = DB_COLUMN(c->rows, c->n, tid),
		.xids = DB_COLUMN(c->rows, c->n, xid), .starts = DB_COLUMN(c->rows, c->n, start),
		.dues = DB_COLUMN(c->rows, c->n, due), .alarms = DB_COLUMN(c->rows, c->n, alarm),
		.units = DB_COLUMN(c->rows, c->n, unit), .amounts = DB_COLUMN(c->rows, c->n, amount),
		.firsts = DB_COLUMN(c->rows, c->n, first), .questions = c->questions, .ended = c->ended);
	run(p, u, STAGE_SEALING, was_filled);
}

/* --- sealing -------------------------------------------------------------------------------------------- */

static void was_sealed(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct portion *p = job->state;
	struct pipe *pipe = p->pipe;
	int64_t left = -1;

	if (ended(p, results, sqlstate))
		left = db_cell_int(answer_find(results, "left_over"), 0, "left_over");
	p->stage = STAGE_CHANGED;
	if (left < 0)
		pipe->stop = true;
	else if (left == 0)
		leave(p);
	advance(pipe);
}

static void seal(struct portion *p)
{
	const struct redate_portion *c = &p->clocks;
	struct db_unit *u = db_unit_job(&p->job);

	sql_jobs_redating_seal(u, .id = p->pipe->fill.id, .worker = p->pipe->fill.worker, .after = p->after,
		.until = c->until, .tids = DB_COLUMN(c->rows, c->n, tid),
		.xids = DB_COLUMN(c->rows, c->n, xid), .mark = p->mark, .questions = c->questions,
		.ended = c->ended);
	run(p, u, STAGE_SEALING, was_sealed);
}

/* --- laying down ---------------------------------------------------------------------------------------- */

/* A change in progress was in the way, perhaps one that waited for the portion: it goes first. */
static bool in_the_way(const char *sqlstate)
{
	return sqlstate && str_eq(str_of(sqlstate), STR("55P03"));
}

static void was_laid(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct portion *p = job->state;
	struct pipe *pipe = p->pipe;

	pipe->laying--;
	if (!results && in_the_way(sqlstate)) {
		pipe->busy--;
		p->stage = STAGE_DATED;
	} else if (ended(p, results, sqlstate)) {
		p->mark = db_cell_int(answer_find(results, "mark"), 0, "mark");
		p->stage = STAGE_LAID;
	}
	advance(pipe);
}

static void lay(struct portion *p)
{
	const struct redate_portion *c = &p->clocks;
	struct db_unit *u = db_unit_job(&p->job);

	p->pipe->laying++;
	sql_jobs_redating_lay(u, .id = p->pipe->fill.id, .worker = p->pipe->fill.worker, .after = p->after,
		.until = c->until, .tids = DB_COLUMN(c->rows, c->n, tid),
		.xids = DB_COLUMN(c->rows, c->n, xid), .starts = DB_COLUMN(c->rows, c->n, start),
		.dues = DB_COLUMN(c->rows, c->n, due), .alarms = DB_COLUMN(c->rows, c->n, alarm),
		.units = DB_COLUMN(c->rows, c->n, unit), .amounts = DB_COLUMN(c->rows, c->n, amount),
		.firsts = DB_COLUMN(c->rows, c->n, first));
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
	const struct redate_input in = {.clocks = answer_find(results, "tid"),
		.pauses = answer_find(results, "paused"),
		.limit = p->again ? AGAIN : PORTION,
		.end = p->until,
		.policies = pipe->fill.policies};
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
	int limit = p->again ? AGAIN : PORTION;

	p->pipe->reading = true;
	sql_jobs_redating_read(
		u, .id = p->pipe->fill.id, .after = p->after, .until = p->until, .limit = limit);
	sql_jobs_redating_pauses(
		u, .id = p->pipe->fill.id, .after = p->after, .until = p->until, .limit = limit);
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
	if (pipe->busy > 0)
		return;
	while (pipe->first)
		leave(pipe->first);
	pipe->fill.done(pipe->fill.owner, !pipe->stop);
}

void redating_fill(const struct redating_fill *fill)
{
	struct pipe *pipe = arena_alloc(fill->arena, sizeof(*pipe));

	*pipe = (struct pipe){.fill = *fill,
		.last = &pipe->first,
		.read_to = fill->filled_to,
		.at_end = uuid_is_nil(&fill->until) || uuid_eq(&fill->until, &fill->filled_to)};
	advance(pipe);
}

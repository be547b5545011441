/* The timers of the job worker. */
#include "jobs/jobs.h"

#include <math.h>

#include <event2/event.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/must.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"
#include "jobs/alarms.h"
#include "jobs/alike.h"
#include "jobs/assign.h"
#include "jobs/checks.h"
#include "jobs/deliver.h"
#include "jobs/learn.h"
#include "jobs/promise.h"
#include "jobs/redating.h"
#include "jobs/rehearsals.h"
#include "jobs/reseal.h"
#include "jobs/sealer.h"
#include "jobs/search.h"
#include "jobs/sweep.h"
#include "jobs/triage.h"
#include "jobs/uploads.h"

enum {
	MONTHS_AHEAD = 3,
	CLOSE_BATCH = 500,
	EXPIRE_BATCH = 200,
	SUCCEED_BATCH = 500,
	RECORD_BATCH = 500,
	WARN_BATCH = 100,
	FORGET_BATCH = 10000,
	DAY_MS = 86400000,
	FORGET_REHEARSALS = 10, /* each with thousands of rows */
	FORGET_REQUESTS = 500,
	REPORT_PORTION = 1000, /* events, and tickets */
	SESSION_DAYS = 30,
	REHEARSAL_DAYS = 30
};

static void make_partitions(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_make_partitions(u, .months = MONTHS_AHEAD);
}

static void forget_once(struct app *app, struct db_unit *u)
{
	sql_jobs_forget_once(u, .before = clock_wall_ms() - app->config->idempotency_hours * 3600000,
		.limit = FORGET_BATCH);
}

static void forget_sessions(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_forget_sessions(
		u, .before = clock_wall_ms() - SESSION_DAYS * INT64_C(86400000), .limit = FORGET_BATCH);
}

static void forget_sign_ins(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_forget_sign_ins(u, .limit = FORGET_BATCH);
}

static int64_t forgotten(PGresult *const *results)
{
	return db_cell_int(results[0], 0, "gone");
}

static void forget_data_requests(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_data_requests_forget(u, .now = clock_wall_ms(), .limit = FORGET_REQUESTS);
}

static void forget_purposes(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_search_purposes_forget(u, .now = clock_wall_ms(), .limit = FORGET_BATCH);
}

static void forget_rehearsals(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_forget_rehearsals(u, .before = clock_wall_ms() - REHEARSAL_DAYS * INT64_C(86400000),
		.limit = FORGET_REHEARSALS);
}

static void close_answered(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_close_answered(u, .now = clock_wall_ms(), .limit = CLOSE_BATCH);
}

static void forget_notices(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_forget_notices(u, .now = clock_wall_ms(), .limit = FORGET_BATCH);
}

static void expire_questions(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_expire_questions(u, .now = clock_wall_ms(), .limit = EXPIRE_BATCH);
}

static void renew_loads(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_loads_renew(u);
}

static void forget_uploads(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_forget_uploads(u, .now = clock_wall_ms(), .limit = FORGET_BATCH);
}

static void count_files(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_attachments_count(u, .limit = FORGET_BATCH);
}

static int64_t questions_expired(PGresult *const *results)
{
	int64_t n = db_cell_int(results[0], 0, "expired");

	metric_add(METRIC_questions_expired, n);
	return n;
}

static void run_reorganisations(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_reorganisations_run(u, .now = clock_wall_ms(), .limit = SUCCEED_BATCH);
}

static void warn_data_requests(struct app *app, struct db_unit *u)
{
	int64_t now_ms = clock_wall_ms();

	(void)app;
	sql_jobs_data_requests_warn(u, .now = now_ms, .soon = now_ms + DAY_MS, .limit = WARN_BATCH);
}

static int64_t data_requests_warned(PGresult *const *results)
{
	return db_cell_int(results[0], 0, "warned");
}

static void run_disposals(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_disposals_run(u, .now = clock_wall_ms());
}

static int64_t disposed(PGresult *const *results)
{
	return db_cell_int(results[0], 0, "done");
}

static void walk_record(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_record_walk(u, .now = clock_wall_ms(), .limit = RECORD_BATCH);
}

static int64_t walked(PGresult *const *results)
{
	return db_cell_int(results[0], 0, "walked");
}

static void follow_reports(struct app *app, struct db_unit *u)
{
	sql_jobs_reports_follow(
		u, .now = clock_wall_ms(), .limit = REPORT_PORTION, .zone = str_of(app->config->zone));
}

static int64_t followed(PGresult *const *results)
{
	return db_cell_int(results[0], 0, "followed");
}

static int64_t reorganised(PGresult *const *results)
{
	return db_cell_int(results[0], 0, "moved");
}

static const struct job {
	const char *name;
	double every_s;
	void (*queue)(struct app *app, struct db_unit *u);
	/* Of jobs that take two units: queues the second from what the first found; false: there is
	 * nothing to do. */
	bool (*follow)(struct app *app, PGresult *const *found, struct db_unit *u);
	/* How much the last unit did. A run that did at least half of its portion is followed by the next
	 * at once: of two job workers that are after the same things, one has done that much. */
	int64_t (*did)(PGresult *const *results);
	int64_t portion;
	bool yields; /* while many file: what it does may come a little later, they do not wait */
} jobs[] = {
	{"make_partitions", 3600, make_partitions}, /* months of the event table, well ahead */
	{"forget_once", 60, forget_once},	    /* Idempotency-Keys after their hours    */
	{"forget_sessions", 3600, forget_sessions, NULL, forgotten,
		FORGET_BATCH}, /* that ended long ago, and codes        */
	{"forget_sign_ins", 3600, forget_sign_ins, NULL, forgotten,
		FORGET_BATCH},			    /* of long ago                           */
	{"forget_notices", 600, forget_notices},    /* the log of delivery after its days    */
	{"forget_uploads", 60, forget_uploads},	    /* that no ticket wanted             */
	{"uploads", 15, uploads_find, uploads_see}, /* how far those on their way are */
	{"count_files", 15, count_files},	    /* of citizens: they have an end     */
	{"sweep_files", 5, sweep_look, sweep_away}, /* that no row knows                 */
	{"close_answered", 60, close_answered},	    /* answered tickets after their window   */
	{"fire_alarms", 1, alarms_find, alarms_fire, alarms_fired,
		ALARMS_PORTION}, /* of clocks that run out */
	{"fire_part_alarms", 1, alarms_find_parts, alarms_fire_parts, alarms_fired,
		ALARMS_PORTION}, /* and of parts that are due */
	{"expire_questions", 1, expire_questions, NULL, questions_expired,
		EXPIRE_BATCH}, /* nobody answered  */
	{"assign_tickets", 2, assign_find, assign_give, assign_tried,
		ASSIGN_PORTION}, /* what nobody has, to whom it suits */
	{"reorganise", 5, run_reorganisations, NULL, reorganised,
		SUCCEED_BATCH}, /* on its day, and what comes late */
	{"measure_answers", 10, promise_find, promise_measure, promise_measured,
		PROMISE_PORTION},							/* in working days */
	{"seal_events", 0.25, sealer_find, sealer_seal, sealer_sealed, SEALER_PORTION}, /* the record */
	{"record_walk", 5, walk_record, NULL, walked, RECORD_BATCH},		  /* tickets of before it */
	{"triage", 1, triage_find, triage_match, triage_matched, TRIAGE_PORTION}, /* of new filings */
	{"search", 0.25, search_follow, search_fill, search_filled, SEARCH_PORTION,
		true}, /* what tickets are found by */
	{"alike", 1, alike_find, alike_fill, alike_filled, ALIKE_PORTION,
		true}, /* what duplicates are found by */
	{"alike_group", 1, alike_find_waiting, alike_match, alike_matched, ALIKE_GROUP_PORTION,
		true}, /* tickets about one event */
	{"learn_routings", 1, learn_find, learn_count, learn_counted, LEARN_PORTION,
		true}, /* that departments have accepted */
	{"follow_reports", 1, follow_reports, NULL, followed, REPORT_PORTION, true}, /* into their sums */
	{"publish_suggestions", 2, learn_find_due, learn_publish},		     /* what was learned */
	{"reseal", 10, reseal_find, reseal_keep, reseal_kept, RESEAL_PORTION}, /* under the newest key */
	{"forget_data_requests", 3600, forget_data_requests, NULL, forgotten,
		FORGET_REQUESTS}, /* and who made them, after their days */
	{"forget_purposes", 3600, forget_purposes, NULL, forgotten,
		FORGET_BATCH}, /* of searches for people */
	{"warn_data_requests", 60, warn_data_requests, NULL, data_requests_warned, WARN_BATCH},
	{"dispose", 5, run_disposals, NULL, disposed,
		1}, /* a ticket a transaction: whatever breaks off goes on */
	{"forget_rehearsals", 3600, forget_rehearsals}, /* of rules, after their days */
	{"renew_loads", 30, renew_loads},		/* that rules ask about */
	{"renew_promises", 300, promise_renew},		/* from what was measured */
};

enum {
	NJOBS = sizeof(jobs) / sizeof(jobs[0]),
	FIRST_RUN_S = 1,
	MANY_FILE = 50, /* in a second: ten times the storm that a city expects */
	MANY_OVER_US = 250000,
	RESTS = 3, /* times as long as the last one worked, */
	REST_MOST_US = 3000000
};

/* One timer. */
struct turn {
	struct jobs *all;
	const struct job *job;
	struct event *timer;
	bool running;
	bool due; /* yields, and waits for its turn */
	int64_t began_us;
};

/* While many file, the jobs that yield go one at a time, each in its turn, with a rest after each. */
struct yielding {
	struct event *rest;
	unsigned at_work;
	size_t last; /* who went last */
	bool many;
	int64_t seen_us, filed; /* when `many` was found, and how many tickets this server had filed then */
};

struct jobs {
	struct app *app;
	struct turn turns[NJOBS];
	struct yielding yielding;
	struct redatings *redatings;
	struct rehearsals *rehearsals;
	struct deliver *deliver; /* NULL: nobody is told anything */
	struct checks *checks;	 /* NULL: nobody can attach anything */
};

static bool many_file(struct yielding *y)
{
	int64_t us = clock_mono_us() - y->seen_us;

	if (us >= MANY_OVER_US) {
		int64_t filed = metric_total(METRIC_tickets_filed);

		y->many = (filed - y->filed) * 1000000 > MANY_FILE * us;
		y->seen_us += us;
		y->filed = filed;
	}
	return y->many;
}

static void begin(struct turn *turn);

/* The next one that is due, after the one that went last. */
static void on_rested(evutil_socket_t fd, short what, void *arg)
{
	struct jobs *all = arg;
	size_t last = all->yielding.last;

	(void)fd, (void)what;
	if (all->yielding.at_work > 0)
		return; /* who is at work rests after it */
	for (size_t n = 1; n <= NJOBS; n++) {
		struct turn *turn = &all->turns[(last + n) % NJOBS];
		if (turn->due && !turn->running) {
			begin(turn);
			return;
		}
	}
}

static bool may_begin(const struct turn *turn)
{
	struct yielding *y = &turn->all->yielding;

	return !turn->job->yields || !many_file(y) ||
	       (y->at_work == 0 && !event_pending(y->rest, EV_TIMEOUT, NULL));
}

static void rest(struct turn *turn)
{
	struct yielding *y = &turn->all->yielding;
	int64_t worked_us = clock_mono_us() - turn->began_us,
		us = worked_us < REST_MOST_US / RESTS ? worked_us * RESTS : REST_MOST_US;
	const struct timeval tv = {us / 1000000, us % 1000000};

	y->last = (size_t)(turn - turn->all->turns);
	event_add(y->rest, &tv);
}

static void end_run(struct db_job *job, bool again)
{
	static const struct timeval at_once = {0, 0};
	struct turn *turn = job->state;
	struct yielding *y = &turn->all->yielding;

	turn->running = false;
	metric_add(METRIC_job_runs, 1);
	y->at_work -= turn->job->yields;
	arena_free(job->arena);
	if (turn->all->app->draining)
		return;
	if (turn->job->yields && many_file(y)) {
		turn->due = again;
		rest(turn);
	} else if (again) {
		event_add(turn->timer, &at_once);
	}
}

static void fail(struct db_job *job, const char *sqlstate)
{
	const struct turn *turn = job->state;

	metric_add(METRIC_job_failures, 1);
	log_warn(
		"job.failed", LOG_STR("job", str_of(turn->job->name)), LOG_STR("sqlstate", str_of(sqlstate)));
	end_run(job, false);
}

static void done(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	const struct job *j = ((const struct turn *)job->state)->job;

	if (!results)
		fail(job, sqlstate);
	else
		end_run(job, j->did && j->did(results) >= (j->portion + 1) / 2);
}

static void found(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	const struct turn *turn = job->state;
	struct db_unit *u = db_unit_job(job);

	if (!results)
		fail(job, sqlstate);
	else if (!turn->all->app->draining && turn->job->follow(turn->all->app, results, u))
		db_run_job(u, done);
	else
		end_run(job, false);
}

static void begin(struct turn *turn)
{
	struct arena *arena = turn->all->app->draining ? NULL : arena_new();

	if (!arena)
		return;
	struct db_job *job = arena_alloc(arena, sizeof(*job));
	*job = (struct db_job){.app = turn->all->app, .arena = arena, .state = turn};
	struct db_unit *u = db_unit_job(job);
	turn->due = false;
	turn->running = true;
	turn->began_us = clock_mono_us();
	turn->all->yielding.at_work += turn->job->yields;
	turn->job->queue(turn->all->app, u);
	db_run_job(u, turn->job->follow ? found : done);
}

static void run(evutil_socket_t fd, short what, void *arg)
{
	struct turn *turn = arg;
	double every_s = turn->job->every_s;
	const struct timeval next = {(time_t)every_s, (suseconds_t)((every_s - floor(every_s)) * 1e6)};

	(void)fd, (void)what;
	event_add(turn->timer, &next);
	if (turn->running)
		return;
	turn->due = turn->job->yields;
	if (may_begin(turn))
		begin(turn);
}

struct jobs *jobs_start(struct app *app, struct arena *arena)
{
	struct jobs *started = arena_alloc(arena, sizeof(*started));
	const struct timeval first = {.tv_sec = FIRST_RUN_S};

	app->assignments = assignments_new(arena);
	app->sealer = sealer_new(arena);
	*started = (struct jobs){.app = app, .yielding.rest = evtimer_new(app->loop, on_rested, started)};
	must(started->yielding.rest);
	for (size_t i = 0; i < NJOBS; i++) {
		struct turn *turn = &started->turns[i];
		*turn = (struct turn){
			.all = started, .job = &jobs[i], .timer = evtimer_new(app->loop, run, turn)};
		must(turn->timer && event_add(turn->timer, &first) == 0);
	}
	started->redatings = redatings_start(app, arena);
	started->rehearsals = rehearsals_start(app, arena);
	started->deliver = deliver_start(app, arena);
	started->checks = checks_start(app, arena);
	return started;
}

bool jobs_busy(const struct jobs *started)
{
	return deliver_busy(started->deliver) || checks_busy(started->checks);
}

void jobs_stop(struct jobs *started)
{
	for (size_t i = 0; i < NJOBS; i++)
		event_free(started->turns[i].timer);
	event_free(started->yielding.rest);
	redatings_stop(started->redatings);
	rehearsals_stop(started->rehearsals);
	deliver_stop(started->deliver);
	checks_stop(started->checks);
}

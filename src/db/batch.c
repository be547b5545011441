/* Natural batching: one line of waiting requests for each plan, and the batches that are out. */
#include "db/batch.h"

#include <string.h>

#include "base/clock.h"
#include "base/metric.h"
#include "base/must.h"
#include "db/answer.h"
#include "db/error.h"
#include "db/pool.h"

struct line {
	struct list in; /* `lines` of its db */
	struct db *db;
	const struct batch_plan *plan;
	struct list waiting; /* members, oldest first */
	struct list halves;  /* of batches that failed; some place is left to who waits */
	unsigned nwaiting, out;
	int64_t began_us; /* when the last batch went */
};

/* A request in a line or a batch; lives in its arena. */
struct member {
	struct list in; /* `waiting` of its line, or `members` of its batch */
	struct req *req;
	int64_t joined_us;
	const void *row;
};

/* Lives in an arena of its own, which the unit uses too. */
struct batch {
	struct list in; /* `halves` of its line, until it goes */
	struct db_job job;
	struct line *line;
	struct db_unit *unit;
	struct list members;
	char *rows;
	unsigned n;
	int64_t began_us;
};

static struct member *first_member(const struct list *members)
{
	return list_entry(members->next, struct member, in);
}

static struct line *line_of(struct db *db, const struct batch_plan *plan)
{
	struct line *line;

	list_each (node, &db->lines) {
		line = list_entry(node, struct line, in);
		if (line->plan == plan)
			return line;
	}
	line = arena_alloc(db->arena, sizeof(*line));
	*line = (struct line){.db = db, .plan = plan};
	list_init(&line->waiting);
	list_init(&line->halves);
	list_append(&db->lines, &line->in);
	return line;
}

/* Takes the oldest member off its list for its answer; NULL when its client has left. */
static struct req *end_member(struct list *members, int64_t began_us)
{
	struct member *member = first_member(members);
	struct req *req = member->req;

	list_remove(&member->in);
	req->queued_us += began_us - member->joined_us;
	req->sql_us += clock_mono_us() - began_us;
	if (req->state == REQ_LEFT) {
		req_unpin(req);
		return NULL;
	}
	req_become(req, REQ_STEPS);
	return req;
}

static void fail_members(const struct line *line, struct list *members, int64_t began_us,
	const char *sqlstate, const PGresult *error)
{
	while (!list_empty(members)) {
		struct req *req = end_member(members, began_us);
		if (!req)
			continue;
		error_answer(req, sqlstate, error, line->plan->name);
		req_unpin(req);
	}
}

static void answer_members(struct batch *batch, const PGresult *result)
{
	int *row_of = arena_alloc(batch->job.arena, batch->n * sizeof(*row_of));

	for (unsigned i = 0; i < batch->n; i++)
		row_of[i] = -1;
	for (int row = 0; row < PQntuples(result); row++) {
		int64_t ord = db_cell_int(result, row, "ord");
		must(ord >= 1 && ord <= batch->n && row_of[ord - 1] < 0);
		row_of[ord - 1] = row;
	}
	for (unsigned i = 0; i < batch->n; i++) {
		struct req *req = end_member(&batch->members, batch->began_us);
		if (!req)
			continue;
		batch->line->plan->then(req, result, row_of[i]);
		req_unpin(req);
	}
}

static struct batch *gather(struct line *line, struct list *members, unsigned n);
static void go(struct batch *batch);

/* Whether one row may be to blame for the failure, so that the others succeed without it. */
static bool may_be_one_row(const char *sqlstate, const PGresult *error)
{
	struct str state = str_of(sqlstate);

	return error && !error_is_transient(state) && !str_starts(state, STR("57"));
}

static void put_back(struct line *line, struct list *members, unsigned n)
{
	struct batch *half = gather(line, members, n);

	if (half)
		list_append(&line->halves, &half->in);
}

/* No more of them are out at once than of others: many who are refused crowd nobody out. */
static void halve(struct batch *batch)
{
	unsigned half = batch->n / 2;

	put_back(batch->line, &batch->members, half);
	put_back(batch->line, &batch->members, batch->n - half);
}

/* NULL: there is none. */
static struct batch *take_half(struct line *line)
{
	if (list_empty(&line->halves))
		return NULL;
	struct batch *half = list_entry(line->halves.next, struct batch, in);
	list_remove(&half->in);
	return half;
}

static bool may_launch(const struct line *line)
{
	if (line->nwaiting == 0 || line->out >= BATCHES_OUT)
		return false;
	return line->out == 0 || line->nwaiting >= BATCH_MANY ||
	       clock_mono_us() - line->began_us > BATCH_LONG_US;
}

static void launch(struct line *line)
{
	unsigned places = line->nwaiting > 0 ? BATCHES_OUT - 1 : BATCHES_OUT; /* for halves */
	struct batch *half;

	while (line->out < places && (half = take_half(line)))
		go(half);
	while (may_launch(line)) {
		unsigned n = line->nwaiting < BATCH_MAX ? line->nwaiting : BATCH_MAX;
		line->nwaiting -= n;
		struct batch *batch = gather(line, &line->waiting, n);
		if (batch)
			go(batch);
	}
	if (line->nwaiting > 0 && line->out < BATCHES_OUT)
		event_add(&line->db->launch, &(const struct timeval){.tv_usec = BATCH_LONG_US});
}

static void batch_ended(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct batch *batch = job->state;
	struct line *line = batch->line;
	const PGresult *error = batch->unit->exchange.error;

	if (!sqlstate)
		answer_members(batch, answer_find(results, "ord"));
	else if (batch->n > 1 && may_be_one_row(sqlstate, error))
		halve(batch);
	else
		fail_members(line, &batch->members, batch->began_us, sqlstate, error);
	line->out--;
	event_active(&line->db->launch, EV_TIMEOUT, 0);
	arena_free(job->arena);
}

static struct batch *batch_new(struct line *line)
{
	struct arena *arena = arena_new();
	struct batch *batch = arena ? arena_alloc(arena, sizeof(*batch)) : NULL;

	if (!batch)
		return NULL;
	*batch = (struct batch){.line = line};
	batch->job = (struct db_job){.app = line->db->app, .arena = arena, .state = batch};
	list_init(&batch->members);
	return batch;
}

/* Moves the first n members into a batch. Clients that have left and wanted only to read are left out; NULL
 * when nobody is left. */
static struct batch *gather(struct line *line, struct list *members, unsigned n)
{
	size_t size = line->plan->row_size;
	struct batch *batch = batch_new(line);
	struct list outcasts;

	list_init(&outcasts);
	if (batch)
		batch->rows = arena_try(batch->job.arena, n * size);
	for (; n > 0; n--) {
		struct member *member = first_member(members);
		bool out = !batch || !batch->rows || req_is_unwanted(member->req);
		list_remove(&member->in);
		list_append(out ? &outcasts : &batch->members, &member->in);
		if (!out)
			memcpy(batch->rows + size * batch->n++, member->row, size);
	}
	fail_members(line, &outcasts, clock_mono_us(), LINK_BUSY_STATE, NULL);
	if (!batch || batch->n == 0) {
		arena_free(batch ? batch->job.arena : NULL);
		return NULL;
	}
	return batch;
}

static void go(struct batch *batch)
{
	struct line *line = batch->line;

	batch->began_us = clock_mono_us();
	line->out++;
	line->began_us = batch->began_us;
	batch->unit = db_unit_job(&batch->job);
	batch->unit->patient = false;
	batch->unit->staff = line->plan->staff;
	line->plan->add(batch->unit, batch->rows, batch->n);
	metric_add(METRIC_db_batches, 1);
	metric_add(METRIC_db_batched, batch->n);
	db_run_job(batch->unit, batch_ended);
}

static bool is_crowded(const struct line *line)
{
	return line->nwaiting >= line->db->pools[DB_FAST].waiting_max;
}

bool batch_crowded(struct db *db, const struct batch_plan *plan)
{
	return is_crowded(line_of(db, plan));
}

void batch_join(struct req *req, const struct batch_plan *plan, const void *row)
{
	struct line *line = line_of(req->app->db, plan);
	struct member *member = arena_alloc(req->arena, sizeof(*member));
	char *copy = arena_alloc(req->arena, plan->row_size);

	if (is_crowded(line) || arena_failed(req->arena)) {
		metric_add(METRIC_overloaded, 1);
		error_answer(req, LINK_BUSY_STATE, NULL, plan->name);
		return;
	}
	memcpy(copy, row, plan->row_size);
	*member = (struct member){.req = req, .joined_us = clock_mono_us(), .row = copy};
	req_pin(req);
	req_become(req, REQ_UNIT);
	list_append(&line->waiting, &member->in);
	line->nwaiting++;
	event_active(&line->db->launch, EV_TIMEOUT, 0);
}

/* Behind all that this turn of the loop has to do, so that requests which came together travel together. */
static void on_launch(evutil_socket_t fd, short what, void *arg)
{
	struct db *db = arg;

	(void)fd;
	(void)what;
	list_each (node, &db->lines)
		launch(list_entry(node, struct line, in));
}

void batch_open(struct db *db)
{
	list_init(&db->lines);
	event_assign(&db->launch, db->app->loop, -1, 0, on_launch, db);
}

void batch_close(struct db *db)
{
	event_del(&db->launch);
	list_each (node, &db->lines) {
		struct line *line = list_entry(node, struct line, in);
		struct batch *half;
		line->nwaiting = 0;
		fail_members(line, &line->waiting, clock_mono_us(), LINK_LOST_STATE, NULL);
		while ((half = take_half(line))) {
			fail_members(line, &half->members, clock_mono_us(), LINK_LOST_STATE, NULL);
			arena_free(half->job.arena);
		}
	}
}

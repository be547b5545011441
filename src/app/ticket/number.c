/* Blocks of ticket numbers, fetched ahead. */
#include "app/ticket/number.h"

#include "base/clock.h"
#include "base/log.h"
#include "db/answer.h"
#include "gen/sql/ticket.h"

enum {
	BLOCK = 1000,
	LOW = 500,
	PAUSE_MS = 10, /* after a failure, and twice as long after each one more */
	PAUSE_MOST_MS = 1000
};

struct range {
	int64_t next, end;
};

struct numbers {
	struct range current, spare;
	bool asking;
	int64_t pause_ms, again_us; /* since it failed: nobody asks before this */
};

struct numbers *numbers_new(struct arena *arena)
{
	return arena_alloc(arena, sizeof(struct numbers));
}

static void got_block(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct numbers *n = job->app->numbers;

	n->asking = false;
	if (!results) {
		log_warn("ticket.no_numbers", LOG_STR("sqlstate", str_of(sqlstate)));
		n->pause_ms = n->pause_ms == 0 ? PAUSE_MS : n->pause_ms * 2;
		n->pause_ms = n->pause_ms < PAUSE_MOST_MS ? n->pause_ms : PAUSE_MOST_MS;
		n->again_us = clock_mono_us() + n->pause_ms * 1000;
	} else {
		n->pause_ms = 0;
		int64_t first = db_cell_int(results[0], 0, "first");
		n->spare = (struct range){first, first + BLOCK};
	}
	arena_free(job->arena);
}

static void ask(struct app *app)
{
	struct numbers *n = app->numbers;

	if (n->asking || (n->pause_ms > 0 && clock_mono_us() < n->again_us))
		return;
	struct arena *arena = arena_new();
	if (!arena)
		return;
	struct db_job *job = arena_alloc(arena, sizeof(*job));
	*job = (struct db_job){.app = app, .arena = arena};
	n->asking = true;
	struct db_unit *u = db_unit_job(job);
	sql_ticket_number_block(u, .size = BLOCK);
	db_run_job(u, got_block);
}

static bool empty(const struct range *r)
{
	return r->next == r->end;
}

bool numbers_ready(struct app *app)
{
	struct numbers *n = app->numbers;

	if (!empty(&n->current) || !empty(&n->spare))
		return true;
	ask(app);
	return false;
}

int64_t numbers_take(struct app *app)
{
	struct numbers *n = app->numbers;

	if (empty(&n->current)) {
		n->current = n->spare;
		n->spare = (struct range){0, 0};
	}
	if (empty(&n->spare) && n->current.end - n->current.next < LOW)
		ask(app);
	return empty(&n->current) ? -1 : n->current.next++;
}

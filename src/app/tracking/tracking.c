/* The citizen's view of a ticket: follow it, add to it, rate it. */
#include "app/tracking/tracking.h"

#include <inttypes.h>

#include "app/record/once.h"
#include "base/clock.h"
#include "base/kept.h"
#include "civil/clock.h"
#include "db/answer.h"
#include "db/batch.h"
#include "gen/shapes.h"
#include "gen/sql/tracking.h"
#include "http/reply.h"

enum {
	MINUTE_MS = 60000
};

struct row {
	int64_t number, generation, known;
	int64_t now_ms, soon_ms, soon_later_ms; /* what counts as near now and a minute from now */
};

static void add_shows(struct db_unit *u, const void *rows, size_t n)
{
	const struct row *row = rows;

	sql_tracking_show(u, .numbers = DB_COLUMN(row, n, number),
		.generations = DB_COLUMN(row, n, generation), .known = DB_COLUMN(row, n, known),
		.now = row->now_ms, .soon = row->soon_ms, .soon_later = row->soon_later_ms);
}

/* A ticket with a new secret is another one. */
static struct kept_key page_key(const struct req *req)
{
	return (struct kept_key){{(uint64_t)req->who.ticket_number, (uint64_t)req->who.generation}};
}

/* The page that PostgreSQL built, or the kept one (req->made) when it says that the version is still the
 * same. */
static void shown(struct req *req, const PGresult *result, int row)
{
	if (row < 0) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	struct str body = db_cell(result, row, "body");
	const struct kept_stamp stamp = {.version = db_cell_int(result, row, "version"),
		.fresh_until_ms = db_cell_int(result, row, "fresh_until_ms")};
	if (body.at) {
		const struct kept_key key = page_key(req);
		kept_keep(req->app->tracked, &key, stamp, clock_wall_ms(), body);
		req->made = arena_str(req->arena, body);
	}
	reply_etag(req, arena_printf(req->arena, "%" PRId64, stamp.version));
	reply_json(req, 200, req->made);
}

static const struct batch_plan shows = {
	.name = "tracking_show", .row_size = sizeof(struct row), .add = add_shows, .then = shown};

void tracking_show(struct req *req)
{
	const struct kept_key key = page_key(req);
	const struct city *city = req->app->city;
	int64_t now_ms = clock_wall_ms();
	const struct row row = {.number = req->who.ticket_number,
		.generation = req->who.generation,
		.known = kept_find(req->app->tracked, &key, now_ms, req->arena, &req->made).version,
		.now_ms = now_ms,
		.soon_ms = clock_soon(city, now_ms),
		.soon_later_ms = clock_soon(city, now_ms + MINUTE_MS)};

	batch_join(req, &shows, &row);
}

/* A message answers no question: where one waits, the way to do so is told. */
static void tell_of_answer(struct req *req)
{
	reply_header(req, "Link", STR("</v1/tracking/answer>; rel=\"related\""));
}

static void written(struct req *req, PGresult *const *results)
{
	if (db_cell_flag(answer_find(results, "waits"), 0, "waits"))
		tell_of_answer(req);
	answer_made(req, results);
}

static void written_again(struct req *req, struct str detail)
{
	tell_of_answer(req);
	once_again(req, detail);
}

void tracking_message(struct req *req)
{
	const struct tracking_message *in = req->input;
	struct uuid id = uuid_new();
	int64_t now_ms = clock_wall_ms();
	struct db_unit *u = db_unit(req);

	answer_make(req, id, now_ms);
	once_claim_telling(u, req, written_again);
	sql_tracking_message(u, .number = req->who.ticket_number, .generation = req->who.generation, .id = id,
		.text = in->text, .at = now_ms, .event = uuid_new(), .key = req->once_key);
	once_finish(u, req, 201, req->made);
	db_run(u, written);
}

void tracking_rate(struct req *req)
{
	const struct tracking_rate *in = req->input;
	int64_t now_ms = clock_wall_ms();
	char at_text[CLOCK_RFC3339_SIZE];
	struct db_unit *u = db_unit(req);

	clock_format(now_ms, at_text);
	req->made =
		arena_printf(req->arena, "{\"score\":\"%.*s\",\"at\":\"%s\"}", STR_ARG(in->score), at_text);
	once_claim(u, req);
	sql_tracking_rate(u, .number = req->who.ticket_number, .generation = req->who.generation,
		.score = in->score, .reasons = {in->reasons.items, in->reasons.n}, .comment = in->comment,
		.at = now_ms, .event = uuid_new());
	once_finish(u, req, 201, req->made);
	db_run(u, answer_made);
}

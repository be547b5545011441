/* What staff see of clocks, with the time that is left. */
#include "app/ticket/clocks.h"

#include "base/clock.h"
#include "civil/clock.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

void clocks_add(struct db_unit *u, struct req *req, int64_t now_ms)
{
	sql_ticket_clock_list(
		u, .ticket = req->args[0].uuid, .now = now_ms, .soon = clock_soon(req->app->city, now_ms));
}

void clock_put(struct req *req, const struct clock_told *clock, struct buf *out)
{
	buf_put(out, clock->object);
	buf_put(out, STR(",\"remaining_seconds\":"));
	answer_put_seconds(req, clock->due_ms, clock->calendar, clock->unit, out);
	buf_byte(out, '}');
}

static void put_clock(struct req *req, const PGresult *rows, int row, struct buf *out)
{
	struct str whole = db_cell(rows, row, "clock");
	const struct clock_told clock = {.object = {whole.at, whole.len - 1},
		.due_ms = db_cell_flag(rows, row, "runs") ? db_cell_int(rows, row, "due_ms") : DB_NO_INT,
		.calendar = db_cell(rows, row, "calendar"),
		.unit = db_cell(rows, row, "unit")};

	clock_put(req, &clock, out);
}

void answer_ticket(struct req *req, PGresult *const *results)
{
	const PGresult *row = answer_find(results, "body"), *clocks = answer_find(results, "clock");
	struct buf out = {.arena = req->arena};

	if (PQntuples(row) == 0) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	struct str body = db_cell(row, 0, "body");
	buf_put(&out, (struct str){body.at, body.len - 1});
	buf_put(&out, STR(",\"clocks\":["));
	for (int i = 0; i < PQntuples(clocks); i++) {
		if (i > 0)
			buf_byte(&out, ',');
		put_clock(req, clocks, i, &out);
	}
	buf_put(&out, STR("]}"));
	reply_etag(req, db_cell(row, 0, "etag"));
	reply_json(req, 200, buf_str(&out));
}

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

void clock_put(
	struct req *req, struct str object, int64_t due_ms, struct str calendar, struct str unit, struct buf *out)
{
	buf_put(out, object);
	buf_put(out, STR(",\"remaining_seconds\":"));
	answer_put_seconds(req, due_ms, calendar, unit, out);
	buf_byte(out, '}');
}

static void put_clock(struct req *req, const PGresult *rows, int row, struct buf *out)
{
	struct str clock = db_cell(rows, row, "clock");
	bool runs = db_cell_flag(rows, row, "runs");

	clock_put(req, (struct str){clock.at, clock.len - 1},
		runs ? db_cell_int(rows, row, "due_ms") : DB_NO_INT, db_cell(rows, row, "calendar"),
		db_cell(rows, row, "unit"), out);
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

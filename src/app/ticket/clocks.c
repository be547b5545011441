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

static void put_clock(struct req *req, const PGresult *rows, int row, struct buf *out)
{
	struct str clock = db_cell(rows, row, "clock");

	if (db_cell_flag(rows, row, "runs"))
		answer_put_remaining(req, rows, row, clock, out);
	else
		buf_printf(out, "%.*s,\"remaining_seconds\":null}", (int)clock.len - 1, clock.at);
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

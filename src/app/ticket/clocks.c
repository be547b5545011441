/* What staff see of clocks, with the time that is left. */
#include "app/ticket/clocks.h"

#include <inttypes.h>

#include "base/clock.h"
#include "civil/clock.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

void clocks_add(struct db_unit *u, struct req *req, int64_t now_ms)
{
	sql_ticket_clock_list(
		u, .ticket = req->args[0].uuid, .now = now_ms, .soon = clock_soon(req->app->city, now_ms));
}

/* A JSON object with one member more: the seconds that are left, or null. */
static void put_with_remaining(
	struct req *req, const PGresult *rows, int row, struct str object, struct buf *out)
{
	const struct city *city = req->app->city;
	int64_t due_ms = db_cell_int(rows, row, "due_ms");
	enum deadline_unit unit;
	const struct calendar *calendar = NULL;

	if (city && due_ms != DB_NO_INT && deadline_unit_parse(db_cell(rows, row, "unit"), &unit))
		calendar = city_calendar(city, db_cell(rows, row, "calendar"));
	buf_put(out, (struct str){object.at, object.len - 1});
	if (calendar)
		buf_printf(out, ",\"remaining_seconds\":%" PRId64 "}",
			clock_remaining(calendar, unit, due_ms / 1000, clock_wall_ms() / 1000));
	else
		buf_put(out, STR(",\"remaining_seconds\":null}"));
}

void clocks_put_item(struct req *req, const PGresult *rows, int row, struct buf *out)
{
	put_with_remaining(req, rows, row, db_cell(rows, row, "item"), out);
}

static void put_clock(struct req *req, const PGresult *rows, int row, struct buf *out)
{
	struct str clock = db_cell(rows, row, "clock");

	if (db_cell_flag(rows, row, "runs"))
		put_with_remaining(req, rows, row, clock, out);
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

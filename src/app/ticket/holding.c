/* Who held a ticket, and how much working time each department used. */
#include "app/ticket/ticket.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/clock.h"
#include "civil/clock.h"
#include "db/answer.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

/* When nobody's time was counted, in seconds: the citizen was asked, or the ticket was done. */
struct rests {
	const PGresult *rows;
};

/* Working seconds of [from, until) outside the rests. */
static int64_t worked(const struct calendar *c, int64_t from, int64_t until, const struct rests *rests)
{
	int64_t sum = calendar_coordinate(c, until) - calendar_coordinate(c, from);

	for (int i = 0; i < PQntuples(rests->rows); i++) {
		int64_t begin = db_cell_int(rests->rows, i, "from_s"),
			end = db_cell_int(rests->rows, i, "until_s");

		begin = begin > from ? begin : from;
		end = end != DB_NO_INT && end < until ? end : until;
		if (begin < end)
			sum -= calendar_coordinate(c, end) - calendar_coordinate(c, begin);
	}
	return sum;
}

static void put_holding(
	struct req *req, const PGresult *rows, int row, const struct rests *rests, struct buf *out)
{
	const struct department *d = city_department(req->app->city, db_cell(rows, row, "code"));
	const struct calendar *c = d ? d->calendar : req->app->city->calendar;
	int64_t since = db_cell_int(rows, row, "since_ms"), until = db_cell_int(rows, row, "until_ms");
	int64_t end = until == DB_NO_INT ? clock_wall_ms() : until;

	buf_put(out, row > 0 ? STR(",{\"department\":{") : STR("{\"department\":{"));
	buf_member(out, "code", db_cell(rows, row, "code"));
	buf_member(out, "name_vi", db_cell(rows, row, "name_vi"));
	buf_member(out, "name_en", db_cell(rows, row, "name_en"));
	buf_byte(out, '}');
	buf_member_instant(out, "since", since);
	buf_member_instant(out, "until", until);
	buf_member(out, "ended_by", db_cell(rows, row, "ended_by"));
	buf_printf(out, ",\"worked_seconds\":%" PRId64 "}", worked(c, since / 1000, end / 1000, rests));
}

static void answer(struct req *req, PGresult *const *results)
{
	const PGresult *rows = answer_find(results, "since_ms");
	const struct rests rests = {answer_find(results, "from_s")};
	struct buf out = {.arena = req->arena};

	if (!req->app->city) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	buf_put(&out, STR("{\"items\":["));
	for (int i = 0; i < PQntuples(rows); i++)
		put_holding(req, rows, i, &rests, &out);
	buf_put(&out, STR("],\"next_cursor\":null}"));
	reply_json(req, 200, buf_str(&out));
}

void holding_list(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_ticket_holding_list(u, .ticket = req->args[0].uuid);
	sql_ticket_rest_list(u, .ticket = req->args[0].uuid);
	db_run(u, answer);
}

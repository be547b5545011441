/* Retention: what is due, holds, disposals and their certificates. */
#include "app/retention/retention.h"

#include "base/csv.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/retention.h"
#include "http/negotiate.h"
#include "http/reply.h"

void retention_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_retention_show(u, .ticket = req->args[0].uuid);
	db_run(u, answer_object);
}

void ticket_hold(struct req *req)
{
	const struct ticket_hold *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_retention_hold(u, .ticket = req->args[0].uuid, .reason = in->reason, .event = uuid_new(),
		.at = req_began_ms(req));
	db_run(u, answer_nothing);
}

void ticket_release(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_retention_release(u, .ticket = req->args[0].uuid, .event = uuid_new(), .at = req_began_ms(req));
	db_run(u, answer_nothing);
}

void retention_due(struct req *req)
{
	const struct retention_due *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_retention_due(u, .day = in->day, .after = in->after);
	db_run(u, answer_object);
}

void disposal_propose(struct req *req)
{
	const struct disposal_propose *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_retention_propose(u, .id = uuid_new(), .day = in->day, .after = in->after, .class = in->class,
		.department = in->department, .reason = in->reason, .event = uuid_new());
	db_run(u, answer_created);
}

void disposal_list(struct req *req)
{
	const struct disposal_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_retention_list(u, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

void disposal_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_retention_disposal(u, .id = req->args[0].uuid);
	db_run(u, answer_object);
}

void disposal_ticket_list(struct req *req)
{
	const struct disposal_ticket_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_retention_tickets(u, .id = req->args[0].uuid, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

static void decide(struct req *req, struct str state)
{
	struct db_unit *u = db_unit(req);

	sql_retention_decide(u, .id = req->args[0].uuid, .state = state, .event = uuid_new());
	db_run(u, answer_object);
}

void disposal_approve(struct req *req)
{
	decide(req, STR("approved"));
}

void disposal_drop(struct req *req)
{
	decide(req, STR("dropped"));
}

static void answer_sheet(struct req *req, PGresult *const *results)
{
	static const char *const columns[] = {
		"code", "kind", "department", "class", "until", "salt", "commitment"};
	enum {
		NCOLUMNS = sizeof(columns) / sizeof(columns[0])
	};
	const PGresult *rows = results[0];
	struct buf b = {.arena = req->arena};

	for (int c = 0; c < NCOLUMNS; c++)
		csv_cell(&b, str_of(columns[c]), c == 0);
	csv_end(&b);
	for (int r = 0; r < PQntuples(rows); r++) {
		for (int c = 0; c < NCOLUMNS; c++)
			csv_cell(&b, db_cell(rows, r, columns[c]), c == 0);
		csv_end(&b);
	}
	reply_header(req, "Content-Disposition", STR("attachment; filename=\"disposal.csv\""));
	reply_bytes(req, 200, "text/csv; charset=utf-8; header=present", buf_str(&b));
}

void disposal_certificate(struct req *req)
{
	struct str accept = req_field(req, "Accept");
	int json = negotiate_media(accept, STR("application/json")),
	    csv = negotiate_media(accept, STR("text/csv"));

	reply_header(req, "Vary", STR("Accept"));
	if (json == 0 && csv == 0) {
		reply_problem(req, PROBLEM_not_acceptable, STR_NONE);
		return;
	}
	struct db_unit *u = db_unit(req);
	if (json >= csv)
		sql_retention_certificate(u, .id = req->args[0].uuid);
	else
		sql_retention_sheet(u, .id = req->args[0].uuid);
	db_run(u, json >= csv ? answer_object : answer_sheet);
}

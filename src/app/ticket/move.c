/* The moves of the state table. Which move is allowed to whom, what it does to the clocks and what the
 * citizen sees are data; the database function ticket_move() enforces them. */
#include "app/ticket/ticket.h"

#include "app/ticket/clocks.h"
#include "app/ticket/offers.h"
#include "base/clock.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

struct move {
	const char *action;
	struct str reason_code, reason;
	struct str department; /* route, redirect: code of the target */
	struct uuid person;    /* assign */
	struct str text;       /* propose: the draft */
};

/* The department in whose calendar clocks start by this move: the new holder's, else the caller's own. */
static const struct department *clock_department(const struct req *req, const struct move *move)
{
	const struct city *city = req->app->city;
	const struct department *d = NULL;

	if (move->department.at)
		d = city_department(city, move->department);
	if (!d)
		d = city_department_by_id(city, req->who.department);
	return d ? d : city_department(city, city->hub);
}

static void run(struct req *req, struct move move)
{
	int64_t now_ms = clock_wall_ms();
	struct offers offers;

	if (!req->app->city) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	const struct department *department = clock_department(req, &move);
	struct db_unit *u = db_unit(req);
	offers_make(req, department, now_ms, &offers);
	sql_ticket_move(u, .ticket = req->args[0].uuid, .action = str_of(move.action),
		.version = req->if_match, .reason_code = move.reason_code, .reason = move.reason,
		.department = move.department, .person = move.person, .text = move.text, .at = now_ms,
		.policies = OFFERS_COLUMN(offers, policy), .kinds = OFFERS_COLUMN(offers, kind),
		.dues = OFFERS_COLUMN(offers, due), .alarms = OFFERS_COLUMN(offers, alarm),
		.units = OFFERS_COLUMN(offers, unit), .amounts = OFFERS_COLUMN(offers, amount),
		.calendar = calendar_code(department->calendar),
		.calendar_version = calendar_version(department->calendar), .event = uuid_new());
	clocks_add(u, req, now_ms);
	db_run(u, answer_ticket);
}

void ticket_accept(struct req *req)
{
	run(req, (struct move){.action = "accept"});
}

void ticket_claim(struct req *req)
{
	run(req, (struct move){.action = "claim"});
}

void ticket_take_up(struct req *req)
{
	run(req, (struct move){.action = "take_up"});
}

void ticket_assign(struct req *req)
{
	const struct ticket_assign *in = req->input;

	run(req, (struct move){.action = "assign", .person = in->person});
}

void ticket_return(struct req *req)
{
	const struct ticket_return *in = req->input;

	run(req, (struct move){.action = "return",
			 .reason = in->reason,
			 .department = req->app->city ? req->app->city->hub : STR_NONE});
}

void ticket_route(struct req *req)
{
	const struct ticket_route *in = req->input;

	run(req, (struct move){.action = "route", .reason = in->reason, .department = in->department});
}

void ticket_refuse(struct req *req)
{
	const struct ticket_refuse *in = req->input;

	run(req, (struct move){.action = "refuse", .reason_code = in->reason_code, .reason = in->reason});
}

void ticket_redirect(struct req *req)
{
	const struct ticket_redirect *in = req->input;

	run(req, (struct move){.action = "redirect",
			 .reason_code = in->reason_code,
			 .reason = in->reason,
			 .department = in->department});
}

void ticket_propose(struct req *req)
{
	const struct ticket_propose *in = req->input;

	run(req, (struct move){.action = "propose", .text = in->text});
}

void ticket_send_back(struct req *req)
{
	const struct ticket_send_back *in = req->input;

	run(req, (struct move){.action = "send_back", .reason = in->reason});
}

void ticket_approve(struct req *req)
{
	run(req, (struct move){.action = "approve"});
}

void ticket_close(struct req *req)
{
	run(req, (struct move){.action = "close"});
}

void ticket_progress(struct req *req)
{
	const struct ticket_progress *in = req->input;

	run(req, (struct move){.action = "progress", .text = in->text});
}

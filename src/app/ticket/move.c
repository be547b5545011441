/* The moves of the state table. Which move is allowed to whom, what it does to the clocks and what the
 * citizen sees are data; the database function ticket_move() enforces them. */
#include "app/ticket/ticket.h"

#include "base/clock.h"
#include "civil/decide.h"
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

/* The clock offers as parallel arrays. */
struct offers {
	int64_t *policy, *accept_due, *answer_due;
	unsigned n;
};

static int64_t in_ms(int64_t seconds)
{
	return seconds == INT64_MIN ? DB_NO_INT : seconds * 1000;
}

static struct offers offers(struct req *req, const struct move *move, int64_t now_ms)
{
	struct offers o;
	const struct clock_offer *from =
		decide_clocks(req->arena, req->app->city, clock_department(req, move), now_ms / 1000, &o.n);

	o.policy = arena_alloc(req->arena, (o.n + 1) * sizeof(*o.policy));
	o.accept_due = arena_alloc(req->arena, (o.n + 1) * sizeof(*o.accept_due));
	o.answer_due = arena_alloc(req->arena, (o.n + 1) * sizeof(*o.answer_due));
	for (unsigned i = 0; i < o.n; i++) {
		o.policy[i] = from[i].policy;
		o.accept_due[i] = in_ms(from[i].accept_due);
		o.answer_due[i] = in_ms(from[i].answer_due);
	}
	return o;
}

static void run(struct req *req, struct move move)
{
	int64_t now_ms = clock_wall_ms();

	if (!req->app->city) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	struct offers o = offers(req, &move, now_ms);
	struct db_unit *u = db_unit(req);
	sql_ticket_move(u, .ticket = req->args[0].uuid, .action = str_of(move.action),
		.version = req->if_match, .reason_code = move.reason_code, .reason = move.reason,
		.department = move.department, .person = move.person, .text = move.text, .at = now_ms,
		.policies = {o.policy, o.n}, .accept_due = {o.accept_due, o.n},
		.answer_due = {o.answer_due, o.n}, .event = uuid_new());
	db_run(u, answer_object);
}

void ticket_accept(struct req *req)
{
	run(req, (struct move){.action = "accept"});
}

void ticket_claim(struct req *req)
{
	run(req, (struct move){.action = "claim"});
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

/* The moves of the state table. Which move is allowed to whom, what it does to the clocks and what the
 * citizen sees are data; the database function ticket_move() enforces them. */
#include "app/ticket/ticket.h"

#include "app/record/once.h"
#include "app/ticket/bulk.h"
#include "app/ticket/clocks.h"
#include "app/ticket/offers.h"
#include "base/clock.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"
#include "http/negotiate.h"
#include "http/reply.h"

struct move {
	const char *action;
	struct str reason_code, reason;
	struct str department; /* route, redirect: code of the target */
	struct uuid person;    /* assign */
	struct str text;       /* propose: the draft */
};

/* The department in whose calendar clocks start by this move: that which will hold the ticket, the one that
 * is named or the caller's own, by their token. Where that is not so (any more) the database says whose it
 * is. */
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

/* The department that the database has told; NULL: it is not in memory yet, which is answered. */
static const struct department *department_told(struct req *req, struct str id_text)
{
	int64_t id;
	const struct department *d =
		str_to_i64(id_text, &id) < 0 ? NULL : city_department_by_id(req->app->city, id);

	if (!d)
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
	return d;
}

/* RFC 7240: who asks for as little as possible is told the new version alone. */
static bool wants_little(const struct req *req)
{
	return negotiate_preference(req_field_list(req, "Prefer"), STR("return"), STR("minimal"));
}

static void answer_version(struct req *req, PGresult *const *results)
{
	reply_etag(req, arena_str(req->arena, db_cell(answer_find(results, "etag"), 0, "etag")));
	reply_header(req, "Preference-Applied", STR("return=minimal"));
	reply_empty(req, 204);
}

/* TD700: counted for another department than the one that will hold the ticket. */
typedef void counted(struct req *req, struct str detail);

static void counted_in_vain(struct req *req, struct str detail)
{
	(void)detail;
	reply_problem(req, PROBLEM_unavailable, STR_NONE);
}

static void make(
	struct req *req, const struct move *move, const struct department *department, counted *otherwise)
{
	int64_t now_ms = clock_wall_ms();
	bool told = !wants_little(req);
	struct offers offers;
	struct part_offers parts;
	struct db_unit *u = db_unit(req);

	offers_make(req, department, now_ms, &offers);
	offers_make_parts(req, now_ms, &parts);
	sql_ticket_move(u, .ticket = req->args[0].uuid, .action = str_of(move->action),
		.version = req->if_match, .reason_code = move->reason_code, .reason = move->reason,
		.department = move->department, .person = move->person, .text = move->text, .at = now_ms,
		.policies = DB_COLUMN(offers.rows, offers.n, policy),
		.kinds = DB_COLUMN(offers.rows, offers.n, kind),
		.dues = DB_COLUMN(offers.rows, offers.n, due),
		.alarms = DB_COLUMN(offers.rows, offers.n, alarm),
		.units = DB_COLUMN(offers.rows, offers.n, unit),
		.amounts = DB_COLUMN(offers.rows, offers.n, amount),
		.calendar = calendar_code(department->calendar),
		.calendar_version = calendar_version(department->calendar), .event = uuid_new(),
		.part_calendars = DB_COLUMN(parts.rows, parts.n, calendar),
		.part_units = DB_COLUMN(parts.rows, parts.n, unit),
		.part_amounts = DB_COLUMN(parts.rows, parts.n, amount),
		.part_dues = DB_COLUMN(parts.rows, parts.n, due), .counted_for = department->id,
		.told = told);
	db_unit_on(u, "TD700", otherwise);
	if (told)
		clocks_add(u, req, now_ms);
	db_run(u, told ? answer_ticket : answer_version);
}

static void counted_for_another(struct req *req, struct str detail)
{
	const struct department *department = department_told(req, detail);

	if (department)
		make(req, req->kept, department, counted_in_vain);
}

static void run(struct req *req, struct move move)
{
	struct move *kept = arena_alloc(req->arena, sizeof(*kept));

	if (!req->app->city) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	*kept = move;
	req->kept = kept;
	make(req, kept, clock_department(req, kept), counted_for_another);
}

/* --- many tickets at once --------------------------------------------------------------------------------
 */

/* Where they go, if somewhere. */
static struct str bulk_target(const struct req *req)
{
	const struct ticket_bulk *in = req->input;

	return str_eq(in->action, STR("return")) ? req->app->city->hub : in->department;
}

static void make_many(struct req *req, const struct department *department, counted *otherwise)
{
	const struct ticket_bulk *in = req->input;
	const struct ticket_bulk_tickets *t = in->tickets.items;
	size_t n = in->tickets.n;
	int64_t now_ms = clock_wall_ms();
	struct bulk_refusals refusals = bulk_refusals(req);
	struct offers offers;
	struct part_offers parts;
	struct db_unit *u = db_unit(req);

	offers_make(req, department, now_ms, &offers);
	offers_make_parts(req, now_ms, &parts);
	once_claim(u, req);
	sql_ticket_bulk(u, .action = in->action, .tickets = DB_COLUMN(t, n, id),
		.versions = DB_COLUMN(t, n, version), .events = {bulk_events(req, n), n},
		.reason_code = in->reason_code, .reason = in->reason, .department = bulk_target(req),
		.person = in->person, .at = now_ms, .policies = DB_COLUMN(offers.rows, offers.n, policy),
		.kinds = DB_COLUMN(offers.rows, offers.n, kind),
		.dues = DB_COLUMN(offers.rows, offers.n, due),
		.alarms = DB_COLUMN(offers.rows, offers.n, alarm),
		.units = DB_COLUMN(offers.rows, offers.n, unit),
		.amounts = DB_COLUMN(offers.rows, offers.n, amount),
		.calendar = calendar_code(department->calendar),
		.calendar_version = calendar_version(department->calendar),
		.part_calendars = DB_COLUMN(parts.rows, parts.n, calendar),
		.part_units = DB_COLUMN(parts.rows, parts.n, unit),
		.part_amounts = DB_COLUMN(parts.rows, parts.n, amount),
		.part_dues = DB_COLUMN(parts.rows, parts.n, due),
		.sqlstates = DB_COLUMN(refusals.rows, refusals.n, sqlstate),
		.problems = DB_COLUMN(refusals.rows, refusals.n, problem), .key = req->once_key,
		.counted_for = department->id);
	db_unit_on(u, "TD700", otherwise);
	db_run(u, answer_object);
}

static void many_counted_for_another(struct req *req, struct str detail)
{
	const struct department *department = department_told(req, detail);

	if (department)
		make_many(req, department, counted_in_vain);
}

void move_many(struct req *req)
{
	const struct move move = {.department = bulk_target(req)};

	make_many(req, clock_department(req, &move), many_counted_for_another);
}

/* --- one ticket ------------------------------------------------------------------------------------------
 */

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

void ticket_unassign(struct req *req)
{
	const struct ticket_unassign *in = req->input;

	run(req, (struct move){.action = "unassign", .reason = in->reason});
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

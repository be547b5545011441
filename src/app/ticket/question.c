/* Questions to the citizen, which stop the clocks, and extensions, which lengthen the answer clock. Two
 * units of work where clocks are dated anew: see app/ticket/plan.h. */
#include "app/ticket/ticket.h"

#include "app/record/once.h"
#include "app/ticket/clocks.h"
#include "app/ticket/plan.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

/* False after an answer: without a city there are no calendars. */
static bool has_city(struct req *req)
{
	if (!req->app->city)
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
	return req->app->city != NULL;
}

static void read_facts(struct req *req, const char *action, db_then *then)
{
	struct db_unit *u = db_unit(req);

	sql_ticket_clock_facts(u, .ticket = req->args[0].uuid, .version = req->if_match,
		.action = str_of(action), .at = req_began_ms(req));
	sql_ticket_pause_list(u, .ticket = req->args[0].uuid);
	db_run(u, then);
}

/* False after an answer: a date lies beyond the calendars, or the city was lost meanwhile. */
static bool plan(struct req *req, PGresult *const *facts, const struct plan_change *change, struct plan *ret)
{
	if (!has_city(req))
		return false;
	int status = plan_dates(req, facts, change, ret);
	if (status < 0)
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
	return status == 0;
}

/* --- asking and answering ------------------------------------------------------------------------------- */

static void ask(struct req *req, PGresult *const *facts)
{
	const struct ticket_ask *in = req->input;
	int64_t now_ms = req_began_ms(req), until;
	struct plan_change change = {.pause = {.from = now_ms / 1000}};
	struct plan dates;

	if (!has_city(req))
		return;
	if (plan_question(req, answer_find(facts, "start_s"), now_ms / 1000, &until) < 0) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	change.pause.until = until;
	if (!plan(req, facts, &change, &dates))
		return;
	struct db_unit *u = db_unit(req);
	sql_ticket_question_ask(u, .id = uuid_new(), .ticket = req->args[0].uuid, .version = req->if_match,
		.text = in->text, .at = now_ms, .until = until * 1000,
		.slots = DB_COLUMN(dates.rows, dates.n, slot), .kinds = DB_COLUMN(dates.rows, dates.n, kind),
		.starts = DB_COLUMN(dates.rows, dates.n, start), .dues = DB_COLUMN(dates.rows, dates.n, due),
		.alarms = DB_COLUMN(dates.rows, dates.n, alarm),
		.versions = DB_COLUMN(dates.rows, dates.n, version), .event = uuid_new());
	clocks_add(u, req, now_ms);
	db_run(u, answer_ticket);
}

void ticket_ask(struct req *req)
{
	read_facts(req, "ask", ask);
}

static void supply(struct req *req, PGresult *const *facts)
{
	const struct tracking_answer *in = req->input;
	const PGresult *row = answer_find(facts, "start_s");
	int64_t now_ms = req_began_ms(req);
	struct uuid id = uuid_new();
	const struct plan_change change = {
		.pause = plan_pause_ended(answer_find(facts, "from_s"), now_ms / 1000)};
	struct plan dates;

	if (!plan(req, facts, &change, &dates))
		return;
	struct db_unit *u = db_unit(req);
	answer_make(req, id, now_ms);
	once_claim(u, req);
	sql_ticket_question_supply(u, .number = req->who.ticket_number, .generation = req->who.generation,
		.version = db_cell_int(row, 0, "version"), .id = id, .text = in->text, .at = now_ms,
		.slots = DB_COLUMN(dates.rows, dates.n, slot), .kinds = DB_COLUMN(dates.rows, dates.n, kind),
		.starts = DB_COLUMN(dates.rows, dates.n, start), .dues = DB_COLUMN(dates.rows, dates.n, due),
		.alarms = DB_COLUMN(dates.rows, dates.n, alarm),
		.versions = DB_COLUMN(dates.rows, dates.n, version), .event = uuid_new());
	once_finish(u, req, 201, req->made);
	db_run(u, answer_made);
}

static void check_link(struct db_unit *u, const struct req *req)
{
	sql_ticket_question_linked(u, .number = req->who.ticket_number, .generation = req->who.generation,
		.question = req->who.question);
}

void tracking_answer(struct req *req)
{
	struct db_unit *u = db_unit(req);

	once_replay(u, req);
	check_link(u, req);
	sql_ticket_clock_facts_tracked(
		u, .number = req->who.ticket_number, .generation = req->who.generation);
	sql_ticket_pause_list_tracked(u, .number = req->who.ticket_number, .generation = req->who.generation);
	db_run(u, supply);
}

static void resume(struct req *req, PGresult *const *facts)
{
	const struct ticket_resume *in = req->input;
	int64_t now_ms = req_began_ms(req);
	const struct plan_change change = {
		.pause = plan_pause_ended(answer_find(facts, "from_s"), now_ms / 1000)};
	struct plan dates;

	if (!plan(req, facts, &change, &dates))
		return;
	struct db_unit *u = db_unit(req);
	sql_ticket_question_resume(u, .ticket = req->args[0].uuid, .version = req->if_match,
		.reason = in->reason, .at = now_ms, .slots = DB_COLUMN(dates.rows, dates.n, slot),
		.kinds = DB_COLUMN(dates.rows, dates.n, kind),
		.starts = DB_COLUMN(dates.rows, dates.n, start), .dues = DB_COLUMN(dates.rows, dates.n, due),
		.alarms = DB_COLUMN(dates.rows, dates.n, alarm),
		.versions = DB_COLUMN(dates.rows, dates.n, version), .event = uuid_new());
	clocks_add(u, req, now_ms);
	db_run(u, answer_ticket);
}

void ticket_resume(struct req *req)
{
	read_facts(req, "resume", resume);
}

void tracking_question(struct req *req)
{
	struct db_unit *u = db_unit(req);

	check_link(u, req);
	sql_ticket_question_tracked(u, .number = req->who.ticket_number, .generation = req->who.generation);
	db_run(u, answer_object);
}

/* --- extensions ----------------------------------------------------------------------------------------- */

void ticket_request_extension(struct req *req)
{
	const struct ticket_request_extension *in = req->input;
	int64_t now_ms = req_began_ms(req);
	struct db_unit *u = db_unit(req);

	sql_ticket_extension_request(u, .id = uuid_new(), .ticket = req->args[0].uuid,
		.version = req->if_match, .amount = in->amount, .reason = in->reason, .at = now_ms,
		.event = uuid_new());
	clocks_add(u, req, now_ms);
	db_run(u, answer_ticket);
}

static void approve(struct req *req, PGresult *const *facts)
{
	const struct ticket_approve_extension *in = req->input;
	const struct plan_change change = {
		.extension = db_cell_int(answer_find(facts, "start_s"), 0, "requested")};
	int64_t now_ms = req_began_ms(req);
	struct plan dates;

	if (!plan(req, facts, &change, &dates))
		return;
	struct db_unit *u = db_unit(req);
	sql_ticket_extension_approve(u, .ticket = req->args[0].uuid, .version = req->if_match,
		.decision = in->reason, .at = now_ms, .slots = DB_COLUMN(dates.rows, dates.n, slot),
		.kinds = DB_COLUMN(dates.rows, dates.n, kind),
		.starts = DB_COLUMN(dates.rows, dates.n, start), .dues = DB_COLUMN(dates.rows, dates.n, due),
		.alarms = DB_COLUMN(dates.rows, dates.n, alarm),
		.versions = DB_COLUMN(dates.rows, dates.n, version), .event = uuid_new());
	clocks_add(u, req, now_ms);
	db_run(u, answer_ticket);
}

void ticket_approve_extension(struct req *req)
{
	read_facts(req, "approve_extension", approve);
}

void ticket_refuse_extension(struct req *req)
{
	const struct ticket_refuse_extension *in = req->input;
	int64_t now_ms = req_began_ms(req);
	struct db_unit *u = db_unit(req);

	sql_ticket_extension_refuse(u, .ticket = req->args[0].uuid, .version = req->if_match,
		.decision = in->reason, .at = now_ms, .event = uuid_new());
	clocks_add(u, req, now_ms);
	db_run(u, answer_ticket);
}

/* POST /v1/tickets/{id}/level: the hub changes how urgent or complex a ticket is. The policy is chosen anew
 * by it, as it was at the filing, and the running clocks are dated by that one. Two units of work: see
 * app/ticket/plan.h. */
#include "app/ticket/ticket.h"

#include "app/ticket/clocks.h"
#include "app/ticket/offers.h"
#include "app/ticket/plan.h"
#include "civil/decide.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

static const struct policy *policy_of_level(const struct req *req, const PGresult *facts, struct str level)
{
	const struct city *city = req->app->city;
	const struct filing_facts filing = {.kind = db_cell(facts, 0, "matter"),
		.category = db_cell(facts, 0, "category"),
		.at = db_cell_int(facts, 0, "filed_s"),
		.profile = db_cell(facts, 0, "chosen")};

	return decide_policy(city, &filing, level, city_department(city, db_cell(facts, 0, "receiver")));
}

/* A ticket of a level without a policy has no deadlines. */
static const struct policy no_policy = {.id = DB_NO_INT};

static void store(struct req *req, const struct plan *dates, const struct offers *offers,
	const struct department *holder, int64_t policy)
{
	const struct ticket_level *in = req->input;
	int64_t now_ms = req_began_ms(req);
	struct db_unit *u = db_unit(req);

	sql_ticket_level_set(u, .ticket = req->args[0].uuid, .version = req->if_match, .level = in->level,
		.reason = in->reason, .policy = policy, .at = now_ms,
		.slots = DB_COLUMN(dates->rows, dates->n, slot),
		.kinds = DB_COLUMN(dates->rows, dates->n, kind),
		.starts = DB_COLUMN(dates->rows, dates->n, start),
		.waits = DB_COLUMN(dates->rows, dates->n, waits),
		.dues = DB_COLUMN(dates->rows, dates->n, due),
		.alarms = DB_COLUMN(dates->rows, dates->n, alarm),
		.versions = DB_COLUMN(dates->rows, dates->n, version),
		.units = DB_COLUMN(dates->rows, dates->n, unit),
		.amounts = DB_COLUMN(dates->rows, dates->n, amount),
		.extensions = DB_COLUMN(dates->rows, dates->n, extension),
		.offer_policies = DB_COLUMN(offers->rows, offers->n, policy),
		.offer_kinds = DB_COLUMN(offers->rows, offers->n, kind),
		.offer_dues = DB_COLUMN(offers->rows, offers->n, due),
		.offer_alarms = DB_COLUMN(offers->rows, offers->n, alarm),
		.offer_units = DB_COLUMN(offers->rows, offers->n, unit),
		.offer_amounts = DB_COLUMN(offers->rows, offers->n, amount),
		.calendar = calendar_code(holder->calendar),
		.calendar_version = calendar_version(holder->calendar), .event = uuid_new());
	clocks_add(u, req, now_ms);
	db_run(u, answer_ticket);
}

static void set(struct req *req, PGresult *const *results)
{
	const struct ticket_level *in = req->input;
	const struct city *city = req->app->city;
	const PGresult *facts = answer_find(results, "start_s");
	const struct department *holder = city ? city_department(city, db_cell(facts, 0, "holder")) : NULL;
	struct plan_change change = {.policy = &no_policy};
	struct plan dates;
	struct offers offers;

	if (holder) {
		const struct policy *policy = policy_of_level(req, facts, in->level);
		if (policy)
			change.policy = policy;
	}
	if (!holder || plan_dates(req, results, &change, &dates) < 0) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	offers_make(req, holder, req_began_ms(req), &offers);
	store(req, &dates, &offers, holder, change.policy->id);
}

void ticket_level(struct req *req)
{
	const struct ticket_level *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_ticket_level_facts(u, .ticket = req->args[0].uuid, .version = req->if_match, .level = in->level);
	sql_ticket_pause_list(u, .ticket = req->args[0].uuid);
	db_run(u, set);
}

/* POST /v1/tickets/{id}/level: the hub changes how urgent or complex a ticket is; POST /v1/tickets/bulk: or
 * many. The policy is chosen anew by it, as it was at the filing, and the running clocks are dated by that
 * one. Two units of work: see app/ticket/plan.h. */
#include "app/ticket/ticket.h"

#include "app/record/once.h"
#include "app/ticket/bulk.h"
#include "app/ticket/clocks.h"
#include "app/ticket/plan.h"
#include "civil/decide.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

/* What another level makes of a ticket. */
struct leveled {
	const struct department *holder;
	const struct policy *policy;
	struct plan dates;
	struct offers offers;
};

/* A ticket of a level without a policy has no deadlines. */
static const struct policy no_policy = {.id = DB_NO_INT};

static const struct policy *policy_of_level(
	const struct city *city, const PGresult *facts, int row, struct str level)
{
	const struct filing_facts filing = {.kind = db_cell(facts, row, "matter"),
		.category = db_cell(facts, row, "category"),
		.at = db_cell_int(facts, row, "filed_s"),
		.profile = db_cell(facts, row, "chosen")};
	const struct policy *policy =
		decide_policy(city, &filing, level, city_department(city, db_cell(facts, row, "receiver")));

	return policy ? policy : &no_policy;
}

/* False when there is no city just now, or a date leaves the calendars. */
static bool decide(struct req *req, struct plan_rows clocks, struct plan_rows pauses, struct str level,
	struct leveled *ret)
{
	const struct city *city = req->app->city;
	struct plan_change change = {0};

	*ret = (struct leveled){
		.holder = city ? city_department(city, db_cell(clocks.all, clocks.from, "holder")) : NULL};
	if (!ret->holder)
		return false;
	change.policy = ret->policy = policy_of_level(city, clocks.all, clocks.from, level);
	plan_offers(req, pauses, ret->policy, ret->holder, &ret->offers);
	return plan_dates_among(req, clocks, pauses, &change, &ret->dates) == 0;
}

/* --- one ticket ------------------------------------------------------------------------------------------
 */

static void store(struct req *req, const struct leveled *made)
{
	const struct ticket_level *in = req->input;
	const struct plan *dates = &made->dates;
	const struct calendar *calendar = made->holder->calendar;
	const struct offers *offers = &made->offers;
	int64_t now_ms = req_began_ms(req);
	struct db_unit *u = db_unit(req);

	sql_ticket_level_set(u, .ticket = req->args[0].uuid, .version = req->if_match, .level = in->level,
		.reason = in->reason, .policy = made->policy->id, .at = now_ms,
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
		.calendar = calendar_code(calendar), .calendar_version = calendar_version(calendar),
		.event = uuid_new());
	clocks_add(u, req, now_ms);
	db_run(u, answer_ticket);
}

static void set(struct req *req, PGresult *const *results)
{
	const struct ticket_level *in = req->input;
	struct leveled made;

	if (decide(req, plan_rows_all(answer_find(results, "start_s")),
		    plan_rows_all(answer_find(results, "from_s")), in->level, &made))
		store(req, &made);
	else
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
}

void ticket_level(struct req *req)
{
	const struct ticket_level *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_ticket_level_facts(u, .ticket = req->args[0].uuid, .version = req->if_match, .level = in->level);
	sql_ticket_pause_list(u, .ticket = req->args[0].uuid);
	db_run(u, set);
}

/* --- many tickets at once --------------------------------------------------------------------------------
 */

/* What is stored, each row with the place of its ticket in the request. */
struct many {
	struct many_ticket {
		int64_t place, policy, calendar_version;
		struct str calendar;
	} * tickets;
	struct many_date {
		int64_t place;
		struct plan_row date;
	} * dates;
	struct many_offer {
		int64_t place;
		struct offer offer;
	} * offers;
	size_t ntickets, ndates, noffers;
};

static void many_alloc(struct arena *arena, size_t ntickets, size_t nclocks, struct many *ret)
{
	*ret = (struct many){.tickets = arena_alloc(arena, (ntickets + 1) * sizeof(*ret->tickets)),
		.dates = arena_alloc(arena, (nclocks + 1) * sizeof(*ret->dates)),
		.offers = arena_alloc(arena, (ntickets * CLOCK_KINDS + 1) * sizeof(*ret->offers))};
}

static void many_add(struct many *m, int64_t place, const struct leveled *made)
{
	m->tickets[m->ntickets++] = (struct many_ticket){place, made->policy->id,
		calendar_version(made->holder->calendar), calendar_code(made->holder->calendar)};
	for (size_t i = 0; i < made->dates.n; i++)
		m->dates[m->ndates++] = (struct many_date){place, made->dates.rows[i]};
	for (size_t i = 0; i < made->offers.n; i++)
		m->offers[m->noffers++] = (struct many_offer){place, made->offers.rows[i]};
}

/* The rows of the ticket at this place, from the end of the one before. */
static struct plan_rows rows_of(struct plan_rows before, int64_t place)
{
	struct plan_rows rows = {before.all, before.end, before.end};
	int n = PQntuples(rows.all);

	while (rows.from < n && db_cell_int(rows.all, rows.from, "place") < place)
		rows.from++;
	rows.end = rows.from;
	while (rows.end < n && db_cell_int(rows.all, rows.end, "place") == place)
		rows.end++;
	return rows;
}

static void store_many(struct req *req, const struct many *m)
{
	const struct ticket_bulk *in = req->input;
	const struct ticket_bulk_tickets *t = in->tickets.items;
	size_t n = in->tickets.n;
	struct bulk_refusals refusals = bulk_refusals(req);
	struct db_unit *u = db_unit(req);

	once_claim(u, req);
	sql_ticket_level_many(u, .tickets = DB_COLUMN(t, n, id), .versions = DB_COLUMN(t, n, version),
		.events = {bulk_events(req, n), n}, .level = in->level, .reason = in->reason,
		.at = req_began_ms(req), .places = DB_COLUMN(m->tickets, m->ntickets, place),
		.policies = DB_COLUMN(m->tickets, m->ntickets, policy),
		.calendars = DB_COLUMN(m->tickets, m->ntickets, calendar),
		.calendar_versions = DB_COLUMN(m->tickets, m->ntickets, calendar_version),
		.dated = DB_COLUMN(m->dates, m->ndates, place),
		.slots = DB_COLUMN(m->dates, m->ndates, date.slot),
		.kinds = DB_COLUMN(m->dates, m->ndates, date.kind),
		.starts = DB_COLUMN(m->dates, m->ndates, date.start),
		.waits = DB_COLUMN(m->dates, m->ndates, date.waits),
		.dues = DB_COLUMN(m->dates, m->ndates, date.due),
		.alarms = DB_COLUMN(m->dates, m->ndates, date.alarm),
		.clock_versions = DB_COLUMN(m->dates, m->ndates, date.version),
		.units = DB_COLUMN(m->dates, m->ndates, date.unit),
		.amounts = DB_COLUMN(m->dates, m->ndates, date.amount),
		.extensions = DB_COLUMN(m->dates, m->ndates, date.extension),
		.offered = DB_COLUMN(m->offers, m->noffers, place),
		.offer_policies = DB_COLUMN(m->offers, m->noffers, offer.policy),
		.offer_kinds = DB_COLUMN(m->offers, m->noffers, offer.kind),
		.offer_dues = DB_COLUMN(m->offers, m->noffers, offer.due),
		.offer_alarms = DB_COLUMN(m->offers, m->noffers, offer.alarm),
		.offer_units = DB_COLUMN(m->offers, m->noffers, offer.unit),
		.offer_amounts = DB_COLUMN(m->offers, m->noffers, offer.amount),
		.sqlstates = DB_COLUMN(refusals.rows, refusals.n, sqlstate),
		.problems = DB_COLUMN(refusals.rows, refusals.n, problem), .key = req->once_key);
	db_run(u, answer_object);
}

static void set_many(struct req *req, PGresult *const *results)
{
	const struct ticket_bulk *in = req->input;
	struct plan_rows clocks = {.all = answer_find(results, "start_s")};
	struct plan_rows pauses = {.all = answer_find(results, "from_s")};
	struct leveled made;
	struct many m;

	if (!req->app->city) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	many_alloc(req->arena, in->tickets.n, (size_t)PQntuples(clocks.all), &m);
	for (size_t place = 1; place <= in->tickets.n; place++) {
		clocks = rows_of(clocks, (int64_t)place);
		pauses = rows_of(pauses, (int64_t)place);
		/* Without dates a ticket is refused, as one that has changed meanwhile. */
		if (clocks.from < clocks.end && decide(req, clocks, pauses, in->level, &made))
			many_add(&m, (int64_t)place, &made);
	}
	store_many(req, &m);
}

void level_many(struct req *req)
{
	const struct ticket_bulk *in = req->input;
	const struct ticket_bulk_tickets *t = in->tickets.items;
	size_t n = in->tickets.n;
	struct bulk_refusals refusals = bulk_refusals(req);
	struct db_unit *u = db_unit(req);

	once_replay(u, req);
	sql_ticket_level_facts_many(u, .tickets = DB_COLUMN(t, n, id), .versions = DB_COLUMN(t, n, version),
		.level = in->level, .sqlstates = DB_COLUMN(refusals.rows, refusals.n, sqlstate));
	sql_ticket_pause_list_many(u, .tickets = DB_COLUMN(t, n, id));
	db_run(u, set_many);
}

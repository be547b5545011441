/* POST /v1/tickets/{id}/reclassify: the hub puts a ticket on the path of another kind or category. Who gets
 * it, who may see it and its policy are decided as the filing would have decided them on its day, and the
 * running clocks are dated by that policy. Two units of work: see app/ticket/plan.h. */
#include "app/ticket/ticket.h"

#include <errno.h>

#include "app/ticket/clocks.h"
#include "app/ticket/filing.h"
#include "app/ticket/offers.h"
#include "app/ticket/plan.h"
#include "civil/danger.h"
#include "civil/decide.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

/* What is decided of a ticket. */
struct path {
	struct filing_facts filing;
	struct decision decision;
	const struct department *holder; /* who has it today */
	struct str level;
	const struct policy *policy;
	struct plan dates;
	struct offers offers;
	struct part_offers parts;
};

/* A ticket without a policy has no deadlines. */
static const struct policy no_policy = {.id = DB_NO_INT};

static struct str named_or(struct str named, const PGresult *facts, const char *column)
{
	return named.at ? named : db_cell(facts, 0, column);
}

/* What the filing is decided as of: a category that had not begun by then, as of its first day. */
static int64_t filed_at(const struct req *req, const PGresult *facts, struct str category)
{
	const struct city *city = req->app->city;
	int64_t at = db_cell_int(facts, 0, "at_s");
	const struct category *c =
		city_category(city, category, calendar_local_day(city->calendar, req_began_ms(req) / 1000));

	if (c && c->valid_from > calendar_local_day(city->calendar, at))
		at = calendar_instant(city->calendar, c->valid_from, 0);
	return at;
}

/* The ticket as it would be filed. False after an answer: that it cannot be against somebody. */
static bool read_filing(struct req *req, const PGresult *facts, struct filing_facts *ret)
{
	const struct ticket_reclassify *in = req->input;
	struct str against = in->against ? in->against->department : STR_NONE;

	*ret = (struct filing_facts){.kind = named_or(in->kind, facts, "matter"),
		.category = named_or(in->category, facts, "category"),
		.area = db_cell(facts, 0, "area"),
		.against = named_or(against, facts, "against"),
		.language = db_cell(facts, 0, "language"),
		.channel = db_cell(facts, 0, "channel"),
		.folded = db_cell(facts, 0, "folded"),
		.loads = req->app->loads};
	ret->at = filed_at(req, facts, ret->category);
	ret->danger = danger_found(req->app->city, req->arena, ret->kind, ret->folded, ret->at);
	if (in->against)
		filing_check_against(req, ret->kind, against, STR("/against"), req_began_ms(req) / 1000);
	return !reply_faults(req);
}

/* A level of the kind counts before the one that the hub has given, and that one before the category's. */
static struct str level_of(
	const struct city *city, const PGresult *facts, const struct filing_facts *filing, struct str decided)
{
	const struct kind *kind = city_kind(city, filing->kind);
	struct str given = db_cell(facts, 0, "level");

	return given.at && (!kind || kind->level.len == 0) ? given : decided;
}

/* False after an answer: as at the filing. */
static bool decide(struct req *req, const PGresult *facts, struct path *path)
{
	const struct city *city = req->app->city;
	struct decision *d = &path->decision;
	int status;

	if (!read_filing(req, facts, &path->filing))
		return false;
	status = decide_filing(req->arena, city, &path->filing, d);
	if (status < 0) {
		reply_problem(
			req, status == -EHOSTUNREACH ? PROBLEM_nobody_above : PROBLEM_unavailable, STR_NONE);
		return false;
	}
	path->level = level_of(city, facts, &path->filing, d->level);
	path->filing.profile = d->profile;
	path->policy = decide_policy(city, &path->filing, path->level, d->department);
	if (!path->policy)
		path->policy = &no_policy;
	path->holder = decide_heir(city, d->department, path->filing.category, path->filing.area,
		calendar_local_day(city->calendar, req_began_ms(req) / 1000));
	if (!path->holder)
		path->holder = d->department;
	return true;
}

static void store(struct req *req, const struct path *path)
{
	const struct ticket_reclassify *in = req->input;
	const struct plan *dates = &path->dates;
	const struct offers *offers = &path->offers;
	const struct part_offers *parts = &path->parts;
	const struct rule_list *said = path->decision.rules.list;
	const struct rule_list *tags = &said[EFFECT_TAG - EFFECT_SINGLES];
	const struct rule_list *flags = &said[EFFECT_FLAG - EFFECT_SINGLES];
	const struct calendar *calendar = path->holder->calendar;
	int64_t now_ms = req_began_ms(req);
	struct db_unit *u = db_unit(req);

	sql_ticket_reclassify(u, .ticket = req->args[0].uuid, .version = req->if_match,
		.kind = path->filing.kind, .category = path->filing.category,
		.against = in->against ? in->against->department : STR_NONE, .level = path->level,
		.visibility = path->decision.visibility, .sight = path->decision.sight,
		.route = decide_explain(req->arena, &path->decision, &path->filing),
		.holder = path->holder->id, .policy = path->policy->id, .tags = {tags->at, tags->n},
		.flags = {flags->at, flags->n}, .reason = in->reason, .at = now_ms,
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
		.event = uuid_new(), .part_calendars = DB_COLUMN(parts->rows, parts->n, calendar),
		.part_units = DB_COLUMN(parts->rows, parts->n, unit),
		.part_amounts = DB_COLUMN(parts->rows, parts->n, amount),
		.part_dues = DB_COLUMN(parts->rows, parts->n, due));
	clocks_add(u, req, now_ms);
	db_run(u, answer_ticket);
}

static void reclassify(struct req *req, PGresult *const *results)
{
	int64_t now_ms = req_began_ms(req);
	struct plan_change change = {
		.pause = plan_pause_ended(answer_find(results, "from_s"), now_ms / 1000)};
	struct path path;

	if (!req->app->city) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	if (!decide(req, answer_find(results, "at_s"), &path))
		return;
	change.policy = path.policy;
	if (plan_dates(req, results, &change, &path.dates) < 0) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	offers_make(req, path.holder, now_ms, &path.offers);
	offers_make_parts(req, now_ms, &path.parts);
	store(req, &path);
}

void ticket_reclassify(struct req *req)
{
	const struct ticket_reclassify *in = req->input;
	const struct city *city = req->app->city;

	if (!city) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	if (in->category.at && !city_category(city, in->category,
				       calendar_local_day(city->calendar, req_began_ms(req) / 1000)))
		req_fault(req, "pointer", STR("/category"), FAULT_ended);
	if (reply_faults(req))
		return;
	struct db_unit *u = db_unit(req);
	sql_ticket_path_facts(u, .ticket = req->args[0].uuid, .version = req->if_match);
	sql_ticket_path_clocks(u, .ticket = req->args[0].uuid, .version = req->if_match);
	sql_ticket_pause_list(u, .ticket = req->args[0].uuid);
	db_run(u, reclassify);
}

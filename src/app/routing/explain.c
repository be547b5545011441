/* POST /v1/routing/explain: what the rules make of a ticket, or of a text that nobody has filed, and to whom
 * and why the server has assigned it last. Nothing is stored. With another set (a draft, say) its text is
 * read first, then made ready beside the event loop: one that routes decides in the place of the active one,
 * one of a department says what it wishes. */
#include "app/routing/routing.h"

#include <errno.h>

#include "app/routing/check.h"
#include "app/routing/off.h"
#include "base/clock.h"
#include "civil/assign.h"
#include "civil/danger.h"
#include "civil/decide.h"
#include "civil/text.h"
#include "db/answer.h"
#include "gen/sql/routing.h"
#include "http/reply.h"

static struct str or_else(struct str s, struct str other)
{
	return s.at ? s : other;
}

/* Of the text that came with the request. */
static struct filing_facts facts_given(struct req *req, const struct routing_explain *in)
{
	int64_t at_ms = in->at == DB_NO_INT ? req_began_ms(req) : in->at;

	return (struct filing_facts){.kind = in->kind,
		.category = in->category,
		.area = in->area,
		.at = at_ms / 1000,
		.against = in->against,
		.language = or_else(in->language, STR("vi")),
		.channel = or_else(in->channel, STR("web")),
		.folded =
			text_fold(req->arena, arena_printf(req->arena, "%.*s\n%.*s\n%.*s", STR_ARG(in->title),
						      STR_ARG(in->text), STR_ARG(in->location_text)))};
}

/* Of a ticket, as if it were filed now. */
static struct filing_facts facts_stored(const struct req *req, const PGresult *row)
{
	return (struct filing_facts){.kind = db_cell(row, 0, "kind"),
		.category = db_cell(row, 0, "category"),
		.area = db_cell(row, 0, "area"),
		.at = req_began_ms(req) / 1000,
		.against = db_cell(row, 0, "against"),
		.language = db_cell(row, 0, "language"),
		.channel = db_cell(row, 0, "channel"),
		.folded = db_cell(row, 0, "folded")};
}

/* --- the answer --------------------------------------------------------------------------------------- */

static void put_department(struct buf *out, const struct department *d)
{
	buf_put(out, STR("\"department\":{"));
	buf_member(out, "code", d->code);
	buf_member(out, "name_vi", d->name[0]);
	buf_member(out, "name_en", d->name[1]);
	buf_byte(out, '}');
}

static void put_deadlines(struct buf *out, const struct clock_set *clocks)
{
	buf_put(out, STR(",\"deadlines\":["));
	for (unsigned i = 0; i < clocks->n; i++) {
		const struct clock_offer *o = &clocks->at[i];

		buf_put(out, i > 0 ? STR(",{") : STR("{"));
		buf_member(out, "kind", str_of(clock_kind_code(o->kind)));
		buf_member_instant(out, "due_at", o->due * 1000);
		buf_printf(out, ",\"amount\":%lld", (long long)o->limit.amount);
		buf_member(out, "unit", str_of(deadline_unit_code(o->limit.unit)));
		buf_byte(out, '}');
	}
	buf_byte(out, ']');
}

static void put_decision(
	struct buf *out, struct req *req, const struct decision *d, const struct filing_facts *facts)
{
	buf_put(out, STR("\"decision\":{"));
	put_department(out, d->department);
	buf_member(out, "level", d->level);
	buf_member(out, "visibility", d->visibility);
	buf_member(out, "profile", d->policy ? d->policy->profile : STR_NONE);
	put_deadlines(out, &d->clocks);
	struct str route = decide_explain(req->arena, d, facts);
	buf_printf(out, ",\"route\":%.*s}", STR_ARG(route));
}

/* What is asked, beside the city: a set of a department (NULL: none), of a ticket what was decided (absent
 * of a text). */
struct asked {
	const struct rules_program *wishes;
	int64_t wishes_number;
	struct str level; /* of the ticket as it is */
	struct str route, assignment;
};

static void put_wish(struct buf *out, struct req *req, const struct asked *asked,
	const struct filing_facts *facts, const struct decision *d)
{
	const struct loads *loads = facts->loads;
	const struct rule_facts now = {.kind = facts->kind,
		.category = facts->category,
		.area = facts->area,
		.language = facts->language,
		.channel = facts->channel,
		.level = or_else(asked->level, d->level),
		.folded = facts->folded,
		.at = facts->at,
		.danger = facts->danger,
		.loads = loads ? loads->at : NULL,
		.nloads = loads ? loads->n : 0};
	struct str wish = assign_told(req->arena, asked->wishes, asked->wishes_number, &now);

	buf_printf(out, "\"wish\":%.*s,", STR_ARG(wish));
}

static void answer(
	struct req *req, const struct city *city, struct filing_facts *facts, const struct asked *asked)
{
	const struct routing_explain *in = req->input;
	struct buf out = {.arena = req->arena};
	struct decision d;
	int status;

	facts->loads = req->app->loads;
	facts->danger = danger_found(city, req->arena, facts->kind, facts->folded, facts->at);
	status = decide_filing(req->arena, city, facts, &d);
	if (status == -ERANGE && !asked->route.at && in->at != DB_NO_INT) {
		req_fault(req, "pointer", STR("/at"),
			facts->at < req_began_ms(req) / 1000 ? FAULT_too_small : FAULT_too_large);
		reply_faults(req);
		return;
	}
	if (status < 0) {
		reply_problem(
			req, status == -EHOSTUNREACH ? PROBLEM_nobody_above : PROBLEM_unavailable, STR_NONE);
		return;
	}
	buf_put(&out, STR("{"));
	if (asked->route.at)
		buf_printf(&out, "\"stored\":%.*s,", STR_ARG(asked->route));
	if (asked->assignment.at)
		buf_printf(&out, "\"assignment\":%.*s,", STR_ARG(asked->assignment));
	if (asked->wishes)
		put_wish(&out, req, asked, facts, &d);
	put_decision(&out, req, &d, facts);
	if (d.program) {
		struct str off = off_member(req->arena, d.program, city, facts->at * 1000);
		buf_printf(&out, ",%.*s", STR_ARG(off));
	}
	buf_byte(&out, '}');
	reply_json(req, 200, buf_str(&out));
}

/* --- what is asked of what ---------------------------------------------------------------------------- */

/* By this city: as it is, or with other rules. */
static void explain(struct req *req, const struct city *city, struct asked *asked, PGresult *const *results)
{
	const struct routing_explain *in = req->input;
	bool of_ticket = !uuid_is_nil(&in->ticket);
	const PGresult *row = of_ticket ? answer_find(results, "route") : NULL;
	struct filing_facts facts = of_ticket ? facts_stored(req, row) : facts_given(req, in);

	if (of_ticket) {
		asked->level = db_cell(row, 0, "level");
		asked->route = db_cell(row, 0, "route");
		asked->assignment = db_cell(row, 0, "assignment");
	}
	answer(req, city, &facts, asked);
}

static void compiled(struct req *req, const struct check *check, const void *of)
{
	static const struct rendering as_text = {.lines = NULL};
	PGresult *const *results = of;
	const PGresult *set = answer_find(results, "number");
	struct city other = *check->copy->city;
	struct asked asked = {.wishes = NULL};

	if (check_refuse(req, check, &as_text))
		return;
	if (check_is_assignment(set)) {
		asked.wishes = check->program;
		asked.wishes_number = db_cell_int(set, 0, "number");
	} else {
		other.rules = check->program;
		other.rules_number = db_cell_int(set, 0, "number");
	}
	explain(req, &other, &asked, results);
}

static void loaded(struct req *req, PGresult *const *results)
{
	const struct routing_explain *in = req->input;
	struct check_order order;

	if ((!uuid_is_nil(&in->ticket) && PQntuples(answer_find(results, "route")) == 0) ||
		(!uuid_is_nil(&in->rule_set) && PQntuples(answer_find(results, "number")) == 0)) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	if (uuid_is_nil(&in->rule_set)) {
		explain(req, req->app->city, &(struct asked){.wishes = NULL}, results);
		return;
	}
	order = check_order_of(answer_find(results, "number"));
	order.compile = true;
	order.of = results;
	order.then = compiled;
	check_begin(req, &order);
}

static void need(struct req *req, struct str value, struct str pointer)
{
	if (value.len == 0)
		req_fault(req, "pointer", pointer, FAULT_required);
}

/* A ticket, or a text with what filing it needs. */
static bool is_whole(struct req *req, const struct routing_explain *in)
{
	const struct city *city = req->app->city;
	int64_t at_ms = in->at == DB_NO_INT ? req_began_ms(req) : in->at;
	int32_t day = calendar_local_day(city->calendar, at_ms / 1000);

	if (!uuid_is_nil(&in->ticket)) {
		if (in->kind.at || in->category.at || in->text.at)
			req_fault(req, "pointer", STR("/ticket"), FAULT_not_allowed);
		return !reply_faults(req);
	}
	need(req, in->kind, STR("/kind"));
	need(req, in->category, STR("/category"));
	if (in->category.len > 0 && !city_category(city, in->category, day))
		req_fault(req, "pointer", STR("/category"), FAULT_ended);
	if (in->area.len > 0 && !city_area(city, in->area, day))
		req_fault(req, "pointer", STR("/area"), FAULT_ended);
	return !reply_faults(req);
}

void routing_explain(struct req *req)
{
	const struct routing_explain *in = req->input;

	if (!req->app->city) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	if (!is_whole(req, in))
		return;
	if (uuid_is_nil(&in->ticket) && uuid_is_nil(&in->rule_set)) {
		explain(req, req->app->city, &(struct asked){.wishes = NULL}, NULL);
		return;
	}
	struct db_unit *u = db_unit(req);
	if (!uuid_is_nil(&in->ticket))
		sql_routing_facts(u, .ticket = in->ticket);
	if (!uuid_is_nil(&in->rule_set))
		sql_routing_draft(u, .id = in->rule_set);
	db_run(u, loaded);
}

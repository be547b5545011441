/* Running clocks dated anew. */
#include "app/ticket/plan.h"

#include <errno.h>

#include "base/must.h"

struct planner {
	struct req *req;
	const PGresult *facts;
	struct deadline_pause *pauses;
	size_t npauses;
	int64_t extension;
	const struct policy *policy;
};

/* The pauses so far, and the one that changes: it replaces the last one if that began at the same instant. */
static void read_pauses(struct planner *p, struct plan_rows rows, const struct deadline_pause *change)
{
	p->pauses = arena_alloc(p->req->arena, (size_t)(rows.end - rows.from + 1) * sizeof(*p->pauses));
	for (int i = rows.from; i < rows.end; i++)
		p->pauses[p->npauses++] = (struct deadline_pause){
			db_cell_int(rows.all, i, "from_s"), db_cell_int(rows.all, i, "until_s")};
	if (change->from == 0)
		return;
	if (p->npauses > 0 && p->pauses[p->npauses - 1].from == change->from)
		p->npauses--;
	p->pauses[p->npauses++] = *change;
}

/* An answer clock that waits is counted from the end of the first accept limit: if that moves, it moves
 * too, unless there is none any more. */
static int64_t start_of(const struct planner *p, int row, const struct plan_row *done, size_t ndone)
{
	if (db_cell_flag(p->facts, row, "waits"))
		for (size_t i = 0; i < ndone; i++)
			if (done[i].slot == db_cell_int(p->facts, row, "slot") && done[i].round == 1 &&
				str_eq(done[i].kind, STR("accept")) && done[i].due != DB_NO_INT)
				return done[i].due / 1000;
	return db_cell_int(p->facts, row, "start_s");
}

/* What the clock of a row is made of. */
static int read_clock(const struct planner *p, int row, struct clock_facts *ret)
{
	const PGresult *f = p->facts;

	*ret = (struct clock_facts){.profile = db_cell(f, row, "profile"),
		.calendar = city_calendar_version(p->req->app->city, db_cell(f, row, "calendar"),
			db_cell_int(f, row, "calendar_version")),
		.question = {.terms = {.receipt = clock_receipt(db_cell(f, row, "receipt")),
				     .amount = db_cell_int(f, row, "amount"),
				     .extension = db_cell_int(f, row, "extension")},
			.pauses = p->pauses,
			.npauses = p->npauses},
		.level = (int)db_cell_int(f, row, "alarm_level")};
	if (!ret->calendar || !deadline_unit_parse(db_cell(f, row, "unit"), &ret->question.terms.unit))
		return -ENOENT;
	if (str_eq(db_cell(f, row, "kind"), STR("answer")))
		ret->question.terms.extension += p->extension;
	return 0;
}

/* The limit of the other policy in place of the one that the clock has had; false: there is none. */
static bool take_limit(const struct planner *p, int row, enum clock_kind kind, struct clock_facts *clock)
{
	const struct limit *limit = &p->policy->limit[kind];
	struct deadline_terms *terms = &clock->question.terms;

	if (terms->unit != limit->unit)
		terms->extension = 0;
	terms->unit = limit->unit;
	terms->amount = limit->amount;
	terms->receipt = p->policy->receipt;
	clock->profile = p->policy->profile;
	clock->level = 1;
	if (!db_cell_flag(p->facts, row, "pauses"))
		clock->question.npauses = 0;
	return limit_is(limit);
}

/* Where the other policy counts the first answer from: the filing, or the acceptance; from the end of its
 * accept limit at the latest, and as long as nobody has accepted. */
static int start_by_policy(const struct planner *p, int row, const struct clock_facts *answer,
	int64_t *ret_start, bool *ret_waits)
{
	struct clock_facts accept = *answer;
	int64_t accepted = db_cell_int(p->facts, row, "accepted_s");
	int status;

	*ret_waits = false;
	*ret_start = accept.question.start = db_cell_int(p->facts, row, "filed_s");
	accept.question.terms.extension = 0;
	if (!p->policy->answer_from_acceptance || !take_limit(p, row, CLOCK_ACCEPT, &accept))
		return 0;
	status = clock_date(p->req->app->city, &accept, ret_start, &(int64_t){0});
	*ret_waits = accepted == DB_NO_INT;
	if (status == 0 && !*ret_waits && accepted < *ret_start)
		*ret_start = accepted;
	return status;
}

/* Makes the clock one of the other policy. 1: it has no such clock. */
static int take_policy(const struct planner *p, int row, struct clock_facts *clock, struct plan_row *made)
{
	enum clock_kind kind;
	bool first = !db_cell_flag(p->facts, row, "accepted") ||
		     db_cell_int(p->facts, row, "accepted_s") != DB_NO_INT;

	must(clock_kind_parse(made->kind, &kind));
	if (!take_limit(p, row, kind, clock))
		return 1;
	if (kind != CLOCK_ANSWER || !first)
		return 0;
	return start_by_policy(p, row, clock, &clock->question.start, &made->waits);
}

static int date_row(const struct planner *p, int row, int64_t start, struct plan_row *ret)
{
	const PGresult *f = p->facts;
	struct clock_facts clock;
	const struct deadline_terms *terms = &clock.question.terms;
	int64_t due, alarm;
	int status = read_clock(p, row, &clock);

	*ret = (struct plan_row){.kind = arena_str(p->req->arena, db_cell(f, row, "kind")),
		.slot = db_cell_int(f, row, "slot"),
		.round = db_cell_int(f, row, "round"),
		.start = start * 1000,
		.due = DB_NO_INT,
		.alarm = DB_NO_INT,
		.waits = db_cell_flag(f, row, "waits")};
	clock.question.start = start;
	if (status == 0 && p->policy)
		status = take_policy(p, row, &clock, ret);
	if (status == 0)
		status = clock_date(p->req->app->city, &clock, &due, &alarm);
	if (status != 0)
		return status < 0 ? status : 0;
	ret->start = clock.question.start * 1000;
	ret->due = due * 1000;
	ret->alarm = alarm == CLOCK_NEVER ? DB_NO_INT : alarm * 1000;
	ret->version = calendar_version(clock.calendar);
	ret->unit = str_of(deadline_unit_code(terms->unit));
	ret->amount = terms->amount;
	ret->extension = terms->extension;
	return 0;
}

/* Accept clocks first, because waiting answers follow them. */
static int date_rows(
	const struct planner *p, struct plan_rows clocks, bool accept, struct plan_row *rows, size_t *n)
{
	for (int i = clocks.from; i < clocks.end; i++) {
		struct str kind = db_cell(p->facts, i, "kind");

		if (!kind.at || str_eq(kind, STR("accept")) != accept)
			continue;
		int status = date_row(p, i, start_of(p, i, rows, *n), &rows[*n]);
		if (status < 0)
			return status;
		++*n;
	}
	return 0;
}

int plan_dates_among(struct req *req, struct plan_rows clocks, struct plan_rows pauses,
	const struct plan_change *change, struct plan *ret)
{
	struct planner p = {
		.req = req, .facts = clocks.all, .extension = change->extension, .policy = change->policy};
	struct plan_row *rows =
		arena_alloc(req->arena, (size_t)(clocks.end - clocks.from + 1) * sizeof(*rows));
	int status;

	read_pauses(&p, pauses, &change->pause);
	*ret = (struct plan){.rows = rows};
	status = date_rows(&p, clocks, true, rows, &ret->n);
	return status < 0 ? status : date_rows(&p, clocks, false, rows, &ret->n);
}

struct plan_rows plan_rows_all(const PGresult *rows)
{
	return (struct plan_rows){rows, 0, PQntuples(rows)};
}

int plan_dates(struct req *req, PGresult *const *facts, const struct plan_change *change, struct plan *ret)
{
	return plan_dates_among(req, plan_rows_all(answer_find(facts, "start_s")),
		plan_rows_all(answer_find(facts, "from_s")), change, ret);
}

void plan_offers(struct req *req, struct plan_rows pauses, const struct policy *policy,
	const struct department *holder, struct offers *ret)
{
	struct planner p = {.req = req, .policy = policy};
	struct offer *offers = arena_alloc(req->arena, CLOCK_KINDS * sizeof(*offers));

	read_pauses(&p, pauses, &(struct deadline_pause){0});
	*ret = (struct offers){.rows = offers};
	for (unsigned k = 0; k < CLOCK_KINDS; k++) {
		/* The time of the hub to route is the one that no question stops (clock_kind). */
		struct clock_offer offer = {.kind = (enum clock_kind)k,
			.start = req_began_ms(req) / 1000,
			.calendar = holder->calendar,
			.pauses = p.pauses,
			.npauses = k == CLOCK_ROUTE ? 0 : p.npauses};

		if (limit_is(&policy->limit[k]) && clock_offer_date(req->app->city, policy, &offer) == 0)
			offers[ret->n++] = offer_of(&offer);
	}
}

struct deadline_pause plan_pause_ended(const PGresult *pauses, int64_t now)
{
	int last = PQntuples(pauses) - 1;
	struct deadline_pause pause = {0};

	if (last >= 0) {
		int64_t cap = db_cell_int(pauses, last, "until_s");

		pause.from = db_cell_int(pauses, last, "from_s");
		pause.until = now < cap ? now : cap;
	}
	return pause;
}

int plan_question(struct req *req, const PGresult *facts, int64_t now, int64_t *ret_until)
{
	const struct city *city = req->app->city;
	struct str code = db_cell(facts, 0, "calendar");
	const struct calendar *calendar = code.at ? city_calendar(city, code) : NULL;
	struct deadline_question question = {
		.start = now, .terms = {.amount = db_cell_int(facts, 0, "question_amount")}};

	must(deadline_unit_parse(db_cell(facts, 0, "question_unit"), &question.terms.unit));
	return deadline_compute(calendar ? calendar : city->calendar, &question, NULL, ret_until);
}

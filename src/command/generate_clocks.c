/* The clocks of generated tickets: as clocks_move() and clocks_settle() of the database have them, and
 * app/ticket/plan.h after pauses and extensions. */
#include "command/generate_life.h"

#include "base/must.h"
#include "civil/clock.h"

static const int64_t second_us = 1000000;

/* The city's own calendar knows all of its years: a clock that leaves them is not started. */
static bool offer(const struct life *l, enum clock_kind kind, int64_t at, struct clock_offer *ret)
{
	const struct policy *policy = l->decision.policy;

	*ret = (struct clock_offer){.kind = kind, .start = at, .calendar = l->holder->calendar};
	return policy && limit_is(&policy->limit[kind]) && clock_offer_date(l->g->city, policy, ret) == 0;
}

static void start(struct life_clock *c, const struct clock_offer *o)
{
	c->runs = true;
	c->waits = o->waits;
	c->round++;
	c->extension = 0;
	c->limit = o->limit;
	c->calendar = o->calendar;
	c->start = o->start;
	c->due = c->latest = o->due;
	c->alarm = o->alarm;
	c->level = 1;
}

static bool fits(struct str holder, bool hub)
{
	return str_eq(holder, STR("any")) || str_eq(holder, STR("hub")) == hub;
}

static bool is_hub(const struct life *l)
{
	return str_eq(l->holder->code, l->g->city->hub);
}

/* Whether the action does this to the clock, with the holder that there is now. */
static bool does(const struct life *l, enum book_action action, enum clock_kind kind, enum book_effect effect)
{
	const struct book_act *act = &l->g->book->act[action];

	for (unsigned i = 0; i < BOOK_EFFECTS; i++)
		if (act->on[kind][i].effect == effect && fits(act->on[kind][i].holder, is_hub(l)))
			return true;
	return false;
}

void life_clocks_file(struct life *l)
{
	const struct clock_set *set = &l->decision.clocks;

	for (unsigned i = 0; i < set->n; i++)
		if (does(l, ACTION_file, set->at[i].kind, BOOK_START))
			start(&l->clock[set->at[i].kind], &set->at[i]);
}

/* --- stopping ------------------------------------------------------------------------------------------- */

static void put_limit(struct rows *rows, const struct life_clock *c)
{
	rows_bytes(rows, str_of(deadline_unit_code(c->limit.unit)));
	rows_int4(rows, (int32_t)c->limit.amount);
	rows_int4(rows, c->extension);
	rows_bytes(rows, calendar_code(c->calendar));
	rows_int8(rows, calendar_version(c->calendar));
}

/* How many working days an answer took: what the job of promises would count. */
static void put_days(struct rows *rows, const struct life *l, enum clock_kind kind, bool answers)
{
	if (!answers)
		rows_int4(rows, 0);
	else if (kind == CLOCK_ANSWER)
		rows_int4(rows, (int32_t)clock_days(l->clock[kind].calendar, l->filed, l->at));
	else
		rows_null(rows);
}

static void end(struct life *l, enum clock_kind kind, bool stopped, bool answers)
{
	struct rows *rows = &l->out->table[TABLE_clock];
	struct life_clock *c = &l->clock[kind];
	struct str outcome = !stopped ? STR("passed") : l->at <= c->due ? STR("met") : STR("late");

	rows_begin(rows, 16);
	rows_uuid(rows, &l->id);
	rows_bytes(rows, str_of(clock_kind_code(kind)));
	rows_int4(rows, c->round);
	rows_int8(rows, l->clock_holder);
	rows_int8(rows, l->decision.policy->id);
	put_limit(rows, c);
	rows_at(rows, c->start * second_us);
	rows_at(rows, c->due * second_us);
	rows_at(rows, c->latest * second_us);
	rows_at(rows, l->at * second_us);
	rows_bytes(rows, outcome);
	put_days(rows, l, kind, answers);
	c->runs = false;
	if (kind == CLOCK_ANSWER && stopped)
		l->outcome = outcome;
}

/* Late acceptance buys no time. */
static void begin(struct life *l, enum clock_kind kind)
{
	struct life_clock *c = &l->clock[kind];
	struct clock_offer o;

	if (!c->runs || !c->waits)
		return;
	c->waits = false;
	if (l->at > c->start || !offer(l, kind, l->at, &o) || o.due > c->due)
		return;
	c->start = o.start;
	c->due = o.due;
	c->alarm = o.alarm;
	c->limit = o.limit;
	c->calendar = o.calendar;
	c->level = 1;
}

void life_clocks_move(struct life *l, enum book_action action, int64_t at)
{
	bool answers = l->g->book->act[action].publishes;
	struct clock_offer o;

	must(at == l->at);
	for (enum clock_kind kind = 0; kind < CLOCK_KINDS; kind++) {
		struct life_clock *c = &l->clock[kind];
		bool renews = does(l, action, kind, BOOK_RENEW);

		if (does(l, action, kind, BOOK_BEGIN))
			begin(l, kind);
		if (c->runs && does(l, action, kind, BOOK_STOP))
			end(l, kind, true, answers);
		else if (c->runs && (renews || does(l, action, kind, BOOK_PASS)))
			end(l, kind, false, answers);
		if (c->runs && does(l, action, kind, BOOK_PARK))
			c->parked = true;
		if (!c->runs && (renews || does(l, action, kind, BOOK_START)) && offer(l, kind, at, &o))
			start(c, &o);
	}
	l->clock_holder = l->holder->id;
}

/* --- dating anew ---------------------------------------------------------------------------------------- */

struct clock_facts life_clock_facts(const struct life *l, enum clock_kind kind)
{
	const struct life_clock *c = &l->clock[kind];
	const struct policy *policy = l->decision.policy;

	return (struct clock_facts){.profile = policy->profile,
		.calendar = c->calendar,
		.question = {.start = c->start,
			.terms = {c->limit.unit, policy->receipt, c->limit.amount, c->extension},
			.pauses = l->pause,
			.npauses = kind == CLOCK_ROUTE ? 0 : l->npauses},
		.level = c->level};
}

void life_clocks_redate(struct life *l)
{
	for (enum clock_kind kind = 0; kind < CLOCK_KINDS; kind++) {
		struct life_clock *c = &l->clock[kind];

		if (!c->runs || kind == CLOCK_ROUTE)
			continue;
		const struct clock_facts facts = life_clock_facts(l, kind);
		must(clock_date(l->g->city, &facts, &c->due, &c->alarm) == 0);
	}
}

/* --- running -------------------------------------------------------------------------------------------- */

/* Of several due at once the one whose name comes first. */
static bool before(const struct life *l, enum clock_kind a, enum clock_kind b)
{
	const struct life_clock *x = &l->clock[a], *y = &l->clock[b];

	if (x->due != y->due)
		return x->due < y->due;
	return str_compare(str_of(clock_kind_code(a)), str_of(clock_kind_code(b))) < 0;
}

static enum clock_kind first_of(const struct life *l)
{
	enum clock_kind first = CLOCK_KINDS;

	for (enum clock_kind kind = 0; kind < CLOCK_KINDS; kind++)
		if (l->clock[kind].runs && !l->clock[kind].parked &&
			(first == CLOCK_KINDS || before(l, kind, first)))
			first = kind;
	return first;
}

static void put_running(struct life *l, enum clock_kind kind, bool first)
{
	struct rows *rows = &l->out->table[TABLE_clock_running];
	const struct life_clock *c = &l->clock[kind];

	rows_begin(rows, 19);
	rows_int4(rows, l->g->book->slot);
	rows_uuid(rows, &l->id);
	rows_bytes(rows, str_of(clock_kind_code(kind)));
	rows_int4(rows, c->round);
	rows_int8(rows, l->holder->id);
	rows_int8(rows, l->decision.policy->id);
	put_limit(rows, c);
	rows_at(rows, c->start * second_us);
	rows_bool(rows, c->waits);
	rows_at(rows, c->due * second_us);
	rows_at(rows, c->latest * second_us);
	rows_bool(rows, first);
	rows_at(rows, c->alarm == CLOCK_NEVER ? INT64_MAX : c->alarm * second_us);
	rows_int4(rows, c->level);
	rows_bool(rows, c->parked);
}

/* What has no clock has a row all the same: lists go by it. */
static void put_none(struct life *l)
{
	struct rows *rows = &l->out->table[TABLE_clock_running];

	rows_begin(rows, 19);
	rows_int4(rows, l->g->book->slot);
	rows_uuid(rows, &l->id);
	rows_bytes(rows, STR("none"));
	rows_int4(rows, 1);
	rows_int8(rows, l->holder->id);
	for (int i = 0; i < 3; i++) /* policy, unit, amount */
		rows_null(rows);
	rows_int4(rows, 0);
	for (int i = 0; i < 3; i++) /* calendar, version, start */
		rows_null(rows);
	rows_bool(rows, false);
	rows_at(rows, INT64_MAX);
	rows_at(rows, INT64_MAX);
	rows_bool(rows, true);
	rows_at(rows, INT64_MAX);
	rows_int4(rows, 1);
	rows_bool(rows, false);
}

void life_clocks_write(struct life *l)
{
	enum clock_kind first = first_of(l);
	bool any = false;

	for (enum clock_kind kind = 0; kind < CLOCK_KINDS; kind++) {
		if (!l->clock[kind].runs)
			continue;
		put_running(l, kind, kind == first);
		any = true;
	}
	if (!any && !l->done)
		put_none(l);
}

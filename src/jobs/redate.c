/* Running clocks dated anew, a portion at a time. */
#include "jobs/redate.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "civil/clock.h"
#include "db/unit.h"
#include "jobs/redate_count.h"

/* Columns of jobs/redating_portion.sql and jobs/redating_pauses.sql. By number: a million rows are read. */
enum {
	TICKET,
	KIND,
	ROUND,
	MARK,
	HOLDER,
	POLICY,
	UNIT,
	AMOUNT,
	EXTENSION,
	CALENDAR,
	START,
	DUE,
	WAITS,
	PARKED,
	PAUSES,
	LEVEL
};
enum {
	PAUSED,
	FROM,
	UNTIL,
	ENDED
};

struct dater {
	const struct city *city;
	const struct redate_input *in;
	struct redated *rows;
	struct deadline_pause *pauses; /* all, in the order of the rows */
	int pause, npauses;	       /* those of this ticket */
	unsigned policy;	       /* that was found last */
	int64_t accept_due;	       /* of this ticket, in seconds; 0: it has no first accept clock */
	int64_t mark;
	struct redate_counts *counts;
};

static const char *at(const PGresult *r, int row, int column)
{
	return PQgetvalue(r, row, column);
}

static int64_t number(const PGresult *r, int row, int column)
{
	return strtoll(at(r, row, column), NULL, 10);
}

static bool flag(const PGresult *r, int row, int column)
{
	return *at(r, row, column) == 't';
}

static struct str text(const PGresult *r, int row, int column)
{
	return (struct str){at(r, row, column), (size_t)PQgetlength(r, row, column)};
}

/* Neighbours often have the same policy: the last one is looked at first. */
static const struct policy *policy_of(struct dater *d, int64_t id)
{
	for (unsigned i = 0; i < d->city->npolicies; i++) {
		unsigned at_i = (d->policy + i) % d->city->npolicies;

		if (d->city->policies[at_i].id == id) {
			d->policy = at_i;
			return &d->city->policies[at_i];
		}
	}
	return NULL;
}

/* The limit of the policy instead of the one that the clock has had, if there is one and it is asked for. */
static void take_limit(const struct dater *d, const struct policy *policy, enum clock_kind kind,
	struct redated *row, struct deadline_terms *terms)
{
	const struct limit *limit = &policy->limit[kind];

	if (!d->in->policies || limit->unit == DEADLINE_NONE)
		return;
	terms->unit = limit->unit;
	terms->amount = limit->amount;
	row->unit = str_of(deadline_unit_code(limit->unit));
	row->amount = limit->amount;
}

/* An answer clock that waits for the acceptance is counted from the end of the first accept limit, which
 * moves, too. The rows of a ticket are in the order of their kinds: accept is dated before answer. */
static int64_t start_of(const struct dater *d, int i, struct redated *row)
{
	int64_t start = number(d->in->clocks, i, START);

	if (!flag(d->in->clocks, i, WAITS) || d->accept_due == 0 || d->accept_due == start)
		return start;
	row->start = d->accept_due * 1000;
	return d->accept_due;
}

static void date_row(struct dater *d, int i)
{
	const PGresult *r = d->in->clocks;
	struct redated *row = &d->rows[i];
	const struct policy *policy = policy_of(d, number(r, i, POLICY));
	enum clock_kind kind;
	int64_t due, alarm;

	*row = (struct redated){
		number(r, i, MARK), STR_NONE, DB_NO_INT, DB_NO_INT, DB_NO_INT, DB_NO_INT, false};
	if (!policy || !clock_kind_parse(text(r, i, KIND), &kind))
		return;
	struct clock_facts clock = {.profile = policy->profile,
		.calendar = city_calendar(d->city, text(r, i, CALENDAR)),
		.question = {.start = start_of(d, i, row),
			.terms = {.receipt = policy->receipt,
				.amount = number(r, i, AMOUNT),
				.extension = number(r, i, EXTENSION)}},
		.level = (int)number(r, i, LEVEL)};
	if (flag(r, i, PAUSES)) {
		clock.question.pauses = d->pauses + d->pause;
		clock.question.npauses = (size_t)d->npauses;
	}
	if (!clock.calendar || !deadline_unit_parse(text(r, i, UNIT), &clock.question.terms.unit))
		return;
	take_limit(d, policy, kind, row, &clock.question.terms);
	if (clock_date(d->city, &clock, &due, &alarm) < 0) {
		row->start = row->amount = DB_NO_INT;
		row->unit = STR_NONE;
		return;
	}
	row->due = due * 1000;
	row->alarm = alarm == CLOCK_NEVER ? DB_NO_INT : alarm * 1000;
	if (kind == CLOCK_ACCEPT && number(r, i, ROUND) == 1)
		d->accept_due = due;
}

/* When the clock was due, in microseconds; the row that stands for no clock is the last. */
static int64_t due_before(const struct dater *d, int i)
{
	return PQgetisnull(d->in->clocks, i, DUE) ? INT64_MAX : number(d->in->clocks, i, DUE);
}

static int64_t due_after(const struct dater *d, int i)
{
	return d->rows[i].due != DB_NO_INT ? d->rows[i].due * 1000 : due_before(d, i);
}

/* The pauses of this ticket: those of tickets before it, which have no clock any more, are left behind. */
static void find_pauses(struct dater *d, const char *ticket)
{
	const PGresult *p = d->in->pauses;
	int n = PQntuples(p);

	d->pause += d->npauses;
	d->npauses = 0;
	while (d->pause < n && strcmp(at(p, d->pause, PAUSED), ticket) < 0)
		d->pause++;
	while (d->pause + d->npauses < n && strcmp(at(p, d->pause + d->npauses, PAUSED), ticket) == 0)
		d->npauses++;
}

static void count(struct dater *d, int i)
{
	const PGresult *r = d->in->clocks;

	redate_count(d->counts, &(struct redate_move){.ticket = at(r, i, TICKET),
					.kind = text(r, i, KIND),
					.holder = number(r, i, HOLDER),
					.before = due_before(d, i),
					.after = due_after(d, i),
					.parked = flag(r, i, PARKED)});
}

/* Dates the clocks of the ticket whose first row is i, and marks the first one. Returns the row behind. */
static int date_ticket(struct dater *d, int i, int n)
{
	const char *ticket = at(d->in->clocks, i, TICKET);
	int first = i;

	find_pauses(d, ticket);
	d->accept_due = 0;
	for (; i < n && strcmp(at(d->in->clocks, i, TICKET), ticket) == 0; i++) {
		date_row(d, i);
		count(d, i);
		d->mark +=
			d->rows[i].mark >> 16; /* as redating_seal() does: the sum has room for any portion */
		if (due_after(d, i) < due_after(d, first))
			first = i;
	}
	d->rows[first].first = true;
	return i;
}

static int rows_of_whole_tickets(const struct redate_input *in)
{
	int n = PQntuples(in->clocks);

	if (n < in->limit)
		return n;
	const char *cut = at(in->clocks, n - 1, TICKET);
	while (n > 0 && strcmp(at(in->clocks, n - 1, TICKET), cut) == 0)
		n--;
	must(n > 0); /* a ticket has a few clocks, a portion thousands */
	return n;
}

static void read_pauses(struct dater *d, struct arena *arena, const char *until, struct redate_portion *ret)
{
	const PGresult *p = d->in->pauses;
	int n = PQntuples(p);

	d->pauses = arena_alloc(arena, ((size_t)n + 1) * sizeof(*d->pauses));
	for (int i = 0; i < n; i++) {
		d->pauses[i] = (struct deadline_pause){number(p, i, FROM), number(p, i, UNTIL)};
		if (!ret->last && strcmp(at(p, i, PAUSED), until) > 0)
			continue;
		ret->questions++;
		ret->ended += flag(p, i, ENDED);
	}
}

void redate(struct arena *arena, const struct city *city, const struct redate_input *in,
	struct redate_portion *ret)
{
	int n = rows_of_whole_tickets(in);
	struct dater d = {.city = city, .in = in};
	const char *until = n > 0 ? at(in->clocks, n - 1, TICKET) : "";

	*ret = (struct redate_portion){
		.n = (size_t)n, .until = in->end, .last = PQntuples(in->clocks) < in->limit};
	must(ret->last || uuid_parse(str_of(until), &ret->until));
	ret->rows = d.rows = arena_alloc(arena, ((size_t)n + 1) * sizeof(*d.rows));
	read_pauses(&d, arena, until, ret);
	d.counts = redate_counts_new(arena, in->now_us);
	for (int i = 0; i < n;)
		i = date_ticket(&d, i, n);
	ret->mark = d.mark;
	ret->counts = redate_counts_json(d.counts);
}

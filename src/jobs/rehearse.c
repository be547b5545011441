/* Two sets of rules and a portion of tickets -> what differs. */
#include "jobs/rehearse.h"

#include <errno.h>

#include "civil/danger.h"
#include "civil/decide.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"

/* What is compared: the effects that stand before EFFECT_OFFICER, then the co-handlers. */
enum {
	COMPARED_SINGLES = EFFECT_OFFICER,
	COMPARED_WITH = COMPARED_SINGLES,
	COMPARED
};

/* A ticket of which something would change. */
struct change {
	int64_t place, from, to;
	struct uuid ticket;
	struct str rule; /* that says so; absent: none does any more */
	bool in[COMPARED];
};

struct portion {
	struct rehearse *rehearse;
	const PGresult *rows;
	struct change *changes;
	int64_t *used; /* rules that have their first say here */
	size_t nchanges, nused;
	int64_t undecided;
};

struct rehearse *rehearse_new(struct app *app, struct uuid id, struct str text)
{
	struct arena *arena = arena_new();
	struct rehearse *r;

	if (!arena)
		return NULL;
	r = arena_alloc(arena, sizeof(*r));
	*r = (struct rehearse){.id = id,
		.app = app,
		.arena = arena,
		.text = arena_str(arena, text),
		.copy = city_copy_hold(app->city_copy)};
	return r;
}

void rehearse_prepare(struct rehearse *r)
{
	struct rules_faults faults;

	r->tried = *r->copy->city;
	r->rules = rules_read(r->arena, RULES_ROUTING, r->text, &faults);
	if (!r->rules)
		return;
	r->tried.rules = rules_compile(r->arena, r->rules, r->copy->city);
	r->used = arena_alloc(r->arena, (rules_count(r->rules) + 1) * sizeof(*r->used));
}

const struct str *rehearse_names(const struct rehearse *r, struct arena *arena)
{
	unsigned n = rules_count(r->rules);
	struct str *names = arena_alloc(arena, (n + 1) * sizeof(*names));

	for (unsigned i = 0; i < n; i++)
		names[i] = rules_rule_name(r->tried.rules, i);
	return names;
}

void rehearse_free(struct rehearse *r)
{
	if (!r)
		return;
	city_copy_release(r->copy);
	arena_free(r->arena);
}

/* --- one ticket ----------------------------------------------------------------------------------------- */

/* As it was filed. */
static struct filing_facts facts_of(const struct portion *p, int row, struct arena *scratch)
{
	struct filing_facts facts = {.kind = db_cell(p->rows, row, "kind"),
		.category = db_cell(p->rows, row, "category"),
		.area = db_cell(p->rows, row, "area"),
		.at = db_cell_int(p->rows, row, "filed_s"),
		.against = db_cell(p->rows, row, "against"),
		.language = db_cell(p->rows, row, "language"),
		.channel = db_cell(p->rows, row, "channel"),
		.folded = db_cell(p->rows, row, "folded"),
		.loads = p->rehearse->app->loads};

	facts.danger = danger_found(p->rehearse->copy->city, scratch, facts.kind, facts.folded, facts.at);
	return facts;
}

static void note_used(struct portion *p, const struct rule_outcome *outcome)
{
	bool *used = p->rehearse->used;

	for (unsigned i = 0; i < outcome->ntaken; i++) {
		const struct rule_taken *taken = &outcome->taken[i];

		if (taken->off || used[taken->rule])
			continue;
		used[taken->rule] = true;
		p->used[p->nused++] = taken->rule;
	}
}

static struct str profile_of(const struct decision *d)
{
	return d->policy ? d->policy->profile : STR_NONE;
}

/* The rule that says the first thing that changes. */
static struct str rule_of(const struct decision *d, const struct change *c)
{
	if (c->in[EFFECT_DEPARTMENT])
		return d->rule;
	for (int e = EFFECT_LEVEL; e < COMPARED_SINGLES; e++)
		if (c->in[e])
			return d->rules.single[e].at ? rules_rule_name(d->program, d->rules.by[e]) : STR_NONE;
	for (unsigned i = 0; i < d->rules.ntaken; i++)
		if (!d->rules.taken[i].off && d->rules.taken[i].said & 1U << EFFECT_WITH)
			return rules_rule_name(d->program, d->rules.taken[i].rule);
	return STR_NONE;
}

static bool is_with(const struct decision *d, const struct department *department)
{
	for (unsigned i = 0; i < d->nwith; i++)
		if (d->with[i] == department)
			return true;
	return false;
}

/* The order of the rules that name them does not matter. */
static bool same_with(const struct decision *was, const struct decision *is)
{
	if (was->nwith != is->nwith)
		return false;
	for (unsigned i = 0; i < is->nwith; i++)
		if (!is_with(was, is->with[i]))
			return false;
	return true;
}

static void note_change(struct portion *p, int row, const struct decision *was, const struct decision *is)
{
	struct change c = {.place = row,
		.from = was->department->id,
		.to = is->department->id,
		.ticket = db_cell_uuid(p->rows, row, "ticket"),
		.in = {[EFFECT_DEPARTMENT] = was->department != is->department,
			[EFFECT_LEVEL] = !str_eq(was->level, is->level),
			[EFFECT_PROFILE] = !str_eq(profile_of(was), profile_of(is)),
			[EFFECT_VISIBILITY] = !str_eq(was->visibility, is->visibility),
			[COMPARED_WITH] = !same_with(was, is)}};

	for (int e = 0; e < COMPARED; e++) {
		if (!c.in[e])
			continue;
		c.rule = rule_of(is, &c);
		p->changes[p->nchanges++] = c;
		return;
	}
}

/* What rules found on the way lives in an arena of its own: with thousands of rules it is much. */
static bool look_at(struct portion *p, int row)
{
	const struct rehearse *r = p->rehearse;
	struct arena *scratch = arena_new();
	struct decision was, is;

	if (!scratch)
		return false;
	const struct filing_facts facts = facts_of(p, row, scratch);
	int before = decide_filing(scratch, r->copy->city, &facts, &was);
	int after = decide_filing(scratch, &r->tried, &facts, &is);
	note_used(p, &is.rules);
	if (before == -EHOSTUNREACH || after == -EHOSTUNREACH)
		p->undecided++;
	else
		note_change(p, row, &was, &is);
	arena_free(scratch);
	return true;
}

/* --- a portion ------------------------------------------------------------------------------------------ */

/* Returns how many tickets were looked at: all, or those that have text enough. */
static int look_at_all(struct portion *p)
{
	size_t bytes = 0;
	int row = 0;

	while (row < PQntuples(p->rows) && bytes < REHEARSE_BYTES && look_at(p, row)) {
		bytes += db_cell(p->rows, row, "folded").len;
		row++;
	}
	return row;
}

bool rehearse_portion(struct rehearse *r, const PGresult *rows, struct db_unit *u)
{
	struct arena *arena = db_unit_arena(u);
	struct portion p = {.rehearse = r,
		.rows = rows,
		.changes = arena_alloc(arena, (size_t)(PQntuples(rows) + 1) * sizeof(*p.changes)),
		.used = arena_alloc(arena, (rules_count(r->rules) + 1) * sizeof(*p.used))};
	int read = look_at_all(&p);
	const struct change *c = p.changes;
	size_t n = p.nchanges;

	if (read == 0)
		return false;
	sql_jobs_rehearsal_store(u, .id = r->id, .active = r->copy->city->rules_id,
		.filed_to = db_cell(rows, 0, "filed_to"), .ticket_to = db_cell_uuid(rows, 0, "ticket_to"),
		.filed_at = db_cell(rows, read - 1, "filed_at"),
		.ticket = db_cell_uuid(rows, read - 1, "ticket"), .read = read, .undecided = p.undecided,
		.places = DB_COLUMN(c, n, place), .tickets = DB_COLUMN(c, n, ticket),
		.from_departments = DB_COLUMN(c, n, from), .to_departments = DB_COLUMN(c, n, to),
		.rules = DB_COLUMN(c, n, rule), .departments = DB_COLUMN(c, n, in[EFFECT_DEPARTMENT]),
		.levels = DB_COLUMN(c, n, in[EFFECT_LEVEL]), .profiles = DB_COLUMN(c, n, in[EFFECT_PROFILE]),
		.visibilities = DB_COLUMN(c, n, in[EFFECT_VISIBILITY]),
		.cohandlers = DB_COLUMN(c, n, in[COMPARED_WITH]), .used = {p.used, p.nused, 0});
	return true;
}

/* Assignment of tickets by the rules of their departments. */
#include "jobs/assign.h"

#include "base/clock.h"
#include "base/list.h"
#include "base/log.h"
#include "base/metric.h"
#include "civil/assign.h"
#include "civil/city_copy.h"
#include "civil/danger.h"
#include "civil/decide.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"

/* An active set. Its program is of one city, and of those whom it may name. */
struct set {
	struct list among;
	struct arena *arena; /* of itself, its text and what was read of it */
	struct uuid id;
	int64_t number;
	const struct rules *rules; /* NULL: this program cannot read it */
	struct arena *program_arena;
	const struct rules_program *program; /* NULL: not made, or there are no rules */
	struct city_copy *copy;
	struct str people; /* logins, one a line */
	bool active;	   /* in the present run */
};

struct assignments {
	struct list sets;
	unsigned n;
};

struct assignments *assignments_new(struct arena *arena)
{
	struct assignments *a = arena_alloc(arena, sizeof(*a));

	list_init(&a->sets);
	return a;
}

static void forget_program(struct set *set)
{
	city_copy_release(set->copy);
	if (set->program_arena)
		arena_free(set->program_arena);
	set->program_arena = NULL;
	set->program = NULL;
	set->copy = NULL;
}

static void forget(struct assignments *a, struct set *set)
{
	list_remove(&set->among);
	a->n--;
	forget_program(set);
	arena_free(set->arena);
}

void assignments_free(struct assignments *a)
{
	while (a && !list_empty(&a->sets))
		forget(a, list_entry(a->sets.next, struct set, among));
}

/* --- the sets ------------------------------------------------------------------------------------------- */

static struct set *find(const struct assignments *a, struct uuid id)
{
	for (struct list *l = a->sets.next; l != &a->sets; l = l->next) {
		struct set *set = list_entry(l, struct set, among);

		if (uuid_eq(&set->id, &id))
			return set;
	}
	return NULL;
}

/* NULL when memory is out: the next run tries again. */
static struct set *keep(struct assignments *a, const PGresult *rows, int row)
{
	struct arena *arena = arena_new();
	struct rules_faults faults = {.n = 0};
	struct set *set;

	if (!arena)
		return NULL;
	set = arena_alloc(arena, sizeof(*set));
	*set = (struct set){.arena = arena,
		.id = db_cell_uuid(rows, row, "id"),
		.number = db_cell_int(rows, row, "number")};
	set->rules =
		rules_read(arena, RULES_ASSIGNMENT, arena_str(arena, db_cell(rows, row, "text")), &faults);
	if (arena_failed(arena)) {
		arena_free(arena);
		return NULL;
	}
	if (!set->rules)
		log_error("assignment.rules_unusable",
			LOG_STR("department", db_cell(rows, row, "department")),
			LOG_INT("rules", set->number), LOG_STR("reason", faults.at[0].en));
	list_append(&a->sets, &set->among);
	a->n++;
	return set;
}

/* For this city and these people, unless that is what it is made for already. */
static void compile(struct set *set, struct city_copy *copy, struct str people)
{
	if (!set->rules || (set->program && set->copy == copy && str_eq(set->people, people)))
		return;
	forget_program(set);
	set->program_arena = arena_new();
	if (!set->program_arena)
		return;
	set->copy = city_copy_hold(copy);
	set->people = arena_str(set->program_arena, people);
	set->program = rules_compile(set->program_arena, set->rules,
		assign_city(set->program_arena, copy->city, set->people, false));
	if (arena_failed(set->program_arena))
		forget_program(set);
}

/* Keeps those that are active, and no others. */
static void follow(struct app *app, const PGresult *rows)
{
	struct assignments *a = app->assignments;

	for (struct list *l = a->sets.next; l != &a->sets; l = l->next)
		list_entry(l, struct set, among)->active = false;
	for (int i = 0; i < PQntuples(rows); i++) {
		struct set *set = find(a, db_cell_uuid(rows, i, "id"));

		if (!set && db_cell(rows, i, "text").at)
			set = keep(a, rows, i);
		if (!set)
			continue;
		set->active = true;
		compile(set, app->city_copy, db_cell(rows, i, "people"));
	}
	for (struct list *l = a->sets.next, *next; l != &a->sets; l = next) {
		struct set *set = list_entry(l, struct set, among);

		next = l->next;
		if (!set->active)
			forget(a, set);
	}
}

/* --- what they wish ------------------------------------------------------------------------------------- */

/* For one ticket; absent: nothing. */
struct wish {
	struct uuid ticket, set;
	int64_t version;
	struct str said;
};

static struct str wish_of(
	const struct app *app, const struct set *set, struct arena *arena, const PGresult *rows, int row)
{
	struct rule_facts facts = {.kind = db_cell(rows, row, "kind"),
		.category = db_cell(rows, row, "category"),
		.area = db_cell(rows, row, "area"),
		.language = db_cell(rows, row, "language"),
		.channel = db_cell(rows, row, "channel"),
		.level = db_cell(rows, row, "level"),
		.folded = db_cell(rows, row, "folded"),
		.at = clock_wall_ms() / 1000,
		.loads = app->loads ? app->loads->at : NULL,
		.nloads = app->loads ? app->loads->n : 0};

	facts.danger = danger_found(set->copy->city, arena, facts.kind, facts.folded, facts.at);
	return assign_told(arena, set->program, set->number, &facts);
}

/* The next wish. False: its set could not be made ready, and the ticket waits for the next run. Of a ticket
 * without a text rules are not asked. */
static bool ask(const struct app *app, struct arena *arena, const PGresult *rows, int row, struct wish *ret)
{
	const struct set *set = find(app->assignments, db_cell_uuid(rows, row, "set"));

	if (!set || (set->rules && !set->program))
		return false;
	*ret = (struct wish){.ticket = db_cell_uuid(rows, row, "ticket"),
		.set = set->id,
		.version = db_cell_int(rows, row, "version")};
	if (set->program && db_cell(rows, row, "folded").at)
		ret->said = wish_of(app, set, arena, rows, row);
	return true;
}

/* --- the two units -------------------------------------------------------------------------------------- */

void assign_find(struct app *app, struct db_unit *u)
{
	const struct assignments *a = app->assignments;
	struct uuid *ids = arena_alloc(db_unit_arena(u), (a->n + 1) * sizeof(*ids));
	unsigned n = 0;

	for (struct list *l = a->sets.next; l != &a->sets; l = l->next)
		ids[n++] = list_entry(l, struct set, among)->id;
	sql_jobs_assign_sets(u, .kept = {ids, n, 0});
	sql_jobs_assign_next(u, .now = clock_wall_ms(), .limit = ASSIGN_PORTION);
}

bool assign_give(struct app *app, PGresult *const *found, struct db_unit *u)
{
	struct arena *arena = db_unit_arena(u);
	const PGresult *rows = found[1];
	struct wish *wish = arena_alloc(arena, (size_t)(PQntuples(rows) + 1) * sizeof(*wish));
	size_t n = 0;

	if (!app->city) /* not loaded yet */
		return false;
	follow(app, found[0]);
	for (int i = 0; i < PQntuples(rows); i++)
		n += ask(app, arena, rows, i, &wish[n]);
	sql_jobs_assign_tickets(u, .now = clock_wall_ms(), .limit = ASSIGN_PORTION,
		.tickets = DB_COLUMN(wish, n, ticket), .sets = DB_COLUMN(wish, n, set),
		.versions = DB_COLUMN(wish, n, version), .said = DB_COLUMN(wish, n, said));
	return true;
}

int64_t assign_tried(PGresult *const *results)
{
	metric_add(METRIC_tickets_assigned, db_cell_int(results[0], 0, "assigned"));
	return db_cell_int(results[0], 0, "tried");
}

/* What the database says of moves, people and places, for generated lives. */
#include "command/generate_book.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"
#include "civil/clock.h"
#include "command/pg.h"

static const struct str codes[BOOK_ACTIONS_N] = {
#define ACTION(name, code) STR(code),
	BOOK_ACTIONS(ACTION)
#undef ACTION
};

static const struct str effects[] = {[BOOK_BEGIN] = STR("begin"),
	[BOOK_STOP] = STR("stop"),
	[BOOK_PASS] = STR("pass"),
	[BOOK_RENEW] = STR("renew"),
	[BOOK_START] = STR("start"),
	[BOOK_PARK] = STR("park")};

struct reader {
	struct arena *arena;
	struct book *book;
	const PGresult *rows;
};

static struct str cell(const struct reader *r, int row, int column)
{
	if (PQgetisnull(r->rows, row, column))
		return STR_NONE;
	return arena_str(r->arena, str_of(PQgetvalue(r->rows, row, column)));
}

static int64_t number(const struct reader *r, int row, int column)
{
	int64_t n = 0;

	must(str_to_i64(str_of(PQgetvalue(r->rows, row, column)), &n) == 0);
	return n;
}

static bool flag(const struct reader *r, int row, int column)
{
	return PQgetvalue(r->rows, row, column)[0] == 't';
}

/* NULL: an action that no generated ticket has. */
static struct book_act *act_of(const struct reader *r, int row)
{
	struct str code = str_of(PQgetvalue(r->rows, row, 0));

	for (unsigned i = 0; i < BOOK_ACTIONS_N; i++)
		if (str_eq(codes[i], code))
			return &r->book->act[i];
	return NULL;
}

static void read_action(struct reader *r, int row)
{
	struct book_act *act = act_of(r, row);

	if (!act)
		return;
	act->event = cell(r, row, 1);
	act->public_vi = cell(r, row, 2);
	act->public_en = cell(r, row, 3);
	act->publishes = flag(r, row, 4);
}

static void read_effect(struct reader *r, int row)
{
	struct book_act *act = act_of(r, row);
	struct str effect = cell(r, row, 2);
	enum clock_kind kind;
	unsigned k = 0;

	if (!act)
		return;
	must(clock_kind_parse(cell(r, row, 1), &kind));
	k = act->on[kind][0].effect != BOOK_NOTHING;
	must(act->on[kind][k].effect == BOOK_NOTHING);
	for (unsigned i = 1; i < sizeof(effects) / sizeof(effects[0]); i++)
		if (str_eq(effects[i], effect))
			act->on[kind][k].effect = (enum book_effect)i;
	act->on[kind][k].holder = cell(r, row, 3);
}

static void read_move(struct reader *r, int row)
{
	struct book_act *act = act_of(r, row);

	if (!act)
		return;
	must(act->nmoves < BOOK_MOVES);
	act->move[act->nmoves++] = (struct book_state){cell(r, row, 1), cell(r, row, 2), flag(r, row, 3)};
}

static void read_policy(struct reader *r, int row)
{
	r->book->extensible[r->book->nextensible++] = number(r, row, 0);
}

static void read_reason(struct reader *r, int row)
{
	r->book->reasons[r->book->nreasons++] =
		(struct book_reason){cell(r, row, 0), cell(r, row, 1), cell(r, row, 2)};
}

static void read_place(struct reader *r, int row)
{
	r->book->places[r->book->nplaces++] = (struct book_place){cell(r, row, 0),
		strtod(PQgetvalue(r->rows, row, 1), NULL), strtod(PQgetvalue(r->rows, row, 2), NULL)};
}

static void read_category(struct reader *r, int row)
{
	r->book->categories[r->book->ncategories++] =
		(struct book_category){cell(r, row, 0), cell(r, row, 2), flag(r, row, 1)};
}

static void read_alarm(struct reader *r, int row)
{
	r->book->alarms[r->book->nalarms++] = (struct book_alarm){.profile = cell(r, row, 0),
		.level = (int)number(r, row, 1),
		.event = cell(r, row, 2),
		.audiences = cell(r, row, 3)};
}

static void read_person(struct reader *r, int row)
{
	struct book *book = r->book;
	int64_t department = number(r, row, 0);
	struct str role = cell(r, row, 1);
	struct book_staff *staff;
	struct uuid id;

	must(uuid_parse(cell(r, row, 2), &id));
	if (book->nstaff == 0 || book->staff[book->nstaff - 1].department != department)
		book->staff[book->nstaff++].department = department;
	staff = &book->staff[book->nstaff - 1];
	if (str_eq(role, STR("officer")) && staff->nofficers < BOOK_STAFF) {
		staff->officer[staff->nofficers++] = id;
	} else if (str_eq(role, STR("head")) && !staff->has_head) {
		staff->head = id;
		staff->has_head = true;
	} else if (str_eq(role, STR("coordinator")) && !staff->has_coordinator) {
		staff->coordinator = id;
		staff->has_coordinator = true;
	}
}

static void read_facts(struct reader *r, int row)
{
	struct book *book = r->book;

	book->slot = PQgetisnull(r->rows, row, 0) ? -1 : (int32_t)number(r, row, 0);
	book->closed = number(r, row, 1);
	book->task = cell(r, row, 2);
	book->preview_days = number(r, row, 3);
}

/* --- people --------------------------------------------------------------------------------------------- */

static bool make_person(struct arena *arena, PGconn *pg, struct str code, const char *role)
{
	static const struct {
		const char *role, *login, *name;
	} kinds[] = {{"officer", "canbo", "Cán bộ"}, {"head", "lanhdao", "Lãnh đạo"},
		{"coordinator", "dieuphoi", "Điều phối"}};
	size_t i = 0;

	while (strcmp(kinds[i].role, role) != 0)
		i++;
	struct str login = arena_printf(arena, "%s.%.*s", kinds[i].login, STR_ARG(code));
	return pg_do(pg, "command_user_add",
		(struct str[]){login, arena_printf(arena, "%s %.*s", kinds[i].name, STR_ARG(code)), code,
			arena_printf(arena, "{%s}", role),
			arena_printf(arena, "%.*s@example.org", STR_ARG(login)), STR("vi")},
		6);
}

/* Every department has an officer and a head, and the hub somebody who routes. */
static bool make_people(struct arena *arena, PGconn *pg, const struct city *city, const struct book *book)
{
	const struct book_staff none = {.department = 0};
	bool ok = true;

	for (unsigned i = 0; ok && i < city->ndepartments; i++) {
		const struct department *d = &city->departments[i];
		const struct book_staff *staff = book_staff(book, d->id);

		staff = staff ? staff : &none;
		if (staff->nofficers == 0)
			ok = make_person(arena, pg, d->code, "officer");
		if (ok && !staff->has_head)
			ok = make_person(arena, pg, d->code, "head");
		if (ok && !staff->has_coordinator && str_eq(d->code, city->hub))
			ok = make_person(arena, pg, d->code, "coordinator");
	}
	return ok;
}

/* --- all of it ------------------------------------------------------------------------------------------ */

/* Where the rows of a statement go: an array of the book is made for so many as there are. */
struct part {
	const char *statement;
	void (*read)(struct reader *, int);
	size_t array, size; /* offset in the book, and of one element; size 0: none */
};

static bool read_part(struct reader *r, PGconn *pg, const struct part *part)
{
	PGresult *rows = pg_query(pg, part->statement, NULL, 0);
	int n = rows ? PQntuples(rows) : 0;

	if (part->size > 0)
		*(void **)((char *)r->book + part->array) =
			arena_alloc(r->arena, (size_t)(n + 1) * part->size);
	r->rows = rows;
	for (int i = 0; i < n; i++)
		part->read(r, i);
	PQclear(rows);
	return rows != NULL;
}

static bool read_people(struct reader *r, PGconn *pg)
{
	static const struct part people = {"command_generate_people", read_person,
		offsetof(struct book, staff), sizeof(struct book_staff)};

	r->book->nstaff = 0;
	return read_part(r, pg, &people);
}

static bool read_now(struct reader *r, PGconn *pg, int64_t now_ms)
{
	char now[CLOCK_RFC3339_SIZE];

	clock_format(now_ms, now);
	PGresult *rows = pg_query(pg, "command_generate_facts", (struct str[]){str_of(now)}, 1);

	r->rows = rows;
	if (rows)
		read_facts(r, 0);
	PQclear(rows);
	return rows != NULL;
}

const struct book *book_load(struct arena *arena, PGconn *pg, const struct city *city, int64_t now_ms)
{
	static const struct part parts[] = {{"command_generate_actions", read_action, 0, 0},
		{"command_generate_effects", read_effect, 0, 0}, {"command_generate_moves", read_move, 0, 0},
		{"command_generate_policies", read_policy, offsetof(struct book, extensible),
			sizeof(int64_t)},
		{"command_generate_reasons", read_reason, offsetof(struct book, reasons),
			sizeof(struct book_reason)},
		{"command_generate_areas", read_place, offsetof(struct book, places),
			sizeof(struct book_place)},
		{"command_generate_categories", read_category, offsetof(struct book, categories),
			sizeof(struct book_category)},
		{"command_generate_alarms", read_alarm, offsetof(struct book, alarms),
			sizeof(struct book_alarm)}};
	struct book *book = arena_alloc(arena, sizeof(*book));
	struct reader r = {arena, book, NULL};
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof(parts) / sizeof(parts[0]); i++)
		ok = read_part(&r, pg, &parts[i]);
	ok = ok && read_now(&r, pg, now_ms) && read_people(&r, pg) && make_people(arena, pg, city, book) &&
	     read_people(&r, pg);
	if (!ok)
		return NULL;
	const struct department *hub = city_department(city, city->hub);
	book->hub = hub ? book_staff(book, hub->id) : NULL;
	return book;
}

const struct book_staff *book_staff(const struct book *book, int64_t department)
{
	unsigned low = 0, high = book->nstaff;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (book->staff[middle].department < department)
			low = middle + 1;
		else
			high = middle;
	}
	return low < book->nstaff && book->staff[low].department == department ? &book->staff[low] : NULL;
}

const struct book_place *book_place(const struct book *book, struct str area)
{
	for (unsigned i = 0; area.at && i < book->nplaces; i++)
		if (str_eq(book->places[i].code, area))
			return &book->places[i];
	return NULL;
}

const struct book_category *book_category(const struct book *book, struct str category)
{
	for (unsigned i = 0; i < book->ncategories; i++)
		if (str_eq(book->categories[i].code, category))
			return &book->categories[i];
	return NULL;
}

const struct book_alarm *book_alarm(const struct book *book, const struct alarm_level *level)
{
	for (unsigned i = 0; i < book->nalarms; i++)
		if (book->alarms[i].level == level->level && str_eq(book->alarms[i].profile, level->profile))
			return &book->alarms[i];
	return NULL;
}

bool book_extensible(const struct book *book, int64_t policy)
{
	for (unsigned i = 0; i < book->nextensible; i++)
		if (book->extensible[i] == policy)
			return true;
	return false;
}

const struct book_state *book_move(const struct book *book, enum book_action action, struct str from)
{
	const struct book_act *act = &book->act[action];

	for (unsigned i = 0; i < act->nmoves; i++)
		if (str_eq(act->move[i].from, from))
			return &act->move[i];
	return NULL;
}

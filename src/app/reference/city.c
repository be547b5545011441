/* Rows of the reference data -> struct city. No I/O: the rows have been read by the worker or by a
 * sub-command. */
#include "app/reference/city.h"

#include <stdio.h>

#include "app/reference/calendars.h"
#include "app/reference/cells.h"
#include "db/answer.h"

/* What the loaders of the parts share. */
struct builder {
	struct arena *arena;
	PGresult *const *rows;
};

static struct str text(struct builder *b, const PGresult *r, int row, const char *column)
{
	return cell_text(b->arena, r, row, column);
}

static void *rows_of(struct builder *b, enum city_rows what, size_t size, unsigned *ret_n)
{
	*ret_n = (unsigned)PQntuples(b->rows[what]);
	return arena_alloc(b->arena, (*ret_n + 1) * size);
}

static bool build_calendars(struct builder *b, struct city *city, int64_t now_ms, struct str *ret_reason)
{
	const struct calendar_rows rows = {b->rows[CITY_CALENDARS], b->rows[CITY_HOURS], b->rows[CITY_DAYS]};
	const struct calendar_rows kept = {
		b->rows[CITY_KEPT], b->rows[CITY_KEPT_HOURS], b->rows[CITY_KEPT_DAYS]};
	int year;

	clock_civil_from_days((int32_t)(now_ms / 86400000), &year, &(int){0}, &(int){0});
	city->calendars = calendars_from_rows(b->arena, &rows, year, ret_reason);
	city->ncalendars = (unsigned)PQntuples(rows.calendars);
	city->kept = calendars_kept(b->arena, &kept, year, &city->nkept);
	return city->calendars != NULL;
}

static const struct calendar *calendar_named(const struct city *city, struct str code)
{
	for (unsigned i = 0; i < city->ncalendars; i++)
		if (str_eq(calendar_code(city->calendars[i]), code))
			return city->calendars[i];
	return NULL;
}

static void build_departments(struct builder *b, struct city *city)
{
	const PGresult *r = b->rows[CITY_DEPARTMENTS];
	struct department *d = rows_of(b, CITY_DEPARTMENTS, sizeof(*d), &city->ndepartments);

	city->departments = d;
	for (int i = 0; i < PQntuples(r); i++, d++) {
		*d = (struct department){.id = cell_number(r, i, "id"),
			.code = text(b, r, i, "code"),
			.name = {text(b, r, i, "name_vi"), text(b, r, i, "name_en")},
			.parent = cell_number(r, i, "parent"),
			.valid_from = cell_or(r, i, "valid_from", INT32_MIN),
			.valid_to = cell_or(r, i, "valid_to", INT32_MAX),
			.successor = cell_number(r, i, "successor"),
			.area = text(b, r, i, "area"),
			.governs = db_cell_flag(r, i, "governs"),
			.calendar = calendar_named(city, db_cell(r, i, "calendar"))};
		if (db_cell_flag(r, i, "hub"))
			city->hub = d->code;
	}
}

static void build_lineage(struct builder *b, struct city *city)
{
	const PGresult *r = b->rows[CITY_LINEAGE];
	struct lineage *l = rows_of(b, CITY_LINEAGE, sizeof(*l), &city->nlineage);

	city->lineage = l;
	for (int i = 0; i < PQntuples(r); i++)
		*l++ = (struct lineage){cell_number(r, i, "before"), cell_number(r, i, "after"),
			text(b, r, i, "category"), text(b, r, i, "area")};
}

static void build_areas(struct builder *b, struct city *city)
{
	const PGresult *r = b->rows[CITY_AREAS];
	struct area *a = rows_of(b, CITY_AREAS, sizeof(*a), &city->nareas);

	city->areas = a;
	for (int i = 0; i < PQntuples(r); i++, a++) {
		*a = (struct area){text(b, r, i, "code"), text(b, r, i, "parent"),
			cell_or(r, i, "valid_from", INT32_MIN), cell_or(r, i, "valid_to", INT32_MAX),
			db_cell_flag(r, i, "placed"), (double)cell_number(r, i, "lon_e6") / 1e6,
			(double)cell_number(r, i, "lat_e6") / 1e6};
		if (!a->parent.at)
			city->city_area = a->code;
	}
}

static void build_categories(struct builder *b, struct city *city)
{
	const PGresult *r = b->rows[CITY_CATEGORIES];
	struct category *c = rows_of(b, CITY_CATEGORIES, sizeof(*c), &city->ncategories);

	city->categories = c;
	for (int i = 0; i < PQntuples(r); i++)
		*c++ = (struct category){text(b, r, i, "code"), text(b, r, i, "parent"),
			text(b, r, i, "department"), text(b, r, i, "level"), text(b, r, i, "visibility"),
			cell_or(r, i, "valid_from", INT32_MIN), cell_or(r, i, "valid_to", INT32_MAX)};
}

static void build_kinds(struct builder *b, struct city *city)
{
	const PGresult *r = b->rows[CITY_KINDS];
	struct kind *k = rows_of(b, CITY_KINDS, sizeof(*k), &city->nkinds);

	city->kinds = k;
	for (int i = 0; i < PQntuples(r); i++)
		*k++ = (struct kind){.code = text(b, r, i, "code"),
			.sight = text(b, r, i, "sight"),
			.visibility = text(b, r, i, "visibility"),
			.level = text(b, r, i, "level"),
			.emergency_numbers = text(b, r, i, "emergency_numbers")};
}

/* The set that is active, if there is one. */
static void build_rules(struct builder *b, struct city *city)
{
	const PGresult *r = b->rows[CITY_RULES];

	if (PQntuples(r) == 0)
		return;
	city->rules_text = text(b, r, 0, "text");
	city->rules_number = cell_number(r, 0, "number");
	city->rules_id = db_cell_uuid(r, 0, "id");
}

/* A unit that this program does not know must not become a silent "no clock". Absent is none. */
static bool limit(const PGresult *r, int row, const char *name, struct limit *ret)
{
	char column[64];

	snprintf(column, sizeof(column), "%s_amount", name);
	ret->amount = cell_number(r, row, column);
	snprintf(column, sizeof(column), "%s_unit", name);
	return deadline_unit_parse(db_cell(r, row, column), &ret->unit);
}

static bool build_policy(struct builder *b, int row, struct policy *p)
{
	const PGresult *r = b->rows[CITY_POLICIES];

	*p = (struct policy){.id = cell_number(r, row, "id"),
		.profile = text(b, r, row, "profile"),
		.kind = text(b, r, row, "kind"),
		.level = text(b, r, row, "level"),
		.category = text(b, r, row, "category"),
		.department = text(b, r, row, "department"),
		.citation = {text(b, r, row, "citation_vi"), text(b, r, row, "citation_en")},
		.valid_from = cell_or(r, row, "valid_from", INT32_MIN),
		.valid_to = cell_or(r, row, "valid_to", INT32_MAX),
		.receipt = clock_receipt(db_cell(r, row, "receipt")),
		.answer_from_acceptance = db_cell_flag(r, row, "answer_from_acceptance"),
		.questions = cell_number(r, row, "questions")};
	for (unsigned k = 0; k < CLOCK_KINDS; k++)
		if (!limit(r, row, clock_kind_code((enum clock_kind)k), &p->limit[k]))
			return false;
	return limit(r, row, "question", &p->question);
}

static bool build_policies(struct builder *b, struct city *city, struct str *ret_reason)
{
	struct policy *p = rows_of(b, CITY_POLICIES, sizeof(*p), &city->npolicies);

	city->policies = p;
	for (unsigned i = 0; i < city->npolicies; i++)
		if (!build_policy(b, (int)i, &p[i])) {
			*ret_reason = arena_printf(b->arena,
				"policy %ld has a unit that this program does not know", (long)p[i].id);
			return false;
		}
	return true;
}

static bool build_alarms(struct builder *b, struct city *city, struct str *ret_reason)
{
	const PGresult *r = b->rows[CITY_ALARMS];
	struct alarm_level *a = rows_of(b, CITY_ALARMS, sizeof(*a), &city->nalarms);

	city->alarms = a;
	for (int i = 0; i < PQntuples(r); i++, a++) {
		struct str unit = db_cell(r, i, "unit");

		*a = (struct alarm_level){.profile = text(b, r, i, "profile"),
			.level = (int)cell_number(r, i, "level"),
			.share = (int)cell_number(r, i, "share"),
			.after = {DEADLINE_NONE, cell_number(r, i, "amount")}};
		if (unit.at && !deadline_unit_parse(unit, &a->after.unit)) {
			*ret_reason = STR("an alarm level has a unit that this program does not know");
			return false;
		}
	}
	return true;
}

/* Rows with a phrase are words, the others texts. */
static void build_dangers(struct builder *b, struct city *city)
{
	const PGresult *r = b->rows[CITY_DANGER];
	unsigned n;
	struct danger_word *word = rows_of(b, CITY_DANGER, sizeof(*word), &n);
	struct danger_text *text_row = rows_of(b, CITY_DANGER, sizeof(*text_row), &n);

	city->danger_words = word;
	city->danger_texts = text_row;
	for (int i = 0; i < (int)n; i++) {
		int32_t valid_from = cell_or(r, i, "valid_from", INT32_MIN);
		int64_t weight = cell_number(r, i, "weight");

		if (db_cell(r, i, "phrase").at)
			word[city->ndanger_words++] = (struct danger_word){text(b, r, i, "phrase"), weight,
				valid_from, cell_or(r, i, "valid_to", INT32_MAX)};
		else
			text_row[city->ndanger_texts++] =
				(struct danger_text){text(b, r, i, "told"), weight, valid_from};
	}
}

struct city *city_from_rows(
	struct arena *arena, PGresult *const *rows, int64_t now_ms, struct str *ret_reason)
{
	struct builder b = {.arena = arena, .rows = rows};
	struct city *city = arena_alloc(arena, sizeof(*city));

	if (!build_calendars(&b, city, now_ms, ret_reason))
		return NULL;
	build_departments(&b, city);
	build_lineage(&b, city);
	build_areas(&b, city);
	build_categories(&b, city);
	build_kinds(&b, city);
	build_rules(&b, city);
	build_dangers(&b, city);
	city->version = text(&b, rows[CITY_VERSION], 0, "version");
	city->parts_days = cell_number(rows[CITY_VERSION], 0, "parts_days");
	if (!build_policies(&b, city, ret_reason) || !build_alarms(&b, city, ret_reason))
		return NULL;
	return city_index(arena, city, ret_reason);
}

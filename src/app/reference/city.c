/* Rows of the reference data -> struct city. No I/O: the rows have been read by the worker or by a
 * sub-command. */
#include "app/reference/city.h"

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
	int year;

	clock_civil_from_days((int32_t)(now_ms / 86400000), &year, &(int){0}, &(int){0});
	city->calendars = calendars_from_rows(b->arena, &rows, year, ret_reason);
	city->ncalendars = (unsigned)PQntuples(rows.calendars);
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
			.governs = cell_flag(r, i, "governs"),
			.calendar = calendar_named(city, db_cell(r, i, "calendar"))};
		if (cell_flag(r, i, "hub"))
			city->hub = d->code;
	}
}

static void build_areas(struct builder *b, struct city *city)
{
	const PGresult *r = b->rows[CITY_AREAS];
	struct area *a = rows_of(b, CITY_AREAS, sizeof(*a), &city->nareas);

	city->areas = a;
	for (int i = 0; i < PQntuples(r); i++, a++) {
		*a = (struct area){text(b, r, i, "code"), text(b, r, i, "parent"),
			cell_or(r, i, "valid_from", INT32_MIN), cell_or(r, i, "valid_to", INT32_MAX)};
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
			.level = text(b, r, i, "level")};
}

static void build_rules(struct builder *b, struct city *city)
{
	const PGresult *r = b->rows[CITY_RULES];
	struct route_rule *rule = rows_of(b, CITY_RULES, sizeof(*rule), &city->nrules);

	city->rules = rule;
	for (int i = 0; i < PQntuples(r); i++)
		*rule++ = (struct route_rule){cell_number(r, i, "id"), text(b, r, i, "kind"),
			text(b, r, i, "category"), text(b, r, i, "area"), text(b, r, i, "department"),
			cell_or(r, i, "valid_from", INT32_MIN), cell_or(r, i, "valid_to", INT32_MAX)};
}

/* A unit that this program does not know must not become a silent "no clock". */
static bool unit(const PGresult *r, int row, const char *column, enum deadline_unit *ret)
{
	return deadline_unit_parse(db_cell(r, row, column), ret);
}

static bool build_policies(struct builder *b, struct city *city, struct str *ret_reason)
{
	const PGresult *r = b->rows[CITY_POLICIES];
	struct policy *p = rows_of(b, CITY_POLICIES, sizeof(*p), &city->npolicies);

	city->policies = p;
	for (int i = 0; i < PQntuples(r); i++, p++) {
		*p = (struct policy){.id = cell_number(r, i, "id"),
			.profile = text(b, r, i, "profile"),
			.kind = text(b, r, i, "kind"),
			.level = text(b, r, i, "level"),
			.category = text(b, r, i, "category"),
			.valid_from = cell_or(r, i, "valid_from", INT32_MIN),
			.valid_to = cell_or(r, i, "valid_to", INT32_MAX),
			.accept_amount = cell_number(r, i, "accept_amount"),
			.forward_amount = cell_number(r, i, "forward_amount"),
			.answer_amount = cell_number(r, i, "answer_amount"),
			.answer_from_acceptance = cell_flag(r, i, "answer_from_acceptance")};
		if (!unit(r, i, "accept_unit", &p->accept_unit) ||
			!unit(r, i, "forward_unit", &p->forward_unit) ||
			!unit(r, i, "answer_unit", &p->answer_unit)) {
			*ret_reason = arena_printf(b->arena,
				"policy %ld has a unit that this program does not know", (long)p->id);
			return false;
		}
	}
	return true;
}

const struct city *city_from_rows(
	struct arena *arena, PGresult *const *rows, int64_t now_ms, struct str *ret_reason)
{
	struct builder b = {.arena = arena, .rows = rows};
	struct city *city = arena_alloc(arena, sizeof(*city));

	if (!build_calendars(&b, city, now_ms, ret_reason))
		return NULL;
	build_departments(&b, city);
	build_areas(&b, city);
	build_categories(&b, city);
	build_kinds(&b, city);
	build_rules(&b, city);
	city->version = text(&b, rows[CITY_VERSION], 0, "version");
	return build_policies(&b, city, ret_reason) ? city_build(arena, city, ret_reason) : NULL;
}

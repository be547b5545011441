/* The reference data of a city: sorted once, then looked up. */
#include "civil/city.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "civil/rules_program.h"

enum {
	AREA_REACH_KM = 40 /* from its middle; no ward or commune is as wide */
};
#define KM_PER_DEGREE 111.32

static int by_department_code(const void *a, const void *b)
{
	return str_compare(((const struct department *)a)->code, ((const struct department *)b)->code);
}

static int by_kind_code(const void *a, const void *b)
{
	return str_compare(((const struct kind *)a)->code, ((const struct kind *)b)->code);
}

static int by_area_code(const void *a, const void *b)
{
	return str_compare(((const struct area *)a)->code, ((const struct area *)b)->code);
}

static int by_category_code(const void *a, const void *b)
{
	return str_compare(((const struct category *)a)->code, ((const struct category *)b)->code);
}

static int by_calendar_code(const void *a, const void *b)
{
	const struct calendar *const *x = a, *const *y = b;

	return str_compare(calendar_code(*x), calendar_code(*y));
}

static int by_number(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Absent texts come first. Of rows alike the youngest comes first: it is the one that counts. */
static int by_policy_key(const void *a, const void *b)
{
	const struct policy *x = a, *y = b;
	int order = str_compare(x->kind, y->kind);

	if (order == 0)
		order = str_compare(x->category, y->category);
	if (order == 0)
		order = str_compare(x->level, y->level);
	if (order == 0)
		order = str_compare(x->department, y->department);
	if (order == 0)
		order = by_number(y->valid_from, x->valid_from);
	return order ? order : by_number(y->id, x->id);
}

static int by_id(const void *a, const void *b)
{
	const struct department *const *x = a, *const *y = b;

	return by_number((*x)->id, (*y)->id);
}

static int by_governed_area(const void *a, const void *b)
{
	const struct department *const *x = a, *const *y = b;
	int order = str_compare((*x)->area, (*y)->area);

	if (order == 0)
		order = by_number((*y)->valid_from, (*x)->valid_from);
	return order ? order : by_id(a, b);
}

static void *sorted_copy(struct arena *arena, const void *rows, size_t n, size_t size,
	int (*order)(const void *, const void *))
{
	void *copy = arena_alloc(arena, n * size + 1);

	if (n > 0)
		memcpy(copy, rows, n * size);
	qsort(copy, n, size, order);
	return copy;
}

/* The first row that is like its neighbour; the number of rows when there is none. */
static size_t find_double(const void *sorted, size_t n, size_t size, int (*order)(const void *, const void *))
{
	const char *row = sorted;

	for (size_t i = 1; i < n; i++, row += size)
		if (order(row, row + size) == 0)
			return i;
	return n;
}

/* The calendar of the department or of the nearest one above it that has one. */
static const struct calendar *inherited(const struct city *city, const struct department *d)
{
	/* Parents may run in a circle: no chain is longer than the list. */
	for (unsigned steps = 0; d && !d->calendar && steps < city->ndepartments; steps++)
		d = city_department_by_id(city, d->parent);
	return d ? d->calendar : NULL;
}

/* The rest of them, and the city itself, have the calendar of the hub. */
static void share_calendars(struct city *city, struct department *departments)
{
	for (unsigned i = 0; i < city->ndepartments; i++)
		departments[i].calendar = inherited(city, &departments[i]);
	if (!city->calendar)
		city->calendar = city_department(city, city->hub)->calendar;
	for (unsigned i = 0; i < city->ndepartments; i++)
		if (!departments[i].calendar)
			departments[i].calendar = city->calendar;
}

static void sort_departments(struct arena *arena, struct city *city)
{
	struct department *copy =
		sorted_copy(arena, city->departments, city->ndepartments, sizeof(*copy), by_department_code);
	const struct department **ids = arena_alloc(arena, city->ndepartments * sizeof(*ids) + 1);
	const struct department **governing = arena_alloc(arena, city->ndepartments * sizeof(*governing) + 1);

	city->ncommittees = 0;
	for (unsigned i = 0; i < city->ndepartments; i++) {
		ids[i] = &copy[i];
		if (copy[i].governs)
			governing[city->ncommittees++] = &copy[i];
	}
	qsort(ids, city->ndepartments, sizeof(*ids), by_id);
	qsort(governing, city->ncommittees, sizeof(*governing), by_governed_area);
	city->departments = copy;
	city->by_id = ids;
	city->committees = governing;
	share_calendars(city, copy);
}

static bool has_hub(const struct city *parts)
{
	for (unsigned i = 0; i < parts->ndepartments; i++)
		if (str_eq(parts->departments[i].code, parts->hub))
			return true;
	return false;
}

static struct str find_doubles(struct arena *arena, const struct city *c)
{
	size_t i;

	if ((i = find_double(c->departments, c->ndepartments, sizeof(*c->departments), by_department_code)) <
		c->ndepartments)
		return arena_printf(arena, "two departments %.*s", STR_ARG(c->departments[i].code));
	if ((i = find_double(c->by_id, c->ndepartments, sizeof(*c->by_id), by_id)) < c->ndepartments)
		return arena_printf(arena, "two departments with the id %lld", (long long)c->by_id[i]->id);
	if ((i = find_double(c->kinds, c->nkinds, sizeof(*c->kinds), by_kind_code)) < c->nkinds)
		return arena_printf(arena, "two kinds %.*s", STR_ARG(c->kinds[i].code));
	if ((i = find_double(c->areas, c->nareas, sizeof(*c->areas), by_area_code)) < c->nareas)
		return arena_printf(arena, "two areas %.*s", STR_ARG(c->areas[i].code));
	if ((i = find_double(c->categories, c->ncategories, sizeof(*c->categories), by_category_code)) <
		c->ncategories)
		return arena_printf(arena, "two categories %.*s", STR_ARG(c->categories[i].code));
	if ((i = find_double(c->calendars, c->ncalendars, sizeof(*c->calendars), by_calendar_code)) <
		c->ncalendars)
		return arena_printf(arena, "two calendars %.*s", STR_ARG(calendar_code(c->calendars[i])));
	return STR_NONE;
}

static const struct patterns *index_dangers(struct arena *arena, const struct city *city)
{
	struct words_phrase *phrases = arena_alloc(arena, (city->ndanger_words + 1) * sizeof(*phrases));

	for (unsigned i = 0; i < city->ndanger_words; i++)
		phrases[i] = (struct words_phrase){city->danger_words[i].phrase, i};
	return patterns_new(arena, phrases, city->ndanger_words);
}

/* A set that was fine when it was activated may be none any more for this program: nobody is kept waiting by
 * that. */
void city_compile(struct arena *arena, struct city *city)
{
	struct rules_faults faults;
	const struct rules *rules;

	if (!city->rules_text.at)
		return;
	rules = rules_read(arena, RULES_ROUTING, city->rules_text, &faults);
	if (rules)
		city->rules = rules_compile(arena, rules, city);
	else
		city->rules_fault =
			arena_printf(arena, "line %u: %.*s", faults.at[0].line, STR_ARG(faults.at[0].en));
}

struct city *city_index(struct arena *arena, const struct city *parts, struct str *ret_reason)
{
	struct city *city = arena_alloc(arena, sizeof(*city));

	*city = *parts;
	if (!has_hub(parts)) {
		*ret_reason = STR("no department is the hub");
		if (parts->hub.len > 0)
			*ret_reason =
				arena_printf(arena, "the hub %.*s is no department", STR_ARG(parts->hub));
		return NULL;
	}
	sort_departments(arena, city);
	city->kinds = sorted_copy(arena, city->kinds, city->nkinds, sizeof(*city->kinds), by_kind_code);
	city->areas = sorted_copy(arena, city->areas, city->nareas, sizeof(*city->areas), by_area_code);
	city->categories = sorted_copy(
		arena, city->categories, city->ncategories, sizeof(*city->categories), by_category_code);
	city->policies =
		sorted_copy(arena, city->policies, city->npolicies, sizeof(*city->policies), by_policy_key);
	city->danger_index = index_dangers(arena, city);
	city->calendars = sorted_copy(
		arena, city->calendars, city->ncalendars, sizeof(*city->calendars), by_calendar_code);
	*ret_reason = find_doubles(arena, city);
	if (!ret_reason->at && !city->calendar)
		*ret_reason = arena_printf(arena, "the hub %.*s has no calendar", STR_ARG(parts->hub));
	return ret_reason->at ? NULL : city;
}

const struct city *city_build(struct arena *arena, const struct city *parts, struct str *ret_reason)
{
	struct city *city = city_index(arena, parts, ret_reason);

	if (city)
		city_compile(arena, city);
	return city;
}

/* bsearch(), which does not like an empty array that is no array. */
static const void *find(
	const void *key, const void *rows, size_t n, size_t size, int (*order)(const void *, const void *))
{
	return n > 0 ? bsearch(key, rows, n, size, order) : NULL;
}

const struct department *city_department(const struct city *city, struct str code)
{
	const struct department key = {.code = code};

	return find(&key, city->departments, city->ndepartments, sizeof(key), by_department_code);
}

const struct department *city_department_by_id(const struct city *city, int64_t id)
{
	const struct department wanted = {.id = id}, *key = &wanted;
	const struct department *const *found =
		find(&key, city->by_id, city->ndepartments, sizeof(*city->by_id), by_id);

	return found ? *found : NULL;
}

/* For bsearch(), which hands the key over first. */
static int code_to_calendar(const void *key, const void *element)
{
	const struct calendar *const *c = element;

	return str_compare(*(const struct str *)key, calendar_code(*c));
}

const struct calendar *city_calendar(const struct city *city, struct str code)
{
	const struct calendar *const *found =
		find(&code, city->calendars, city->ncalendars, sizeof(*city->calendars), code_to_calendar);

	return found ? *found : NULL;
}

const struct calendar *city_calendar_version(const struct city *city, struct str code, int64_t version)
{
	const struct calendar *newest = city_calendar(city, code);

	if (!newest || calendar_version(newest) == version)
		return newest;
	for (unsigned i = 0; i < city->nkept; i++)
		if (calendar_version(city->kept[i]) == version && str_eq(calendar_code(city->kept[i]), code))
			return city->kept[i];
	return newest;
}

const struct kind *city_kind(const struct city *city, struct str code)
{
	const struct kind key = {.code = code};

	return find(&key, city->kinds, city->nkinds, sizeof(key), by_kind_code);
}

const struct category *city_category(const struct city *city, struct str code, int32_t day)
{
	const struct category key = {.code = code};
	const struct category *found =
		find(&key, city->categories, city->ncategories, sizeof(key), by_category_code);

	return found && found->valid_from <= day && day < found->valid_to ? found : NULL;
}

const struct area *city_area(const struct city *city, struct str code, int32_t day)
{
	const struct area key = {.code = code};
	const struct area *found = find(&key, city->areas, city->nareas, sizeof(key), by_area_code);

	return found && found->valid_from <= day && day < found->valid_to ? found : NULL;
}

/* In a city the earth is flat. */
static bool is_near(const struct area *a, double lon, double lat)
{
	double north = (a->lat - lat) * KM_PER_DEGREE,
	       east = (a->lon - lon) * KM_PER_DEGREE * cos(lat * M_PI / 180);

	return a->placed && north * north + east * east <= (double)(AREA_REACH_KM * AREA_REACH_KM);
}

bool city_may_be_at(const struct city *city, double lon, double lat)
{
	bool known = false; /* where all wards and communes are */

	for (unsigned i = 0; i < city->nareas; i++) {
		const struct area *a = &city->areas[i];
		bool whole = !a->parent.at; /* the city itself */
		if (is_near(a, lon, lat) || (!whole && !a->placed))
			return true;
		known |= !whole;
	}
	return !known;
}

const struct department *city_valid_department(
	const struct city *city, const struct department *d, int32_t day)
{
	/* Successors may run in a circle: no chain is longer than the list. */
	for (unsigned steps = 0; d && steps <= city->ndepartments; steps++) {
		if (d->valid_from <= day && day < d->valid_to)
			return d;
		d = d->successor ? city_department_by_id(city, d->successor) : NULL;
	}
	return NULL;
}

/* The days on which what rules name is there. */
#include "civil/rules_tables.h"

#include <stdlib.h>
#include <string.h>

static const struct rule_days always = {INT32_MIN, INT32_MAX};
static const struct rule_spans all_days = {&always, 1, true};

struct list {
	struct arena *arena;
	struct rule_days *at;
	unsigned n;
};

static void put(struct list *list, int32_t from, int32_t until)
{
	if (from >= until)
		return;
	list->at = rules_grow(list->arena, list->at, list->n, sizeof(*list->at));
	list->at[list->n++] = (struct rule_days){from, until};
}

static int by_begin(const void *a, const void *b)
{
	const struct rule_days *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

/* Sorted, and those that touch or overlap joined. */
static struct rule_spans joined(struct list *list)
{
	unsigned kept = 0;

	if (list->n > 0)
		qsort(list->at, list->n, sizeof(*list->at), by_begin);
	for (unsigned i = 0; i < list->n; i++) {
		if (kept == 0 || list->at[i].from > list->at[kept - 1].until)
			list->at[kept++] = list->at[i];
		else if (list->at[i].until > list->at[kept - 1].until)
			list->at[kept - 1].until = list->at[i].until;
	}
	return (struct rule_spans){list->at, kept, true};
}

static struct rule_spans spans_of_department(struct arena *arena, const struct city *city, struct str code)
{
	const struct department *d = city_department(city, code);
	struct list list = {.arena = arena};

	if (str_eq(code, STR("AREA")))
		return all_days;
	if (!d)
		return (struct rule_spans){.known = false};
	/* Successors may run in a circle: no chain is longer than the list. */
	for (unsigned steps = 0; d && steps <= city->ndepartments; steps++) {
		put(&list, d->valid_from, d->valid_to);
		d = d->successor ? city_department_by_id(city, d->successor) : NULL;
	}
	return joined(&list);
}

static struct rule_spans spans_of_profile(struct arena *arena, const struct city *city, struct str code)
{
	struct list list = {.arena = arena};
	struct rule_spans spans;
	bool known = false;

	for (unsigned i = 0; i < city->npolicies; i++)
		if (str_eq(city->policies[i].profile, code)) {
			known = true;
			put(&list, city->policies[i].valid_from, city->policies[i].valid_to);
		}
	spans = joined(&list);
	spans.known = known;
	return spans;
}

/* Of a category or an area. */
static struct rule_spans spans_of_value(
	struct arena *arena, const struct city *city, enum rule_field field, struct str code)
{
	unsigned value = rules_value(city, field, code);
	struct list list = {.arena = arena};

	if (value == rules_values(city, field))
		return (struct rule_spans){.known = false};
	if (field == FIELD_CATEGORY)
		put(&list, city->categories[value].valid_from, city->categories[value].valid_to);
	else
		put(&list, city->areas[value].valid_from, city->areas[value].valid_to);
	return joined(&list);
}

/* Of what only a department can say, see city->people: an officer, or a skill, which is a category. */
static struct rule_spans spans_of_work(
	struct arena *arena, const struct city *city, const char *what, struct str code)
{
	if (!city->people)
		return all_days;
	if (strcmp(what, "skill") == 0)
		return spans_of_value(arena, city, FIELD_CATEGORY, code);
	for (unsigned i = 0; i < city->people->n; i++)
		if (str_eq(city->people->at[i], code))
			return all_days;
	return (struct rule_spans){.known = false};
}

struct rule_spans rules_spans(struct arena *arena, const struct city *city, const char *what, struct str code)
{
	bool known;

	if (strcmp(what, "department") == 0)
		return spans_of_department(arena, city, code);
	if (strcmp(what, "profile") == 0)
		return spans_of_profile(arena, city, code);
	if (strcmp(what, "category") == 0)
		return spans_of_value(arena, city, FIELD_CATEGORY, code);
	if (strcmp(what, "area") == 0)
		return spans_of_value(arena, city, FIELD_AREA, code);
	if (strcmp(what, "officer") == 0 || strcmp(what, "skill") == 0)
		return spans_of_work(arena, city, what, code);
	known = strcmp(what, "level") == 0
			? rules_value(city, FIELD_LEVEL, code) < rules_values(city, FIELD_LEVEL)
			: rules_is_visibility(code);
	return known ? all_days : (struct rule_spans){.known = false};
}

bool rules_spans_hold(const struct rule_spans *spans, int32_t day)
{
	for (unsigned i = 0; i < spans->n; i++)
		if (spans->at[i].from <= day && day < spans->at[i].until)
			return true;
	return false;
}

static bool is_always(const struct rule_spans *spans)
{
	return spans->n == 1 && spans->at[0].from == INT32_MIN && spans->at[0].until == INT32_MAX;
}

struct rule_spans rules_spans_both(struct arena *arena, struct rule_spans a, struct rule_spans b)
{
	struct list list = {.arena = arena};
	unsigned i = 0, k = 0;

	if (is_always(&a))
		return b;
	if (is_always(&b))
		return a;
	while (i < a.n && k < b.n) {
		const struct rule_days *x = &a.at[i], *y = &b.at[k];

		put(&list, x->from > y->from ? x->from : y->from, x->until < y->until ? x->until : y->until);
		if (x->until < y->until)
			i++;
		else
			k++;
	}
	return (struct rule_spans){list.at, list.n, a.known && b.known};
}

struct rule_spans rules_leaf_spans(struct arena *arena, const struct city *city, const struct rule_leaf *leaf,
	const struct rule_spans *lets)
{
	struct rule_spans spans = all_days;
	const char *what = leaf->kind == LEAF_LOAD ? "department" : rules_field_word(leaf->field);

	if (leaf->kind == LEAF_LET)
		return lets[leaf->let];
	if (leaf->kind != LEAF_LOAD &&
		(leaf->kind != LEAF_FIELD || (leaf->field != FIELD_CATEGORY && leaf->field != FIELD_AREA)))
		return spans;
	for (unsigned i = 0; i < leaf->nwords; i++) {
		struct rule_spans one = rules_spans(arena, city, what, leaf->words[i].text);

		if (one.known)
			spans = rules_spans_both(arena, spans, one);
	}
	return spans;
}

const char *rules_effect_names(enum rule_effect effect)
{
	switch (effect) {
	case EFFECT_DEPARTMENT:
	case EFFECT_WITH:
		return "department";
	case EFFECT_LEVEL:
	case EFFECT_PROFILE:
	case EFFECT_VISIBILITY:
	case EFFECT_OFFICER:
	case EFFECT_SKILL:
		return rules_effect_word(effect);
	default:
		return NULL;
	}
}

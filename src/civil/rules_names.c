/* The names that a set of rules uses, each once. */
#include "civil/rules.h"

#include <stdlib.h>
#include <string.h>

#include "civil/rules_tree.h"

struct list {
	struct arena *arena;
	struct rule_name *at;
	unsigned n;
};

static void put(struct list *list, const char *what, const struct rule_word *word, struct rule_name rest)
{
	if (strcmp(what, "department") == 0 && str_eq(word->text, STR("AREA")))
		return;
	list->at = rules_grow(list->arena, list->at, list->n, sizeof(*list->at));
	rest.what = what;
	rest.code = word->text;
	rest.line = word->place.line;
	list->at[list->n++] = rest;
}

/* What the words of a test are names of; NULL: of nothing that is kept. */
static const char *named_by(const struct rule_leaf *leaf)
{
	if (leaf->kind == LEAF_LOAD || leaf->kind == LEAF_VALID)
		return "department";
	if (leaf->kind != LEAF_FIELD)
		return NULL;
	return leaf->field <= FIELD_AREA ? rules_field_word(leaf->field) : NULL;
}

static void put_condition(
	struct list *list, const struct rules *rules, struct str rule, unsigned first, unsigned n)
{
	for (unsigned i = first; i < first + n; i++) {
		const struct rule_leaf *leaf = &rules->leaves[i];
		const char *what = named_by(leaf);

		for (unsigned w = 0; what && w < leaf->nwords; w++)
			put(list, what, &leaf->words[w], (struct rule_name){.rule = rule});
	}
}

static void put_effects(struct list *list, const struct rule *rule)
{
	const struct rule_name rest = {.rule = rule->name.text, .effect = true};

	for (int i = 0; i < EFFECT_SINGLES; i++)
		if (rule->single[i].text.at &&
			(i == EFFECT_DEPARTMENT || i == EFFECT_PROFILE || i == EFFECT_OFFICER))
			put(list, rules_effect_word((enum rule_effect)i), &rule->single[i], rest);
	for (unsigned i = 0; i < rule->nlisted; i++) {
		enum rule_effect effect = rule->listed[i].effect;

		put(list, effect == EFFECT_WITH ? "department" : rules_effect_word(effect),
			&rule->listed[i].word, rest);
	}
}

static int by_name(const void *a, const void *b)
{
	const struct rule_name *x = a, *y = b;
	int order = strcmp(x->what, y->what);

	if (order == 0)
		order = str_compare(x->code, y->code);
	if (order == 0)
		order = str_compare(x->rule, y->rule);
	if (order == 0)
		order = x->effect - y->effect;
	return order;
}

static int by_name_and_place(const void *a, const void *b)
{
	const struct rule_name *x = a, *y = b;
	int order = by_name(a, b);

	return order ? order : (x->code.at > y->code.at) - (x->code.at < y->code.at);
}

/* Names lie in the text that was read. */
static int by_place(const void *a, const void *b)
{
	const struct rule_name *x = a, *y = b;

	return (x->code.at > y->code.at) - (x->code.at < y->code.at);
}

const struct rule_name *rules_names(struct arena *arena, const struct rules *rules, unsigned *ret_n)
{
	struct list list = {.arena = arena, .at = arena_alloc(arena, sizeof(*list.at))};
	unsigned kept = 0;

	for (unsigned i = 0; i < rules->nlets; i++)
		put_condition(&list, rules, STR_NONE, rules->lets[i].first_leaf, rules->lets[i].nleaves);
	for (unsigned i = 0; i < rules->n; i++) {
		const struct rule *rule = &rules->at[i];

		put_condition(&list, rules, rule->name.text, rule->first_leaf, rule->nleaves);
		put_effects(&list, rule);
	}
	qsort(list.at, list.n, sizeof(*list.at), by_name_and_place);
	for (unsigned i = 0; i < list.n; i++)
		if (kept == 0 || by_name(&list.at[kept - 1], &list.at[i]) != 0)
			list.at[kept++] = list.at[i];
	qsort(list.at, kept, sizeof(*list.at), by_place);
	*ret_n = kept;
	return list.at;
}

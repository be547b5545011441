/* What the names in conditions stand for: each let is found, and none may lead back to itself. */
#include "civil/rules_tree.h"

#include <stdlib.h>

/* Lets that are looked through, deepest last. */
struct walk {
	struct rules *rules;
	struct rules_faulty *faulty;
	enum {
		NOT_SEEN,
		OPEN, /* between the first let and this one */
		DONE
	} * state;
	unsigned *order, n;
};

static int by_name(const void *a, const void *b)
{
	const struct rule_let *const *x = a, *const *y = b;
	int order = str_compare((*x)->name.text, (*y)->name.text);

	return order ? order : (*x > *y) - (*x < *y);
}

static int name_to_let(const void *key, const void *element)
{
	const struct rule_let *const *let = element;

	return str_compare(*(const struct str *)key, (*let)->name.text);
}

static void fault_doubled(struct rules_faulty *faulty, const struct rule_let *one, const struct rule_let *two)
{
	struct rules_fault *fault = rules_fault(faulty, two->name.place, "doubled",
		arena_printf(faulty->arena, "Đã có let %.*s ở dòng %u.", STR_ARG(one->name.text),
			one->name.place.line),
		arena_printf(faulty->arena, "There is a let %.*s already, on line %u.",
			STR_ARG(one->name.text), one->name.place.line));

	if (fault)
		fault->other_line = one->name.place.line;
}

static const struct rule_let **sort_lets(
	struct arena *arena, const struct rules *rules, struct rules_faulty *faulty)
{
	const struct rule_let **sorted = arena_alloc(arena, (rules->nlets + 1) * sizeof(*sorted));

	for (unsigned i = 0; i < rules->nlets; i++)
		sorted[i] = &rules->lets[i];
	qsort(sorted, rules->nlets, sizeof(*sorted), by_name);
	for (unsigned i = 1; i < rules->nlets; i++)
		if (str_eq(sorted[i - 1]->name.text, sorted[i]->name.text))
			fault_doubled(faulty, sorted[i - 1], sorted[i]);
	return sorted;
}

static void find_names(
	const struct rules *rules, const struct rule_let *const *sorted, struct rules_faulty *faulty)
{
	for (unsigned i = 0; i < rules->nleaves; i++) {
		struct rule_leaf *leaf = &rules->leaves[i];
		const struct rule_let *const *found = NULL;

		if (leaf->kind != LEAF_LET)
			continue;
		if (rules->nlets > 0)
			found = bsearch(
				&leaf->words[0].text, sorted, rules->nlets, sizeof(*sorted), name_to_let);
		if (found)
			leaf->let = (unsigned)(*found - rules->lets);
		else
			rules_fault(faulty, leaf->place, "unknown_name",
				arena_printf(faulty->arena, "Không có điều kiện hoặc let nào tên %.*s.",
					STR_ARG(leaf->words[0].text)),
				arena_printf(faulty->arena, "There is no condition and no let %.*s.",
					STR_ARG(leaf->words[0].text)));
	}
}

static void fault_cycle(struct walk *walk, const struct rule_leaf *leaf)
{
	struct str name = leaf->words[0].text;
	struct rules_fault *fault = rules_fault(walk->faulty, leaf->place, "cycle",
		arena_printf(walk->faulty->arena, "let %.*s dẫn trở lại chính nó.", STR_ARG(name)),
		arena_printf(walk->faulty->arena, "let %.*s leads back to itself.", STR_ARG(name)));

	if (fault)
		fault->other_line = walk->rules->lets[leaf->let].name.place.line;
}

/* No deeper than there are lets, which are RULES_LETS_MAX at the most. */
static void visit(struct walk *walk, unsigned let)
{
	const struct rule_let *at = &walk->rules->lets[let];

	walk->state[let] = OPEN;
	for (unsigned i = at->first_leaf; i < at->first_leaf + at->nleaves; i++) {
		const struct rule_leaf *leaf = &walk->rules->leaves[i];

		if (leaf->kind != LEAF_LET)
			continue;
		if (walk->state[leaf->let] == OPEN)
			fault_cycle(walk, leaf);
		else if (walk->state[leaf->let] == NOT_SEEN)
			visit(walk, leaf->let);
	}
	walk->state[let] = DONE;
	walk->order[walk->n++] = let;
}

bool rules_link_lets(struct arena *arena, struct rules *rules, struct rules_faulty *faulty)
{
	unsigned before = faulty->n;
	struct walk walk = {.rules = rules, .faulty = faulty};

	find_names(rules, sort_lets(arena, rules, faulty), faulty);
	if (faulty->n > before)
		return false;
	walk.state = arena_alloc(arena, (rules->nlets + 1) * sizeof(*walk.state));
	walk.order = arena_alloc(arena, (rules->nlets + 1) * sizeof(*walk.order));
	for (unsigned i = 0; i < rules->nlets; i++)
		if (walk.state[i] == NOT_SEEN)
			visit(&walk, i);
	rules->let_order = walk.order;
	return faulty->n == before;
}

/* What is wrong with a text of rules, collected and sorted; small things that all its files need. */
#include "civil/rules_tree.h"

#include <stdlib.h>
#include <string.h>

void *rules_grow(struct arena *arena, void *at, unsigned n, size_t size)
{
	void *larger;

	if (n > 0 && (n & (n - 1)) != 0)
		return at;
	larger = arena_alloc(arena, (n > 0 ? (size_t)2 * n : 1) * size);
	if (n > 0)
		memcpy(larger, at, n * size);
	return larger;
}

const char *rules_field_word(enum rule_field field)
{
	static const char *const words[] = {
		"kind", "category", "area", "language", "channel", "level", "day", "danger", NULL};

	return words[field];
}

const char *rules_effect_word(enum rule_effect effect)
{
	static const char *const words[] = {"department", "level", "profile", "visibility", "officer", "with",
		"tag", "flag", "skill", NULL};

	return words[effect];
}

struct rules_fault *rules_fault(
	struct rules_faulty *faulty, struct rule_place place, const char *code, struct str vi, struct str en)
{
	if (faulty->n == RULES_FAULTS_MAX)
		return NULL;
	faulty->at = rules_grow(faulty->arena, faulty->at, faulty->n, sizeof(*faulty->at));
	faulty->at[faulty->n] = (struct rules_fault){
		.line = place.line, .column = place.column, .code = code, .vi = vi, .en = en};
	return &faulty->at[faulty->n++];
}

static int by_place(const void *a, const void *b)
{
	const struct rules_fault *x = a, *y = b;
	int order = (x->line > y->line) - (x->line < y->line);

	if (order == 0)
		order = (x->column > y->column) - (x->column < y->column);
	return order ? order : strcmp(x->code, y->code);
}

struct rules_faults rules_faults_sorted(struct rules_faulty *faulty)
{
	if (faulty->n > 0)
		qsort(faulty->at, faulty->n, sizeof(*faulty->at), by_place);
	return (struct rules_faults){faulty->at, faulty->n};
}

/* Conditions written as alternatives: lists of tests that all hold, of which one list is enough. `not` goes
 * down to the single tests; what another alternative already covers is left out. */
#include "civil/rules_tree.h"

#include <string.h>

enum {
	WORK_MAX = 1 << 26,  /* comparisons of tests in one set: a fraction of a second */
	TESTS_MAX = 1 << 20, /* that are kept                                           */
	ALTERNATIVES_MAX = 1 << 16,
	LEVELS = 2 * 34 /* of nodes: brackets in one another, and and or in each   */
};

/* One alternative while it is being made. */
struct product {
	unsigned n;
	uint32_t at[RULES_TESTS_MAX];
};

/* Alternatives while they are being made. */
struct sum {
	unsigned n;
	bool over;
	struct product at[RULES_ALTERNATIVES_MAX + 1];
};

struct expansion {
	struct arena *arena;
	struct rules *rules;
	unsigned work, tests, alternatives;
	bool exhausted;
	struct sum *spare[2 * LEVELS]; /* two for each level */
};

static struct sum *spare(struct expansion *e, unsigned level, unsigned which)
{
	struct sum **sum = &e->spare[2 * level + which];

	if (!*sum)
		*sum = arena_alloc(e->arena, sizeof(**sum));
	(*sum)->n = 0;
	(*sum)->over = false;
	return *sum;
}

static void work(struct expansion *e, unsigned n)
{
	e->work += n;
	if (e->work > WORK_MAX)
		e->exhausted = true;
}

/* Whether all tests of `a` are among those of `b`. */
static bool is_among(struct expansion *e, const struct product *a, const struct product *b)
{
	unsigned i = 0;

	if (a->n > b->n)
		return false;
	for (unsigned k = 0; k < b->n && i < a->n; k++)
		i += a->at[i] == b->at[k];
	work(e, b->n + 1);
	return i == a->n;
}

/* Adds the alternative unless one with fewer tests is there; takes out those with more. */
static void add(struct expansion *e, struct sum *sum, const struct product *product)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < sum->n; i++)
		if (is_among(e, &sum->at[i], product))
			return;
	for (unsigned i = 0; i < sum->n; i++) {
		if (is_among(e, product, &sum->at[i]))
			continue;
		if (kept != i)
			sum->at[kept] = sum->at[i];
		kept++;
	}
	sum->at[kept].n = product->n;
	memcpy(sum->at[kept].at, product->at, product->n * sizeof(product->at[0]));
	sum->n = kept + 1;
	sum->over = sum->over || sum->n > RULES_ALTERNATIVES_MAX;
}

/* All tests of both. False when one contradicts another. */
static bool merge(struct expansion *e, const struct product *a, const struct product *b, struct product *ret)
{
	unsigned i = 0, k = 0;

	ret->n = 0;
	work(e, a->n + b->n + 1);
	while (i < a->n || k < b->n) {
		bool left = k == b->n || (i < a->n && a->at[i] <= b->at[k]);
		uint32_t next = left ? a->at[i] : b->at[k];

		k += !left || (k < b->n && b->at[k] == next);
		i += left;
		if (ret->n > 0 && ret->at[ret->n - 1] == (next ^ 1))
			return false;
		if (ret->n == RULES_TESTS_MAX) {
			ret->n++;
			return true;
		}
		ret->at[ret->n++] = next;
	}
	return true;
}

/* Each of one with each of the other. */
static void multiply(struct expansion *e, const struct sum *a, const struct sum *b, struct sum *ret)
{
	struct product product;

	ret->n = 0;
	ret->over = a->over || b->over;
	for (unsigned i = 0; i < a->n; i++)
		for (unsigned k = 0; k < b->n; k++) {
			if (ret->over || e->exhausted)
				return;
			if (!merge(e, &a->at[i], &b->at[k], &product))
				continue;
			if (product.n > RULES_TESTS_MAX)
				ret->over = true;
			else
				add(e, ret, &product);
		}
}

static void copy(struct sum *to, const struct sum *from)
{
	to->n = from->n;
	to->over = from->over;
	for (unsigned i = 0; i < from->n; i++) {
		to->at[i].n = from->at[i].n;
		memcpy(to->at[i].at, from->at[i].at, from->at[i].n * sizeof(from->at[i].at[0]));
	}
}

static void expand_leaf(struct expansion *e, unsigned leaf, bool negated, struct sum *ret)
{
	const struct rule_leaf *at = &e->rules->leaves[leaf];
	const struct rule_alternatives *means;

	ret->n = 0;
	ret->over = false;
	if (at->kind == LEAF_ALWAYS) {
		ret->n = !negated;
		ret->at[0].n = 0;
		return;
	}
	if (at->kind != LEAF_LET) {
		ret->n = 1;
		ret->at[0].n = 1;
		ret->at[0].at[0] = 2 * leaf + negated;
		return;
	}
	means = &e->rules->lets[at->let].means[negated];
	ret->over = means->over;
	ret->n = means->n;
	for (unsigned i = 0; i < means->n; i++) {
		ret->at[i].n = means->at[i].n;
		memcpy(ret->at[i].at, means->at[i].tests, means->at[i].n * sizeof(means->at[i].tests[0]));
		work(e, means->at[i].n + 1);
	}
}

/* Brackets are bounded by the reader, so this goes no deeper than LEVELS. */
static void expand(
	struct expansion *e, const struct rule_node *node, bool contrary, unsigned level, struct sum *ret)
{
	bool negated = contrary != node->negated;

	if (node->kind == NODE_LEAF) {
		expand_leaf(e, node->leaf, negated, ret);
		return;
	}
	ret->over = false;
	ret->n = (node->kind == NODE_AND) != negated; /* one without tests: always; none: never */
	ret->at[0].n = 0;
	for (const struct rule_node *child = node->first; child && !ret->over && !e->exhausted;
		child = child->next) {
		struct sum *part = spare(e, level, 0), *product = spare(e, level, 1);

		expand(e, child, negated, level + 1, part);
		if ((node->kind == NODE_AND) != negated) {
			multiply(e, ret, part, product);
			copy(ret, product);
			continue;
		}
		ret->over = part->over;
		for (unsigned i = 0; i < part->n && !ret->over; i++)
			add(e, ret, &part->at[i]);
	}
}

/* The alternatives as they stay. */
static struct rule_alternatives keep(struct expansion *e, const struct sum *sum)
{
	struct rule_alternative *at;

	if (sum->over || e->exhausted)
		return (struct rule_alternatives){.over = true};
	at = arena_alloc(e->arena, (sum->n + 1) * sizeof(*at));
	for (unsigned i = 0; i < sum->n; i++) {
		uint32_t *tests = arena_alloc(e->arena, (sum->at[i].n + 1) * sizeof(*tests));

		memcpy(tests, sum->at[i].at, sum->at[i].n * sizeof(*tests));
		at[i] = (struct rule_alternative){tests, sum->at[i].n};
		e->tests += sum->at[i].n;
	}
	e->alternatives += sum->n;
	e->exhausted = e->tests > TESTS_MAX || e->alternatives > ALTERNATIVES_MAX;
	return (struct rule_alternatives){at, sum->n, false};
}

static void fault_over(struct rules_faulty *faulty, const struct rule *rule)
{
	rules_fault(faulty, rule->place, "too_many_alternatives",
		STR("Điều kiện quá phức tạp: viết ra thì được hơn 64 trường hợp, hoặc một trường hợp có hơn "
		    "64 phép thử. "
		    "Hãy tách thành nhiều quy tắc."),
		STR("The condition is too complex: written out it has more than 64 alternatives, or one of "
		    "more than 64 "
		    "tests. Make several rules of it."));
}

static void fault_exhausted(struct rules_faulty *faulty, const struct rule *rule)
{
	rules_fault(faulty, rule->place, "too_long",
		STR("Các điều kiện cho đến đây, viết ra, vượt quá giới hạn của một bộ quy tắc."),
		STR("The conditions up to here, written out, are more than one set of rules may have."));
}

static void expand_lets(struct expansion *e)
{
	for (unsigned i = 0; i < e->rules->nlets && !e->exhausted; i++) {
		struct rule_let *let = &e->rules->lets[e->rules->let_order[i]];

		for (int contrary = 0; contrary < 2; contrary++) {
			struct sum *sum = spare(e, 0, 0);

			expand(e, let->condition, contrary, 1, sum);
			let->means[contrary] = keep(e, sum);
		}
	}
}

void rules_find_alternatives(struct arena *arena, struct rules *rules, struct rules_faulty *faulty)
{
	struct expansion *e = arena_alloc(arena, sizeof(*e));

	e->arena = arena;
	e->rules = rules;
	expand_lets(e);
	for (unsigned i = 0; i < rules->n; i++) {
		struct rule *rule = &rules->at[i];
		struct sum *sum = spare(e, 0, 0);

		expand(e, rule->condition, false, 1, sum);
		rule->means = keep(e, sum);
		if (e->exhausted) {
			fault_exhausted(faulty, rule);
			return;
		}
		if (rule->means.over)
			fault_over(faulty, rule);
	}
}

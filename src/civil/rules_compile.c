/* Making rules ready to be asked: rows of bits for the fields, one automaton for all phrases, days. */
#include "civil/rules_program.h"

#include <stdlib.h>
#include <string.h>

#include "civil/rules_tables.h"

enum {
	GATHERED_MAX = 16 /* phrases of one test: longer lists are not copied for each alternative */
};

static void set_all(uint64_t *bits, unsigned n)
{
	memset(bits, 0xff, n / 64 * sizeof(*bits));
	if (n % 64)
		bits[n / 64] |= ((uint64_t)1 << n % 64) - 1;
}

/* The values that a test of a field accepts, and all that are parts of them. */
static uint64_t *accepted_values(struct arena *arena, const struct city *city, const struct rule_leaf *leaf)
{
	unsigned n = rules_values(city, leaf->field);
	uint64_t *bits = arena_alloc(arena, (n / 64 + 1) * sizeof(*bits));
	uint64_t *named = arena_alloc(arena, (n / 64 + 1) * sizeof(*named));

	if (leaf->field == FIELD_DANGER)
		rules_set_bit(named, 0);
	for (unsigned i = 0; i < leaf->nwords; i++)
		rules_set_bit(named, rules_value(city, leaf->field, leaf->words[i].text));
	for (unsigned value = 0; value < n; value++) {
		unsigned at = value;

		/* Parents may run in a circle: no chain is longer than the list. */
		for (unsigned steps = 0; at < n && !rules_bit(named, at) && steps < n; steps++)
			at = rules_value_above(city, leaf->field, at);
		if (at < n && rules_bit(named, at))
			rules_set_bit(bits, value);
	}
	return bits;
}

static void list_alternatives(struct arena *arena, struct rules_program *program)
{
	const struct rules *rules = program->rules;
	unsigned n = 0;

	for (unsigned i = 0; i < rules->n; i++)
		n += rules->at[i].means.n;
	program->at = arena_alloc(arena, (n + 1) * sizeof(*program->at));
	for (unsigned i = 0; i < rules->n; i++)
		for (unsigned k = 0; k < rules->at[i].means.n; k++)
			program->at[program->n++].rule = i;
	program->nwords = program->n / 64 + 1;
}

static void make_rows(struct arena *arena, struct rules_program *program)
{
	for (int i = 0; i < FIELDS; i++) {
		enum rule_field field = (enum rule_field)i;
		unsigned n = rules_values(program->city, field) + 1;

		program->rows[i] =
			arena_alloc(arena, (size_t)n * program->nwords * sizeof(*program->rows[i]));
		for (unsigned value = 0; value < n; value++)
			set_all(rules_row(program, field, value), program->n);
	}
	program->unasked = arena_alloc(arena, program->nwords * sizeof(*program->unasked));
	set_all(program->unasked, program->n);
}

/* The alternative accepts no value that the test does not. */
static void restrict_rows(struct rules_program *program, unsigned alternative, uint32_t test)
{
	enum rule_field field = program->rules->leaves[test / 2].field;
	const uint64_t *accepted = program->accepted[test / 2];
	unsigned n = rules_values(program->city, field);

	for (unsigned value = 0; value <= n; value++)
		if (rules_bit(accepted, value) == (test & 1))
			rules_row(program, field, value)[alternative / 64] &=
				~((uint64_t)1 << alternative % 64);
}

/* What has to be known of a test that an alternative has. */
static void prepare_leaf(struct arena *arena, struct rules_program *program, uint32_t leaf)
{
	const struct rule_leaf *at = &program->rules->leaves[leaf];

	if (at->kind == LEAF_FIELD && !program->accepted[leaf])
		program->accepted[leaf] = accepted_values(arena, program->city, at);
	if (at->kind == LEAF_LOAD || at->kind == LEAF_VALID)
		program->departments[leaf] = city_department(program->city, at->words[0].text);
	if (at->kind == LEAF_TEXT && !program->phrases[leaf])
		program->phrases[leaf] = arena_alloc(arena, at->nwords * sizeof(**program->phrases));
}

static void add_alternative(struct arena *arena, struct rules_program *program, unsigned alternative,
	const struct rule_alternative *from)
{
	uint32_t *left = arena_alloc(arena, (from->n + 1) * sizeof(*left));
	struct program_alternative *to = &program->at[alternative];

	for (unsigned i = 0; i < from->n; i++) {
		uint32_t test = from->tests[i];

		prepare_leaf(arena, program, test / 2);
		if (program->rules->leaves[test / 2].kind == LEAF_FIELD)
			restrict_rows(program, alternative, test);
		else
			left[to->ntests++] = test;
	}
	to->tests = left;
}

/* A phrase where it stands, to be sorted. */
struct occurrence {
	struct str text;
	uint32_t *number; /* to be filled in */
};

static int by_text(const void *a, const void *b)
{
	const struct occurrence *x = a, *y = b;

	return str_compare(x->text, y->text);
}

/* All phrases of tests that an alternative has. */
static struct occurrence *list_phrases(
	struct arena *arena, const struct rules_program *program, size_t *ret_n)
{
	const struct rules *rules = program->rules;
	struct occurrence *list;
	size_t n = 0;

	for (unsigned i = 0; i < rules->nleaves; i++)
		n += program->phrases[i] ? rules->leaves[i].nwords : 0;
	list = arena_alloc(arena, (n + 1) * sizeof(*list));
	*ret_n = n;
	n = 0;
	for (unsigned i = 0; i < rules->nleaves; i++)
		for (unsigned k = 0; program->phrases[i] && k < rules->leaves[i].nwords; k++)
			list[n++] = (struct occurrence){
				rules->leaves[i].words[k].text, (uint32_t *)&program->phrases[i][k]};
	return list;
}

/* Numbers the different phrases. */
static void index_phrases(struct arena *arena, struct rules_program *program)
{
	size_t n;
	struct occurrence *list = list_phrases(arena, program, &n);
	struct words_phrase *different = arena_alloc(arena, (n + 1) * sizeof(*different));

	qsort(list, n, sizeof(*list), by_text);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || !str_eq(list[i].text, list[i - 1].text)) {
			different[program->nphrases] = (struct words_phrase){list[i].text, program->nphrases};
			program->nphrases++;
		}
		*list[i].number = program->nphrases - 1;
	}
	program->words = words_new(arena, different, program->nphrases);
}

/* Whether category and area leave the alternative to many tickets: then it is worth to wait for a phrase. */
static bool is_wide(const struct rules_program *program, unsigned alternative)
{
	static const enum rule_field narrow[] = {FIELD_CATEGORY, FIELD_AREA};

	for (unsigned i = 0; i < sizeof(narrow) / sizeof(narrow[0]); i++) {
		unsigned none = rules_values(program->city, narrow[i]);

		if (!rules_bit(rules_row(program, narrow[i], none), alternative))
			return false;
	}
	return true;
}

/* The first test for phrases that an alternative has to pass; NULL: there is none. */
static const struct rule_leaf *first_asked(
	const struct rules_program *program, unsigned alternative, const uint32_t **ret_phrases)
{
	const struct program_alternative *at = &program->at[alternative];

	for (unsigned i = 0; i < at->ntests; i++) {
		*ret_phrases = program->phrases[at->tests[i] / 2];
		if (!(at->tests[i] & 1) && *ret_phrases)
			return &program->rules->leaves[at->tests[i] / 2];
	}
	return NULL;
}

/* Puts the numbers of the phrases that alternatives need first one behind the other. */
static void gather_phrases(struct arena *arena, struct rules_program *program)
{
	const uint32_t *phrases = NULL;
	uint32_t *all;
	size_t n = 0;

	for (unsigned i = 0; i < program->n; i++) {
		const struct rule_leaf *leaf = first_asked(program, i, &phrases);

		program->at[i].nphrases = leaf && leaf->nwords <= GATHERED_MAX ? leaf->nwords : 0;
		n += program->at[i].nphrases;
	}
	all = arena_alloc(arena, (n + 1) * sizeof(*all));
	for (unsigned i = 0; i < program->n; i++) {
		(void)first_asked(program, i, &phrases);
		if (program->at[i].nphrases > 0)
			memcpy(all, phrases, program->at[i].nphrases * sizeof(*all));
		program->at[i].phrases = all;
		all += program->at[i].nphrases;
	}
}

/* Alternatives by the phrases that they wait for: a counting sort. */
static void sort_waiting(struct arena *arena, struct rules_program *program)
{
	unsigned *begins = arena_alloc(arena, (program->nphrases + 2) * sizeof(*begins));
	const uint32_t *phrases = NULL;
	const struct rule_leaf *leaf;
	uint32_t *waiting;

	for (unsigned i = 0; i < program->n; i++) {
		leaf = is_wide(program, i) ? first_asked(program, i, &phrases) : NULL;
		if (leaf)
			program->unasked[i / 64] &= ~((uint64_t)1 << i % 64);
		for (unsigned k = 0; leaf && k < leaf->nwords; k++)
			begins[phrases[k] + 2]++;
	}
	for (unsigned i = 2; i < program->nphrases + 2; i++)
		begins[i] += begins[i - 1];
	waiting = arena_alloc(arena, (begins[program->nphrases + 1] + 1) * sizeof(*waiting));
	for (unsigned i = 0; i < program->n; i++) {
		leaf = is_wide(program, i) ? first_asked(program, i, &phrases) : NULL;
		for (unsigned k = 0; leaf && k < leaf->nwords; k++)
			waiting[begins[phrases[k] + 1]++] = i;
	}
	program->begins = begins;
	program->waiting = waiting;
}

static struct rule_spans spans_of_leaves(
	struct arena *arena, const struct rules_program *program, unsigned first, unsigned n)
{
	struct rule_spans spans = rules_spans(arena, program->city, "department", STR("AREA"));

	for (unsigned i = first; i < first + n; i++)
		spans = rules_spans_both(arena, spans,
			rules_leaf_spans(
				arena, program->city, &program->rules->leaves[i], program->let_spans));
	return spans;
}

static struct rule_spans spans_of_rule(
	struct arena *arena, const struct rules_program *program, const struct rule *rule)
{
	struct rule_spans spans = spans_of_leaves(arena, program, rule->first_leaf, rule->nleaves);

	for (int i = 0; i < EFFECT_SINGLES; i++) {
		const char *what = rules_effect_names((enum rule_effect)i);

		if (what && rule->single[i].text.at)
			spans = rules_spans_both(
				arena, spans, rules_spans(arena, program->city, what, rule->single[i].text));
	}
	for (unsigned i = 0; i < rule->nlisted; i++) {
		const char *what = rules_effect_names(rule->listed[i].effect);

		if (what)
			spans = rules_spans_both(arena, spans,
				rules_spans(arena, program->city, what, rule->listed[i].word.text));
	}
	return spans;
}

static void find_days(struct arena *arena, struct rules_program *program)
{
	const struct rules *rules = program->rules;
	struct rule_spans *lets = arena_alloc(arena, (rules->nlets + 1) * sizeof(*lets));
	struct rule_spans *spans = arena_alloc(arena, (rules->n + 1) * sizeof(*spans));

	program->let_spans = lets;
	for (unsigned i = 0; i < rules->nlets; i++) {
		unsigned let = rules->let_order[i];

		lets[let] = spans_of_leaves(
			arena, program, rules->lets[let].first_leaf, rules->lets[let].nleaves);
	}
	for (unsigned i = 0; i < rules->n; i++)
		spans[i] = spans_of_rule(arena, program, &rules->at[i]);
	program->spans = spans;
}

const struct rules_program *rules_compile(
	struct arena *arena, const struct rules *rules, const struct city *city)
{
	struct rules_program *program = arena_alloc(arena, sizeof(*program));
	unsigned alternative = 0, leaves = rules->nleaves + 1;

	program->rules = rules;
	program->city = city;
	program->accepted = arena_alloc(arena, leaves * sizeof(*program->accepted));
	program->departments = arena_alloc(arena, leaves * sizeof(*program->departments));
	program->phrases = arena_alloc(arena, leaves * sizeof(*program->phrases));
	list_alternatives(arena, program);
	make_rows(arena, program);
	for (unsigned i = 0; i < rules->n; i++)
		for (unsigned k = 0; k < rules->at[i].means.n; k++)
			add_alternative(arena, program, alternative++, &rules->at[i].means.at[k]);
	index_phrases(arena, program);
	gather_phrases(arena, program);
	sort_waiting(arena, program);
	find_days(arena, program);
	return program;
}

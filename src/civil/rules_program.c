/* What can be asked of a program beside running it. */
#include "civil/rules_program.h"

#include "civil/rules_tables.h"

struct str rules_rule_name(const struct rules_program *program, unsigned rule)
{
	return program->rules->at[rule].name.text;
}

struct str rules_rule_title(const struct rules_program *program, unsigned rule)
{
	return program->rules->at[rule].title;
}

unsigned rules_rule_line(const struct rules_program *program, unsigned rule)
{
	return program->rules->at[rule].name.place.line;
}

/* Whether what the test names is there; of a let that all is there that it names. */
static bool leaf_is_there(
	const struct rules_program *program, struct arena *arena, const struct rule_leaf *leaf, int32_t day)
{
	struct rule_spans spans = rules_leaf_spans(arena, program->city, leaf, program->let_spans);

	return rules_spans_hold(&spans, day);
}

/* The first word of a test that is not there any more. */
static struct str ended_word(
	const struct rules_program *program, struct arena *arena, const struct rule_leaf *leaf, int32_t day)
{
	for (unsigned i = 0; i < leaf->nwords; i++) {
		struct rule_leaf one = *leaf;

		one.words = &leaf->words[i];
		one.nwords = 1;
		if (!leaf_is_there(program, arena, &one, day))
			return leaf->words[i].text;
	}
	return STR_NONE;
}

/* In a condition; lets are gone down until the test is found. Absent: the condition is in order. */
static struct str ended_in_condition(
	const struct rules_program *program, struct arena *arena, const struct rule *rule, int32_t day)
{
	const struct rules *rules = program->rules;
	unsigned at = rule->first_leaf, end = rule->first_leaf + rule->nleaves;

	while (at < end) {
		const struct rule_leaf *leaf = &rules->leaves[at++];

		if (leaf_is_there(program, arena, leaf, day))
			continue;
		if (leaf->kind != LEAF_LET)
			return ended_word(program, arena, leaf, day);
		at = rules->lets[leaf->let].first_leaf;
		end = at + rules->lets[leaf->let].nleaves;
	}
	return STR_NONE;
}

static bool effect_is_there(const struct rules_program *program, struct arena *arena, enum rule_effect effect,
	struct str code, int32_t day)
{
	const char *what = rules_effect_names(effect);
	struct rule_spans spans;

	if (!what || !code.at)
		return true;
	spans = rules_spans(arena, program->city, what, code);
	return rules_spans_hold(&spans, day);
}

struct str rules_ended(const struct rules_program *program, struct arena *arena, unsigned place, int32_t day)
{
	const struct rule *rule = &program->rules->at[place];
	struct str ended = ended_in_condition(program, arena, rule, day);

	for (unsigned i = 0; i < EFFECT_SINGLES && !ended.at; i++)
		if (!effect_is_there(program, arena, (enum rule_effect)i, rule->single[i].text, day))
			ended = rule->single[i].text;
	for (unsigned i = 0; i < rule->nlisted && !ended.at; i++)
		if (!effect_is_there(program, arena, rule->listed[i].effect, rule->listed[i].word.text, day))
			ended = rule->listed[i].word.text;
	return ended;
}

const struct rule_off *rules_off(
	struct arena *arena, const struct rules_program *program, int32_t day, unsigned *ret_n)
{
	struct rule_off *off = arena_alloc(arena, sizeof(*off));
	unsigned n = 0;

	for (unsigned i = 0; i < program->rules->n; i++) {
		const struct rule *rule = &program->rules->at[i];

		if (day < rule->from || day >= rule->until || rules_spans_hold(&program->spans[i], day))
			continue;
		off = rules_grow(arena, off, n, sizeof(*off));
		off[n++] = (struct rule_off){i, rules_ended(program, arena, i, day)};
	}
	*ret_n = n;
	return off;
}

/* Asking rules: which ones a ticket matches, and what they say together. */
#include "civil/rules_program.h"

#include <string.h>

#include "civil/rules_tables.h"

struct run {
	const struct rules_program *program;
	struct arena *arena;
	const struct rule_facts *facts;
	struct rule_outcome *outcome;
	int32_t day;
	unsigned minute;
	uint64_t *candidates; /* alternatives that do not wait for a phrase any more */
	uint64_t *heard;      /* phrases that were found, as bits */
	uint32_t *order;      /* and their numbers, in the order of the text */
	unsigned nheard, noff;
};

static void hear(void *to, const struct words_phrase *phrase)
{
	struct run *run = to;
	const struct rules_program *program = run->program;
	uint32_t number = (uint32_t)phrase->tag;

	rules_set_bit(run->heard, number);
	run->order = rules_grow(run->arena, run->order, run->nheard, sizeof(*run->order));
	run->order[run->nheard++] = number;
	for (unsigned i = program->begins[number]; i < program->begins[number + 1]; i++)
		rules_set_bit(run->candidates, program->waiting[i]);
}

static void listen(struct run *run)
{
	const struct rules_program *program = run->program;

	run->candidates = arena_alloc(run->arena, program->nwords * sizeof(*run->candidates));
	memcpy(run->candidates, program->unasked, program->nwords * sizeof(*run->candidates));
	run->heard = arena_alloc(run->arena, (program->nphrases / 64 + 1) * sizeof(*run->heard));
	if (program->nphrases > 0)
		words_scan(program->words, run->arena, run->facts->folded, hear, run);
}

/* Whether one of the phrases was found. */
static bool is_heard(const struct run *run, const uint32_t *phrases, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (rules_bit(run->heard, phrases[i]))
			return true;
	return false;
}

static int64_t load_of(const struct rule_facts *facts, int64_t department)
{
	unsigned low = 0, high = facts->nloads;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;

		if (facts->loads[middle].department == department)
			return facts->loads[middle].open;
		if (facts->loads[middle].department < department)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

static bool load_holds(const struct run *run, const struct rule_leaf *leaf, const struct department *named)
{
	const struct department *d = city_valid_department(run->program->city, named, run->day);

	if (!d)
		return false;
	return leaf->less == (load_of(run->facts, d->id) < leaf->load);
}

static bool time_holds(const struct rule_leaf *leaf, unsigned minute)
{
	if (leaf->from < leaf->until)
		return leaf->from <= minute && minute < leaf->until;
	return leaf->from <= minute || minute < leaf->until;
}

static bool leaf_holds(const struct run *run, uint32_t place)
{
	const struct rules_program *program = run->program;
	const struct rule_leaf *leaf = &program->rules->leaves[place];

	switch (leaf->kind) {
	case LEAF_TEXT:
		return is_heard(run, program->phrases[place], leaf->nwords);
	case LEAF_TIME:
		return time_holds(leaf, run->minute);
	case LEAF_LOAD:
		return load_holds(run, leaf, program->departments[place]);
	default:
		return city_valid_department(program->city, program->departments[place], run->day);
	}
}

static bool alternative_holds(const struct run *run, const struct program_alternative *alternative)
{
	if (alternative->nphrases > 0 && !is_heard(run, alternative->phrases, alternative->nphrases))
		return false;
	for (unsigned i = 0; i < alternative->ntests; i++)
		if (leaf_holds(run, alternative->tests[i] / 2) == (alternative->tests[i] & 1))
			return false;
	return true;
}

/* Finds which of the phrases of a test was found before `*first` of them. */
static void hear_first(const struct run *run, uint32_t place, unsigned *first, struct str *word)
{
	const struct rule_leaf *leaf = &run->program->rules->leaves[place];
	const uint32_t *phrases = run->program->phrases[place];

	for (unsigned i = 0; i < leaf->nwords; i++) {
		unsigned at = 0;

		if (!rules_bit(run->heard, phrases[i]))
			continue;
		while (at < *first && run->order[at] != phrases[i])
			at++;
		if (at < *first) {
			*first = at;
			*word = leaf->words[i].text;
		}
	}
}

/* Of the phrases that the alternative needs the one that was found first. */
static struct str first_heard(const struct run *run, const struct program_alternative *alternative)
{
	struct str word = STR_NONE;
	unsigned first = run->nheard;

	for (unsigned i = 0; i < alternative->ntests; i++) {
		uint32_t test = alternative->tests[i];

		if (!(test & 1) && run->program->phrases[test / 2])
			hear_first(run, test / 2, &first, &word);
	}
	return word;
}

/* Writes down that the ticket has matched the rule. */
static void note(struct run *run, struct rule_taken taken, const struct program_alternative *alternative)
{
	taken.rule = alternative->rule;
	taken.word = first_heard(run, alternative);
	run->outcome->taken[run->outcome->ntaken++] = taken;
}

static bool add_to_list(struct rule_list *list, struct str word)
{
	for (unsigned i = 0; i < list->n; i++)
		if (str_eq(list->at[i], word))
			return false;
	if (list->n == RULES_LISTED_MAX)
		return false;
	list->at[list->n++] = word;
	return true;
}

/* What the rule decides or adds, as bits. */
static unsigned say(struct run *run, unsigned place)
{
	const struct rule *rule = &run->program->rules->at[place];
	struct rule_outcome *outcome = run->outcome;
	unsigned said = 0;

	for (unsigned i = 0; i < EFFECT_SINGLES; i++)
		if (rule->single[i].text.at && !outcome->single[i].at) {
			outcome->single[i] = rule->single[i].text;
			outcome->by[i] = place;
			said |= 1U << i;
		}
	for (unsigned i = 0; i < rule->nlisted; i++)
		if (add_to_list(&outcome->list[rule->listed[i].effect - EFFECT_SINGLES],
			    rule->listed[i].word.text))
			said |= 1U << rule->listed[i].effect;
	return said;
}

/* Half of the places are kept for rules that say something. */
static void pass_over(struct run *run, const struct program_alternative *alternative, struct str ended)
{
	if (run->noff == RULES_TAKEN_MAX / 2)
		return;
	run->noff++;
	note(run, (struct rule_taken){.off = true, .ended = ended}, alternative);
}

static bool is_refused(const struct run *run, const struct rule *rule)
{
	struct str department = rule->single[EFFECT_DEPARTMENT].text;

	return department.at && !run->outcome->single[EFFECT_DEPARTMENT].at && run->facts->accept &&
	       !run->facts->accept(run->facts->of, department);
}

/* The rule matches. False: no later one is looked at. */
static bool take(struct run *run, const struct program_alternative *alternative)
{
	const struct rules_program *program = run->program;
	const struct rule *rule = &program->rules->at[alternative->rule];
	unsigned said;

	if (run->day < rule->from || run->day >= rule->until)
		return true;
	if (!rules_spans_hold(&program->spans[alternative->rule], run->day)) {
		pass_over(run, alternative, rules_ended(program, run->arena, alternative->rule, run->day));
		return true;
	}
	if (is_refused(run, rule)) {
		pass_over(run, alternative, rule->single[EFFECT_DEPARTMENT].text);
		return true;
	}
	said = say(run, alternative->rule);
	if (said || rule->stop)
		note(run, (struct rule_taken){.said = said}, alternative);
	return !rule->stop && run->outcome->ntaken < RULES_TAKEN_MAX;
}

static void find_rows(const struct run *run, const uint64_t *ret[FIELDS])
{
	const struct rule_facts *facts = run->facts;
	const struct str codes[FIELDS] = {
		[FIELD_KIND] = facts->kind,
		[FIELD_CATEGORY] = facts->category,
		[FIELD_AREA] = facts->area,
		[FIELD_LANGUAGE] = facts->language,
		[FIELD_CHANNEL] = facts->channel,
		[FIELD_LEVEL] = facts->level,
	};

	for (int i = 0; i < FIELD_DAY; i++)
		ret[i] = rules_row(run->program, (enum rule_field)i,
			rules_value(run->program->city, (enum rule_field)i, codes[i]));
	ret[FIELD_DAY] = rules_row(run->program, FIELD_DAY, (unsigned)calendar_weekday(run->day));
	ret[FIELD_DANGER] = rules_row(run->program, FIELD_DANGER, !facts->danger);
}

/* The alternatives of one word of bits, in order. False: no later one is looked at. */
static bool run_word(struct run *run, unsigned word, uint64_t bits, uint32_t *last)
{
	for (; bits; bits &= bits - 1) {
		const struct program_alternative *alternative =
			&run->program->at[64 * word + (unsigned)__builtin_ctzll(bits)];

		if (alternative->rule == *last || !alternative_holds(run, alternative))
			continue;
		*last = alternative->rule;
		if (!take(run, alternative))
			return false;
	}
	return true;
}

void rules_run(const struct rules_program *program, struct arena *arena, const struct rule_facts *facts,
	struct rule_outcome *ret)
{
	struct run run = {.program = program,
		.arena = arena,
		.facts = facts,
		.outcome = ret,
		.day = calendar_local_day(program->city->calendar, facts->at),
		.minute = (unsigned)calendar_second(program->city->calendar, facts->at) / 60};
	const uint64_t *rows[FIELDS];
	uint32_t last = UINT32_MAX;

	memset(ret, 0, sizeof(*ret));
	listen(&run);
	find_rows(&run, rows);
	for (unsigned w = 0; w < program->nwords; w++) {
		uint64_t bits = run.candidates[w];

		for (int i = 0; i < FIELDS; i++)
			bits &= rows[i][w];
		if (!run_word(&run, w, bits, &last))
			return;
	}
}

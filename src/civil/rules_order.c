/* Rules and their order: those that an earlier one always goes before, and those that may not come in any. */
#include "civil/rules_form.h"

#include <string.h>

struct order {
	struct arena *arena;
	const struct rules *rules;
	const struct rules_program *program;
	struct rule_forms *forms;
	int32_t day;
	struct rules_faulty *faulty;
	uint64_t *all[FIELDS]; /* alternatives that accept every value of the field */
	uint64_t *row, *some;  /* to work on */
	unsigned nwords;       /* of them that matter for the rule at hand */
};

/* The days of a rule from today on. */
static struct rule_spans days_of(const struct order *order, unsigned rule, struct rule_days *future)
{
	const struct rule *at = &order->rules->at[rule];
	const struct rule_spans own = {future, 1, true};

	*future = (struct rule_days){order->day > at->from ? order->day : at->from, at->until};
	if (future->from >= future->until)
		return (struct rule_spans){.n = 0};
	return rules_spans_both(order->arena, own, order->program->spans[rule]);
}

static bool is_within(const struct rule_days *days, const struct rule_spans *spans)
{
	for (unsigned i = 0; i < spans->n; i++)
		if (spans->at[i].from <= days->from && days->until <= spans->at[i].until)
			return true;
	return false;
}

/* Whether all those days are days of the other rule, too. Asked for very many pairs, so nothing is kept. */
static bool days_cover(const struct order *order, unsigned outer, const struct rule_spans *days)
{
	const struct rule *at = &order->rules->at[outer];

	for (unsigned i = 0; i < days->n; i++)
		if (days->at[i].from < at->from || days->at[i].until > at->until ||
			!is_within(&days->at[i], &order->program->spans[outer]))
			return false;
	return true;
}

static bool lists(const struct rule *rule, const struct rule_listed *wanted)
{
	for (unsigned i = 0; i < rule->nlisted; i++)
		if (rule->listed[i].effect == wanted->effect &&
			str_eq(rule->listed[i].word.text, wanted->word.text))
			return true;
	return false;
}

static bool lists_all(const struct rule *rule, const struct rule *of)
{
	for (unsigned i = 0; i < of->nlisted; i++)
		if (!lists(rule, &of->listed[i]))
			return false;
	return true;
}

/* Whether the later rule has nothing left to say where both match. An area may have no committee, and then
 * the earlier rule is passed over. */
static bool leaves_nothing(const struct rule *earlier, const struct rule *later)
{
	const struct str area = STR("AREA");

	if (str_eq(earlier->single[EFFECT_DEPARTMENT].text, area) &&
		!str_eq(later->single[EFFECT_DEPARTMENT].text, area))
		return false;
	if (earlier->stop)
		return true;
	for (int i = 0; i < EFFECT_SINGLES; i++)
		if (later->single[i].text.at && !earlier->single[i].text.at)
			return false;
	return !later->stop && lists_all(earlier, later);
}

/* A machine takes several words of a row in one step. */
static void count_row(const struct order *order)
{
	order->forms->work += order->nwords / 4 + 1;
}

static void and_row(const struct order *order, const uint64_t *row)
{
	count_row(order);
	for (unsigned w = 0; w < order->nwords; w++)
		order->row[w] &= row[w];
}

static void let_wait(void *to, const struct words_phrase *phrase, size_t at)
{
	struct order *order = to;
	const struct rules_program *program = order->program;

	(void)at;
	for (unsigned i = program->begins[phrase->tag]; i < program->begins[phrase->tag + 1]; i++) {
		if (program->waiting[i] / 64 >= order->nwords || order->forms->work > RULES_WORK_MAX)
			return;
		order->forms->work++;
		rules_set_bit(order->row, program->waiting[i]);
	}
}

/* Marks the alternatives that accept all that the form does in every field, and need no phrase or one that
 * is in what the form needs. */
static void find_wider(struct order *order, const struct rule_form *form)
{
	const struct rules_program *program = order->program;

	memcpy(order->row, program->unasked, order->nwords * sizeof(*order->row));
	for (unsigned i = 0; i < form->alternative->ntests; i++) {
		uint32_t test = form->alternative->tests[i];

		if (!(test & 1) && program->phrases[test / 2])
			words_each(program->words, program->rules->leaves[test / 2].words[0].text, let_wait,
				order);
	}
	for (int i = 0; i < FIELDS; i++) {
		unsigned n = rules_values(program->city, (enum rule_field)i);

		if (!form->values[i])
			and_row(order, order->all[i]);
		for (unsigned v = 0; form->values[i] && v <= n; v++)
			if (rules_bit(form->values[i], v))
				and_row(order, rules_row(program, (enum rule_field)i, v));
	}
}

/* An earlier rule that goes before this alternative of rule `later`; the same rule when there is none. */
static unsigned covering(
	struct order *order, const struct rule_form *form, unsigned later, const struct rule_spans *days)
{
	struct rule_forms *forms = order->forms;
	const struct rule *rules = order->rules->at;
	unsigned end = forms->first[later];

	if (forms->work > RULES_WORK_MAX)
		return later;
	order->nwords = end / 64 + 1;
	find_wider(order, form);
	for (unsigned i = 0; i < end; i++) {
		unsigned earlier = order->program->at[i].rule;

		if (order->row[i / 64] >> i % 64 == 0) {
			i |= 63;
			continue;
		}
		if (!rules_bit(order->row, i))
			continue;
		if (++forms->work > RULES_WORK_MAX)
			return later;
		if (leaves_nothing(&rules[earlier], &rules[later]) &&
			rule_form_covers(forms, &forms->at[i], form) && days_cover(order, earlier, days))
			return earlier;
	}
	return later;
}

static void check_unreachable(struct order *order, unsigned rule)
{
	const struct rule_forms *forms = order->forms;
	const struct rule *at = &order->rules->at[rule], *earlier = NULL;
	struct rules_fault *fault;
	struct rule_days future;
	struct rule_spans days = days_of(order, rule, &future);

	for (unsigned i = forms->first[rule]; i < forms->first[rule + 1] && days.n > 0; i++) {
		unsigned by = forms->at[i].never ? rule : covering(order, &forms->at[i], rule, &days);

		if (by == rule && !forms->at[i].never)
			return;
		if (by != rule && !earlier)
			earlier = &order->rules->at[by];
	}
	if (!earlier)
		return;
	fault = rules_fault(order->faulty, at->name.place, "unreachable",
		arena_printf(order->arena,
			"Quy tắc này không bao giờ có tác dụng: quy tắc %.*s ở dòng %u luôn đi trước.",
			STR_ARG(earlier->name.text), earlier->name.place.line),
		arena_printf(order->arena,
			"This rule can never matter: rule %.*s on line %u always goes before it.",
			STR_ARG(earlier->name.text), earlier->name.place.line));
	if (fault)
		fault->other_line = earlier->name.place.line;
}

/* Whether it matters which of the two comes first where both match. */
static bool differ(const struct rule *a, const struct rule *b)
{
	bool same = true;

	for (int i = 0; i < EFFECT_SINGLES; i++) {
		if (a->single[i].text.at && b->single[i].text.at &&
			!str_eq(a->single[i].text, b->single[i].text))
			return true;
		same = same && str_eq(a->single[i].text, b->single[i].text);
	}
	if (!a->stop && !b->stop)
		return false;
	/* What comes behind the one that stops is not said. */
	return !same || a->nlisted != b->nlisted || !lists_all(a, b) || !lists_all(b, a);
}

/* Marks the earlier alternatives that accept something in every field that the form accepts. */
static void find_meeting(struct order *order, const struct rule_form *form)
{
	const struct rules_program *program = order->program;

	memset(order->row, 0xff, order->nwords * sizeof(*order->row));
	for (int i = 0; i < FIELDS; i++) {
		unsigned n = rules_values(program->city, (enum rule_field)i);

		if (!form->values[i])
			continue;
		memset(order->some, 0, order->nwords * sizeof(*order->some));
		for (unsigned v = 0; v <= n; v++) {
			const uint64_t *row = rules_row(program, (enum rule_field)i, v);

			if (!rules_bit(form->values[i], v))
				continue;
			count_row(order);
			for (unsigned w = 0; w < order->nwords; w++)
				order->some[w] |= row[w];
		}
		and_row(order, order->some);
	}
}

static bool days_meet(const struct order *order, unsigned a, unsigned b)
{
	const struct rule *first = &order->rules->at[a], *second = &order->rules->at[b];
	const struct rule_spans *x = &order->program->spans[a], *y = &order->program->spans[b];
	int32_t from = first->from > second->from ? first->from : second->from;
	int32_t until = first->until < second->until ? first->until : second->until;

	from = from > order->day ? from : order->day;
	for (unsigned i = 0, k = 0; i < x->n && k < y->n;) {
		int32_t begin = x->at[i].from > y->at[k].from ? x->at[i].from : y->at[k].from;
		int32_t end = x->at[i].until < y->at[k].until ? x->at[i].until : y->at[k].until;

		if ((begin > from ? begin : from) < (end < until ? end : until))
			return true;
		if (x->at[i].until < y->at[k].until)
			i++;
		else
			k++;
	}
	return false;
}

/* An earlier rule of the block from alternative `begin` on that must not change places with this one; the
 * same rule when there is none. */
static unsigned colliding(struct order *order, const struct rule_form *form, unsigned later, unsigned begin)
{
	struct rule_forms *forms = order->forms;
	const struct rule *rules = order->rules->at;
	unsigned end = forms->first[later];

	if (forms->work > RULES_WORK_MAX)
		return later;
	order->nwords = end / 64 + 1;
	find_meeting(order, form);
	for (unsigned i = begin; i < end; i++) {
		unsigned earlier = order->program->at[i].rule;

		if (++forms->work > RULES_WORK_MAX)
			return later;
		if (rules_bit(order->row, i) && !forms->at[i].never &&
			differ(&rules[earlier], &rules[later]) &&
			rule_forms_meet(forms, &forms->at[i], form) && days_meet(order, earlier, later))
			return earlier;
	}
	return later;
}

/* True: there is a fault. */
static bool check_block(struct order *order, unsigned rule, unsigned begin)
{
	const struct rule_forms *forms = order->forms;
	const struct rule *at = &order->rules->at[rule], *other = at;
	struct rules_fault *fault;

	for (unsigned i = forms->first[rule]; i < forms->first[rule + 1] && other == at; i++)
		if (!forms->at[i].never)
			other = &order->rules->at[colliding(order, &forms->at[i], rule, begin)];
	if (other == at)
		return false;
	fault = rules_fault(order->faulty, at->name.place, "no_order",
		arena_printf(order->arena,
			"Quy tắc này và quy tắc %.*s ở dòng %u có thể cùng đúng mà nói khác nhau: thứ tự của "
			"chúng phải rõ, "
			"không để trong any order.",
			STR_ARG(other->name.text), other->name.place.line),
		arena_printf(order->arena,
			"This rule and rule %.*s on line %u may both match and say different things: their "
			"order matters, "
			"so they cannot stand in any order.",
			STR_ARG(other->name.text), other->name.place.line));
	if (fault)
		fault->other_line = other->name.place.line;
	return true;
}

static void find_unrestricted(struct order *order)
{
	const struct rules_program *program = order->program;
	size_t size = program->nwords * sizeof(*order->row);

	for (int i = 0; i < FIELDS; i++) {
		unsigned n = rules_values(program->city, (enum rule_field)i);

		order->all[i] = arena_alloc(order->arena, size);
		memcpy(order->all[i], rules_row(program, (enum rule_field)i, n), size);
		for (unsigned v = 0; v < n; v++)
			for (unsigned w = 0; w < program->nwords; w++)
				order->all[i][w] &= rules_row(program, (enum rule_field)i, v)[w];
	}
	order->row = arena_alloc(order->arena, size);
	order->some = arena_alloc(order->arena, size);
}

void rules_check_order(
	struct arena *arena, struct rule_forms *forms, int32_t day, struct rules_faulty *faulty)
{
	const struct rules *rules = forms->program->rules;
	struct order order = {.arena = arena,
		.rules = rules,
		.program = forms->program,
		.forms = forms,
		.day = day,
		.faulty = faulty};
	unsigned begin = 0;

	find_unrestricted(&order);
	for (unsigned i = 0; i < rules->n && faulty->n < RULES_FAULTS_MAX; i++) {
		if (i == 0 || rules->at[i].block != rules->at[i - 1].block)
			begin = forms->first[i];
		if (rules->at[i].block == 0 || !check_block(&order, i, begin))
			check_unreachable(&order, i);
	}
}

/* What alternatives of rules have to do with one another. */
#include "civil/rules_form.h"

#include <string.h>

/* Whether `part` stands in the phrase, by whole syllables. */
static bool contains(struct rule_forms *forms, struct str phrase, struct str part)
{
	forms->work += 8;
	for (const char *at = phrase.at, *end = phrase.at + phrase.len; (size_t)(end - at) >= part.len;) {
		const char *found = memmem(at, (size_t)(end - at), part.at, part.len);

		if (!found)
			return false;
		if ((found == phrase.at || found[-1] == ' ') &&
			(found + part.len == end || found[part.len] == ' '))
			return true;
		at = found + 1;
	}
	return false;
}

static const struct rule_leaf *leaf_of(const struct rule_forms *forms, uint32_t test)
{
	return &forms->program->rules->leaves[test / 2];
}

static bool is_text(const struct rule_forms *forms, uint32_t test, bool negated)
{
	return leaf_of(forms, test)->kind == LEAF_TEXT && (test & 1) == negated;
}

/* With the phrase one of the leaf is there too. */
static bool brings(struct rule_forms *forms, struct str phrase, const struct rule_leaf *leaf)
{
	for (unsigned i = 0; i < leaf->nwords; i++)
		if (contains(forms, phrase, leaf->words[i].text))
			return true;
	return false;
}

/* Whichever phrase of `leaf` is there, the alternative's tests of this sign have one that comes with it. */
static bool all_bring(struct rule_forms *forms, const struct rule_leaf *leaf,
	const struct program_alternative *alternative, bool negated)
{
	for (unsigned i = 0; i < leaf->nwords; i++) {
		bool one = false;

		for (unsigned k = 0; k < alternative->ntests && !one; k++)
			one = is_text(forms, alternative->tests[k], negated) &&
			      brings(forms, leaf->words[i].text, leaf_of(forms, alternative->tests[k]));
		if (!one)
			return false;
	}
	return true;
}

/* Whether they cannot both hold. */
static bool loads_contradict(const struct rule_leaf *a, bool a_not, const struct rule_leaf *b, bool b_not)
{
	if (a_not && b_not)
		return false; /* a department that is not there makes both true */
	if (a_not)
		return loads_contradict(b, b_not, a, a_not);
	if (b_not)
		return a->less == b->less && (a->less ? a->load <= b->load : a->load >= b->load);
	return a->less != b->less && (a->less ? a->load <= b->load : b->load <= a->load);
}

static bool tests_contradict(const struct rule_forms *forms, uint32_t x, uint32_t y)
{
	const struct rule_leaf *a = leaf_of(forms, x), *b = leaf_of(forms, y);

	if (a->kind != b->kind)
		return false;
	if (a == b)
		return x != y;
	if (forms->program->departments[x / 2] != forms->program->departments[y / 2])
		return false;
	if (a->kind == LEAF_VALID)
		return (x & 1) != (y & 1);
	return a->kind == LEAF_LOAD && loads_contradict(a, x & 1, b, y & 1);
}

/* Whether the tests of one speak against those of the other, phrases in one direction only. */
static bool contradict(
	struct rule_forms *forms, const struct program_alternative *a, const struct program_alternative *b)
{
	for (unsigned i = 0; i < a->ntests; i++) {
		for (unsigned k = 0; k < b->ntests; k++)
			if (tests_contradict(forms, a->tests[i], b->tests[k]))
				return true;
		if (is_text(forms, a->tests[i], false) &&
			all_bring(forms, leaf_of(forms, a->tests[i]), b, true))
			return true;
	}
	return false;
}

static bool load_follows(const struct rule_leaf *wanted, const struct rule_leaf *given, bool negated)
{
	if (wanted->less != given->less)
		return false;
	return wanted->less == negated ? given->load >= wanted->load : given->load <= wanted->load;
}

/* Whether the test holds wherever the alternative does. */
static bool follows(struct rule_forms *forms, uint32_t test, const struct program_alternative *from)
{
	const struct rule_leaf *wanted = leaf_of(forms, test);

	if (wanted->kind == LEAF_TIME)
		return true; /* minutes are compared as a whole */
	for (unsigned i = 0; i < from->ntests; i++) {
		uint32_t other = from->tests[i];
		const struct rule_leaf *given = leaf_of(forms, other);

		if (other == test)
			return true;
		if (given->kind != wanted->kind || (other & 1) != (test & 1))
			continue;
		if (wanted->kind == LEAF_TEXT) {
			struct program_alternative alone = {.tests = &test, .ntests = 1};

			if (!(test & 1) && all_bring(forms, given, &alone, false))
				return true;
		} else if (forms->program->departments[test / 2] == forms->program->departments[other / 2] &&
			   (wanted->kind == LEAF_VALID || load_follows(wanted, given, test & 1))) {
			return true;
		}
	}
	return wanted->kind == LEAF_TEXT && (test & 1) && all_bring(forms, wanted, from, true);
}

bool rule_form_covers(struct rule_forms *forms, const struct rule_form *outer, const struct rule_form *inner)
{
	if (outer->minutes && !inner->minutes)
		return false;
	for (unsigned w = 0; outer->minutes && w < MINUTE_WORDS; w++)
		if (inner->minutes[w] & ~outer->minutes[w])
			return false;
	for (unsigned i = 0; i < outer->alternative->ntests; i++)
		if (!follows(forms, outer->alternative->tests[i], inner->alternative))
			return false;
	return true;
}

static bool bits_meet(const uint64_t *a, const uint64_t *b, unsigned nwords)
{
	if (!a || !b)
		return true;
	for (unsigned w = 0; w < nwords; w++)
		if (a[w] & b[w])
			return true;
	return false;
}

bool rule_forms_meet(struct rule_forms *forms, const struct rule_form *a, const struct rule_form *b)
{
	for (int i = 0; i < FIELDS; i++) {
		unsigned n = rules_values(forms->program->city, (enum rule_field)i);

		if (!bits_meet(a->values[i], b->values[i], n / 64 + 1))
			return false;
	}
	return bits_meet(a->minutes, b->minutes, MINUTE_WORDS) &&
	       !contradict(forms, a->alternative, b->alternative) &&
	       !contradict(forms, b->alternative, a->alternative);
}

static uint64_t *ones(struct arena *arena, unsigned n)
{
	uint64_t *bits = arena_alloc(arena, (n / 64 + 1) * sizeof(*bits));

	for (unsigned i = 0; i < n; i++)
		rules_set_bit(bits, i);
	return bits;
}

static void restrict_values(
	struct arena *arena, const struct rules_program *program, struct rule_form *form, uint32_t test)
{
	enum rule_field field = program->rules->leaves[test / 2].field;
	/* Danger is or is not; a day is one of seven. Other fields may have values that nobody knows yet. */
	unsigned known = rules_values(program->city, field), n = known + (field != FIELD_DAY);
	const uint64_t *accepted = program->accepted[test / 2];
	uint64_t *bits = (uint64_t *)form->values[field];

	if (!bits)
		bits = ones(arena, n);
	for (unsigned w = 0; w <= known / 64; w++)
		bits[w] &= test & 1 ? ~accepted[w] : accepted[w];
	form->values[field] = bits;
}

static void restrict_minutes(
	struct arena *arena, const struct rule_leaf *leaf, bool negated, struct rule_form *form)
{
	uint64_t *bits = (uint64_t *)form->minutes;

	if (!bits)
		bits = ones(arena, RULES_MINUTES);
	for (unsigned m = 0; m < RULES_MINUTES; m++) {
		bool inside = leaf->from < leaf->until ? leaf->from <= m && m < leaf->until
						       : leaf->from <= m || m < leaf->until;

		if (inside == negated)
			bits[m / 64] &= ~((uint64_t)1 << m % 64);
	}
	form->minutes = bits;
}

static bool is_empty(const uint64_t *bits, unsigned nwords)
{
	if (!bits)
		return false;
	for (unsigned w = 0; w < nwords; w++)
		if (bits[w])
			return false;
	return true;
}

static void find_form(struct arena *arena, struct rule_forms *forms, struct rule_form *form,
	const struct rule_alternative *from)
{
	const struct rules_program *program = forms->program;

	for (unsigned i = 0; i < from->n; i++) {
		const struct rule_leaf *leaf = leaf_of(forms, from->tests[i]);

		if (leaf->kind == LEAF_FIELD)
			restrict_values(arena, program, form, from->tests[i]);
		else if (leaf->kind == LEAF_TIME)
			restrict_minutes(arena, leaf, from->tests[i] & 1, form);
	}
	for (int i = 0; i < FIELDS; i++)
		form->never =
			form->never ||
			is_empty(form->values[i], rules_values(program->city, (enum rule_field)i) / 64 + 1);
	form->never = form->never || is_empty(form->minutes, MINUTE_WORDS) ||
		      contradict(forms, form->alternative, form->alternative);
}

bool rule_is_never(const struct rule_forms *forms, unsigned rule)
{
	for (unsigned i = forms->first[rule]; i < forms->first[rule + 1]; i++)
		if (!forms->at[i].never)
			return false;
	return true;
}

struct rule_forms *rule_forms_new(struct arena *arena, const struct rules_program *program)
{
	const struct rules *rules = program->rules;
	struct rule_forms *forms = arena_alloc(arena, sizeof(*forms));
	unsigned *first = arena_alloc(arena, (rules->n + 1) * sizeof(*first)), n = 0;

	forms->program = program;
	forms->first = first;
	forms->at = arena_alloc(arena, (program->n + 1) * sizeof(*forms->at));
	for (unsigned i = 0; i < rules->n; i++) {
		first[i] = n;
		for (unsigned k = 0; k < rules->at[i].means.n; k++, n++) {
			forms->at[n].alternative = &program->at[n];
			find_form(arena, forms, &forms->at[n], &rules->at[i].means.at[k]);
		}
	}
	first[rules->n] = n;
	return forms;
}

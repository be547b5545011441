/* What is wrong with a set of rules in a city: its names, and conditions that are never true. */
#include "civil/rules_program.h"

#include <string.h>

#include "civil/rules_form.h"

struct check {
	struct arena *arena;
	const struct rules *rules;
	const struct city *city;
	int32_t day;
	struct rules_faulty faulty;
	bool *unknown_lets; /* that have a name which the city does not know */
};

/* --- Names --- */

static const struct noun {
	const char *what, *vi, *en;
} nouns[] = {
	{"kind", "loại phiếu", "kind"},
	{"category", "lĩnh vực", "category"},
	{"area", "địa bàn", "area"},
	{"language", "ngôn ngữ", "language"},
	{"channel", "kênh tiếp nhận", "channel"},
	{"level", "mức xử lý", "level"},
	{"day", "ngày trong tuần", "day of the week"},
	{"department", "đơn vị", "department"},
	{"profile", "quy trình thời hạn", "profile of deadlines"},
	{"visibility", "mức công khai", "visibility"},
	{"officer", "cán bộ đang làm việc của đơn vị", "active officer of the department"},
	{"skill", "lĩnh vực (kỹ năng)", "category (skill)"},
};

static const struct noun *noun_of(const char *what)
{
	const struct noun *noun = nouns;

	while (!str_eq(str_of(noun->what), str_of(what)))
		noun++;
	return noun;
}

static void fault_unknown(struct check *check, const char *what, const struct rule_word *word)
{
	const struct noun *noun = noun_of(what);
	const struct people *people = check->city->people;
	struct rules_fault *fault = rules_fault(&check->faulty, word->place, "unknown_name",
		arena_printf(check->arena, "Không có %s nào mang mã %.*s.", noun->vi, STR_ARG(word->text)),
		arena_printf(check->arena, "There is no %s %.*s.", noun->en, STR_ARG(word->text)));

	if (fault)
		fault->warns = strcmp(what, "officer") == 0 && people && people->may_be_gone;
}

static void warn_ended(struct check *check, const char *what, const struct rule_word *word)
{
	const struct noun *noun = noun_of(what);
	struct rules_fault *fault = rules_fault(&check->faulty, word->place, "ended",
		arena_printf(check->arena,
			"Mã %.*s (%s) đã hết hiệu lực mà không có đơn vị, danh mục kế thừa: quy tắc bị bỏ "
			"qua.",
			STR_ARG(word->text), noun->vi),
		arena_printf(check->arena,
			"The %s %.*s has ended without a successor: the rule is passed over.", noun->en,
			STR_ARG(word->text)));

	if (fault)
		fault->warns = true;
}

static bool is_value(const struct check *check, enum rule_field field, struct str code)
{
	return rules_value(check->city, field, code) < rules_values(check->city, field);
}

/* What the words of a test name; NULL: nothing that the city knows. */
static const char *named_by(const struct rule_leaf *leaf)
{
	if (leaf->kind == LEAF_LOAD || leaf->kind == LEAF_VALID)
		return "department";
	return leaf->kind == LEAF_FIELD ? rules_field_word(leaf->field) : NULL;
}

static bool is_known(const struct check *check, const struct rule_leaf *leaf, struct str code)
{
	return leaf->kind == LEAF_FIELD ? is_value(check, leaf->field, code)
					: city_department(check->city, code) != NULL;
}

static bool has_ended(const struct check *check, const char *what, struct str code)
{
	struct rule_spans spans = rules_spans(check->arena, check->city, what, code);

	return spans.known && (spans.n == 0 || spans.at[spans.n - 1].until <= check->day);
}

/* Tells of the names that are unknown, or of those that have ended. */
static void check_leaf(struct check *check, const struct rule_leaf *leaf, bool ended)
{
	const char *what = named_by(leaf);
	bool ends =
		leaf->kind == LEAF_LOAD ||
		(leaf->kind == LEAF_FIELD && (leaf->field == FIELD_CATEGORY || leaf->field == FIELD_AREA));

	for (unsigned i = 0; what && i < leaf->nwords; i++) {
		if (!ended && !is_known(check, leaf, leaf->words[i].text))
			fault_unknown(check, what, &leaf->words[i]);
		if (ended && ends && has_ended(check, what, leaf->words[i].text))
			warn_ended(check, what, &leaf->words[i]);
	}
}

static void check_effect(
	struct check *check, enum rule_effect effect, const struct rule_word *word, bool ended)
{
	const char *what = rules_effect_names(effect);
	struct rule_spans spans;

	if (!what || !word->text.at)
		return;
	spans = rules_spans(check->arena, check->city, what, word->text);
	if (!ended && !spans.known)
		fault_unknown(check, what, word);
	if (ended && has_ended(check, what, word->text))
		warn_ended(check, what, word);
}

/* Warnings come last, so that they never keep faults out of the list. */
static void check_names(struct check *check, bool ended)
{
	const struct rules *rules = check->rules;

	for (unsigned i = 0; i < rules->nleaves; i++)
		check_leaf(check, &rules->leaves[i], ended);
	for (unsigned i = 0; i < rules->n; i++) {
		const struct rule *rule = &rules->at[i];

		for (int k = 0; k < EFFECT_SINGLES; k++)
			check_effect(check, (enum rule_effect)k, &rule->single[k], ended);
		for (unsigned k = 0; k < rule->nlisted; k++)
			check_effect(check, rule->listed[k].effect, &rule->listed[k].word, ended);
	}
}

/* --- Conditions that are never true --- */

static bool has_unknown(const struct check *check, unsigned first, unsigned n)
{
	for (unsigned i = first; i < first + n; i++) {
		const struct rule_leaf *leaf = &check->rules->leaves[i];

		if (leaf->kind == LEAF_LET && check->unknown_lets[leaf->let])
			return true;
		for (unsigned k = 0; named_by(leaf) && k < leaf->nwords; k++)
			if (!is_known(check, leaf, leaf->words[k].text))
				return true;
	}
	return false;
}

static void check_never(struct check *check, const struct rule_forms *forms)
{
	const struct rules *rules = check->rules;

	for (unsigned i = 0; i < rules->nlets; i++) {
		const struct rule_let *let = &rules->lets[rules->let_order[i]];

		check->unknown_lets[rules->let_order[i]] = has_unknown(check, let->first_leaf, let->nleaves);
	}
	for (unsigned i = 0; i < rules->n; i++)
		if (rule_is_never(forms, i) &&
			!has_unknown(check, rules->at[i].first_leaf, rules->at[i].nleaves))
			rules_fault(&check->faulty, rules->at[i].place, "never_true",
				STR("Điều kiện này không bao giờ đúng."),
				STR("This condition is never true."));
}

struct rules_faults rules_check(
	struct arena *arena, const struct rules *rules, const struct city *city, int32_t day)
{
	struct check check = {
		.arena = arena, .rules = rules, .city = city, .day = day, .faulty.arena = arena};
	struct rule_forms *forms = rule_forms_new(arena, rules_compile(arena, rules, city));

	check.unknown_lets = arena_alloc(arena, rules->nlets + 1);
	check_names(&check, false);
	check_never(&check, forms);
	rules_check_order(arena, forms, day, &check.faulty);
	check_names(&check, true);
	return rules_faults_sorted(&check.faulty);
}

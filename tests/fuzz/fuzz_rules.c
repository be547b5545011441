/* Any bytes as a text of rules: the reader ends with faults in order or a set, which is checked, compiled
 * and asked about a text that the bytes give too; what comes back keeps its limits. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/must.h"
#include "civil/rules_program.h"
#include "civil/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	TODAY = 20783,
	EVER = INT32_MIN,
	FOREVER = INT32_MAX
};

static const struct department departments[] = {
	{.id = 1, .code = {"HUB", 3}, .valid_from = EVER, .valid_to = FOREVER},
	{.id = 2, .code = {"A", 1}, .valid_from = EVER, .valid_to = TODAY, .successor = 3},
	{.id = 3, .code = {"B", 1}, .valid_from = TODAY + 5, .valid_to = FOREVER, .successor = 2},
};
static const struct kind kinds[] = {{.code = {"k", 1}}, {.code = {"q", 1}}};
static const struct category categories[] = {
	{.code = {"c", 1}, .valid_from = EVER, .valid_to = FOREVER},
	{.code = {"c.d", 3}, .parent = {"c", 1}, .valid_from = EVER, .valid_to = TODAY},
};
static const struct area areas[] = {
	{.code = {"01", 2}, .valid_from = EVER, .valid_to = FOREVER},
	{.code = {"1", 1}, .parent = {"01", 2}, .valid_from = EVER, .valid_to = FOREVER},
};
static const struct policy policies[] = {{.profile = {"p", 1}, .valid_from = EVER, .valid_to = FOREVER}};

static const struct city *town(void)
{
	static const struct city *kept;
	static const struct zone_offset east = {INT64_MIN, 7 * 3600};
	static const struct calendar_hours hours = {0, 0, 86400, CALENDAR_ALWAYS};
	static struct arena *arena;
	const struct calendar_source source = {.code = STR("office"),
		.hours = &hours,
		.nhours = 1,
		.offsets = &east,
		.noffsets = 1,
		.first_year = 2026,
		.last_year = 2027};
	struct city parts = {.hub = STR("HUB"),
		.departments = departments,
		.ndepartments = 3,
		.kinds = kinds,
		.nkinds = 2,
		.categories = categories,
		.ncategories = 2,
		.areas = areas,
		.nareas = 2,
		.policies = policies,
		.npolicies = 1};
	struct str reason;

	if (kept)
		return kept;
	arena = arena_new();
	must(arena);
	parts.calendar = calendar_compile(arena, &source);
	kept = city_build(arena, &parts, &reason);
	must(kept);
	return kept;
}

static void check_faults(const struct rules_faults *faults)
{
	must(faults->n <= 100);
	for (unsigned i = 0; i < faults->n; i++) {
		const struct rules_fault *f = &faults->at[i], *before = i > 0 ? f - 1 : f;

		must(f->line > 0 && f->column > 0 && f->code && f->vi.len > 0 && f->en.len > 0);
		must(before->line < f->line || (before->line == f->line && before->column <= f->column));
		must(str_is_utf8(f->vi) && str_is_utf8(f->en));
	}
}

static void check_outcome(const struct rules_program *program, const struct rule_outcome *o)
{
	must(o->ntaken <= RULES_TAKEN_MAX);
	for (unsigned i = 0; i < o->ntaken; i++) {
		must(i == 0 || o->taken[i - 1].rule < o->taken[i].rule);
		must(rules_rule_name(program, o->taken[i].rule).len > 0);
		must(!o->taken[i].off || (o->taken[i].ended.at && o->taken[i].said == 0));
	}
	for (unsigned i = 0; i < EFFECTS - EFFECT_SINGLES; i++)
		must(o->list[i].n <= RULES_LISTED_MAX);
}

static void ask(struct arena *arena, const struct rules *rules, struct str text)
{
	const struct rules_program *program = rules_compile(arena, rules, town());
	struct rules_faults faults = rules_check(arena, rules, town(), TODAY);
	struct rule_facts facts = {.kind = STR("k"),
		.category = STR("c.d"),
		.area = STR("1"),
		.language = STR("vi"),
		.channel = STR("web"),
		.level = STR("normal"),
		.folded = text_fold(arena, text),
		.at = (int64_t)(TODAY + (int)(text.len % 8)) * 86400,
		.danger = text.len % 2};
	struct rule_outcome outcome;
	unsigned n;

	check_faults(&faults);
	rules_run(program, arena, &facts, &outcome);
	check_outcome(program, &outcome);
	(void)rules_off(arena, program, TODAY, &n);
	must(n <= rules_count(rules));
	(void)rules_names(arena, rules, &n);
}

/* Before a | stands the text of the ticket; without one the rules are asked about themselves. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *cut = size ? memchr(data, '|', size) : NULL;
	struct str text = {(const char *)data, cut ? (size_t)(cut - (const char *)data) : size};
	struct str rules_text = cut ? (struct str){cut + 1, size - text.len - 1} : text;
	struct arena *arena = arena_new();
	struct rules_faults faults;
	const struct rules *rules;

	must(arena);
	rules = rules_read(arena, size % 4 == 3 ? RULES_ASSIGNMENT : RULES_ROUTING, rules_text, &faults);
	must((rules != NULL) == (faults.n == 0));
	check_faults(&faults);
	if (rules)
		ask(arena, rules, text);
	arena_free(arena);
	return 0;
}

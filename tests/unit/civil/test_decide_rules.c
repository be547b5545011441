/* What rules decide beside the department: level, profile, visibility, co-handlers, and the path that is stored. */
#include "calendars.h"

#include "civil/decide.h"

#define ALWAYS	     .valid_from = INT32_MIN, .valid_to = INT32_MAX
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct arena *arena;

static const struct department departments[] = {
	{.id = 1, .code = STR("HUB"), ALWAYS},
	{.id = 2, .code = STR("ROADS"), ALWAYS},
	{.id = 3, .code = STR("PLANNING"), .valid_from = INT32_MIN, .valid_to = 0, .successor = 2},
	{.id = 5, .code = STR("GONE"), .valid_from = INT32_MIN, .valid_to = 0},
	{.id = 8, .code = STR("INSPECTORS"), ALWAYS},
	{.id = 9, .code = STR("UB-1"), .area = STR("001"), .governs = true, ALWAYS},
};
static const struct kind kinds[] = {
	{.code = STR("question")},
	{.code = STR("feedback")},
	{.code = STR("denunciation"), .sight = STR("denunciation"), .visibility = STR("confidential")},
};
static const struct area areas[] = {{.code = STR("001"), ALWAYS}};
static const struct category categories[] = {
	{.code = STR("roads"), .department = STR("ROADS"), .visibility = STR("public"), ALWAYS}};

static int begin(void **state)
{
	(void)state;
	arena = arena_new();
	return arena ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static int64_t noon(void)
{
	return hanoi("2026-11-18T12:00");
}

static struct city town(const char *rules)
{
	return (struct city){.hub = STR("HUB"),
		.departments = departments,
		.ndepartments = COUNT(departments),
		.kinds = kinds,
		.nkinds = COUNT(kinds),
		.areas = areas,
		.nareas = COUNT(areas),
		.categories = categories,
		.ncategories = COUNT(categories),
		.rules_text = str_of(rules),
		.rules_number = 4,
		.calendar = hanoi_calendar(arena)};
}

static const struct city *town_of(const char *rules)
{
	struct city parts = town(rules);
	struct str reason;

	return city_build(arena, &parts, &reason);
}

static struct filing_facts question_of(const char *category, const char *area, const char *folded)
{
	return (struct filing_facts){.kind = STR("question"),
		.category = str_of(category),
		.area = str_of(area),
		.at = noon(),
		.language = STR("vi"),
		.channel = STR("web"),
		.folded = str_of(folded)};
}

/* The path as it is stored, with what was passed over, the word that was found and all that was said. */
static void explained(void **state)
{
	const struct city *of = town_of("rule gone when category = roads then department GONE\n"
					"rule words \"Cây\" when text has \"cây đổ\", \"bật gốc\" then level "
					"urgent; tag cay_do; flag bao\n"
					"rule all when always then department AREA; with PLANNING, "
					"INSPECTORS, AREA; tag cay_do, chung\n");
	const struct filing_facts facts = question_of("roads", "001", "co mot cay do ngang duong");
	struct decision d;
	struct str got;
	(void)state;

	assert_non_null(of->rules);
	assert_int_equal(decide_filing(arena, of, &facts, &d), 0);
	got = decide_explain(arena, &d, &facts);
	assert_string_equal(arena_cstr(arena, got),
		"{\"reason\":\"rule\",\"rule\":\"all\",\"kind\":\"question\",\"category\":\"roads\",\"area\":"
		"\"001\","
		"\"department\":\"UB-1\",\"rules\":{\"set\":4,\"taken\":["
		"{\"rule\":\"gone\",\"off\":\"GONE\",\"said\":[]},"
		"{\"rule\":\"words\",\"title\":\"Cây\",\"word\":\"cay "
		"do\",\"said\":[\"level\",\"tag\",\"flag\"]},"
		"{\"rule\":\"all\",\"said\":[\"department\",\"with\",\"tag\"]}],"
		"\"level\":\"urgent\",\"with\":[\"ROADS\",\"INSPECTORS\"],\"tags\":[\"cay_do\",\"chung\"],"
		"\"flags\":[\"bao\"]}}");
	assert_true(str_eq(d.level, STR("urgent")));
}

/* Kinds have their visibility by law; everything else a rule may say. */
static void visibility_of_rules(void **state)
{
	const struct city *of = town_of("rule all when always then visibility restricted; with INSPECTORS\n");
	struct filing_facts facts = question_of("roads", NULL, "");
	struct decision d;
	(void)state;

	assert_int_equal(decide_filing(arena, of, &facts, &d), 0);
	assert_true(str_eq(d.visibility, STR("restricted")) && str_eq(d.sight, STR("restricted")));
	assert_int_equal(d.nwith, 1);
	facts.kind = STR("denunciation");
	decide_filing(arena, of, &facts, &d);
	assert_true(str_eq(d.visibility, STR("confidential")) && str_eq(d.sight, STR("denunciation")));
	assert_int_equal(d.nwith, 0);
}

/* Policies of the profile that a rule names go first, the others are still there. */
static void profile_of_rules(void **state)
{
	static const struct policy rows[] = {
		{.id = 1, .profile = STR("usual"), .kind = STR("question"), .category = STR("roads"), ALWAYS},
		{.id = 2, .profile = STR("quick"), ALWAYS},
	};
	struct city other = town("rule quick when kind = question then profile quick\n");
	struct filing_facts facts = question_of("roads", NULL, "");
	struct decision d;
	struct str reason;
	(void)state;

	other.policies = rows;
	other.npolicies = COUNT(rows);
	assert_int_equal(decide_filing(arena, city_build(arena, &other, &reason), &facts, &d), 0);
	assert_int_equal(d.policy->id, 2);
	assert_true(str_eq(d.profile, STR("quick")));
	facts.kind = STR("feedback");
	assert_int_equal(decide_filing(arena, city_build(arena, &other, &reason), &facts, &d), 0);
	assert_int_equal(d.policy->id, 2);
	facts = question_of("roads", NULL, "");
	other.rules_text = STR_NONE;
	assert_int_equal(decide_filing(arena, city_build(arena, &other, &reason), &facts, &d), 0);
	assert_int_equal(d.policy->id, 1);
	assert_null(d.program);
}

/* Rules that cannot be read cost nobody a ticket. */
static void rules_that_are_none(void **state)
{
	const struct city *of = town_of("rule broken when kind = then\n");
	const struct filing_facts facts = question_of("roads", NULL, "");
	struct decision d;
	(void)state;

	assert_non_null(of);
	assert_null(of->rules);
	assert_true(str_starts(of->rules_fault, STR("line 1: ")));
	assert_int_equal(decide_filing(arena, of, &facts, &d), 0);
	assert_int_equal(d.reason, REASON_CATEGORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(explained),
		cmocka_unit_test(visibility_of_rules),
		cmocka_unit_test(profile_of_rules),
		cmocka_unit_test(rules_that_are_none),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

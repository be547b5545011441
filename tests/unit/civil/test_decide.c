/* What filing decides: routes from the most specific rule to the hub, ended departments, policies, deadlines,
 * words. */
#include "calendars.h"

#include <errno.h>

#include "civil/decide.h"

enum {
	FOREVER = INT32_MAX,
	SINCE_EVER = INT32_MIN
};

static struct arena *arena;
static struct city parts;
static const struct city *city;
static int32_t ended, tomorrow;

#define ALWAYS .valid_from = SINCE_EVER, .valid_to = FOREVER

static struct department departments[] = {
	{.id = 1, .code = STR("HUB"), ALWAYS},
	{.id = 20, .code = STR("ROADS"), ALWAYS},
	{.id = 3, .code = STR("PLANNING"), .valid_from = SINCE_EVER, .successor = 4},
	{.id = 4, .code = STR("BUILDING"), .valid_from = SINCE_EVER, .successor = 20},
	{.id = 5, .code = STR("GONE"), .valid_from = SINCE_EVER},
	{.id = 6, .code = STR("CIRCLE-A"), .valid_from = SINCE_EVER, .successor = 7},
	{.id = 7, .code = STR("CIRCLE-B"), .valid_from = SINCE_EVER, .successor = 6},
	{.id = 8, .code = STR("INSPECTORS"), ALWAYS},
	{.id = 9, .code = STR("UB-1"), .area = STR("001"), .governs = true, ALWAYS},
	{.id = 10,
		.code = STR("UB-2-OLD"),
		.area = STR("002"),
		.governs = true,
		.valid_from = SINCE_EVER,
		.successor = 9},
	{.id = 11,
		.code = STR("UB-3-OLD"),
		.area = STR("003"),
		.governs = true,
		.valid_from = SINCE_EVER,
		.successor = 9},
	{.id = 12, .code = STR("UB-3"), .area = STR("003"), .governs = true, .valid_to = FOREVER},
	{.id = 13, .code = STR("OFFICE-1"), .area = STR("001"), ALWAYS},
	{.id = 14, .code = STR("TOMORROW"), .valid_to = FOREVER},
	{.id = 15, .code = STR("UB-4-GONE"), .area = STR("004"), .governs = true, .valid_from = SINCE_EVER},
};

static struct kind kinds[] = {
	{.code = STR("question")},
	{.code = STR("feedback")},
	{.code = STR("denunciation"), .sight = STR("denunciation"), .visibility = STR("confidential")},
	{.code = STR("emergency"), .level = STR("urgent")},
};

static struct area areas[] = {
	{.code = STR("01"), ALWAYS},
	{.code = STR("001"), .parent = STR("01"), ALWAYS},
	{.code = STR("001a"), .parent = STR("001"), ALWAYS},
	{.code = STR("002"), .parent = STR("01"), ALWAYS},
	{.code = STR("003"), .parent = STR("01"), ALWAYS},
	{.code = STR("004"), .parent = STR("01"), ALWAYS},
	{.code = STR("loop"), .parent = STR("loop"), ALWAYS},
};

static struct category categories[] = {
	{.code = STR("roads"),
		.department = STR("ROADS"),
		.level = STR("normal"),
		.visibility = STR("public"),
		ALWAYS},
	{.code = STR("roads.surface"),
		.parent = STR("roads"),
		.department = STR("PLANNING"),
		.level = STR("complex"),
		ALWAYS},
	{.code = STR("roads.signs"), .parent = STR("roads"), ALWAYS},
	{.code = STR("roads.lamps"), .parent = STR("roads"), .department = STR("GONE"), ALWAYS},
	{.code = STR("waste"), .department = STR("AREA"), .visibility = STR("public"), ALWAYS},
	{.code = STR("waste.bins"), .parent = STR("waste"), .department = STR("AREA"), ALWAYS},
	{.code = STR("noise"), .department = STR("CIRCLE-A"), ALWAYS},
	{.code = STR("future"), .department = STR("TOMORROW"), ALWAYS},
	{.code = STR("water"), .department = STR("ROADS"), .level = STR("complex"), ALWAYS},
	{.code = STR("old"), .department = STR("ROADS"), .valid_from = SINCE_EVER},
};

static struct policy policies[] = {
	{.id = 1,
		.limit = {[CLOCK_ACCEPT] = {DEADLINE_WORKING_HOURS, 8},
			[CLOCK_ANSWER] = {DEADLINE_WORKING_DAYS, 5}},
		.answer_from_acceptance = true,
		ALWAYS},
	{.id = 2,
		.kind = STR("question"),
		.limit = {[CLOCK_ACCEPT] = {DEADLINE_WORKING_DAYS, 1},
			[CLOCK_ANSWER] = {DEADLINE_WORKING_DAYS, 10}},
		ALWAYS},
	{.id = 3,
		.kind = STR("question"),
		.level = STR("complex"),
		.limit = {[CLOCK_ANSWER] = {DEADLINE_CALENDAR_DAYS, 30}},
		.answer_from_acceptance = true,
		ALWAYS},
	{.id = 4, .kind = STR("question"), .category = STR("roads"), ALWAYS},
	{.id = 5,
		.kind = STR("question"),
		.level = STR("complex"),
		.category = STR("roads"),
		.valid_from = SINCE_EVER},
	{.id = 6,
		.level = STR("urgent"),
		.limit = {[CLOCK_ACCEPT] = {DEADLINE_IMMEDIATE, 15}, [CLOCK_ANSWER] = {DEADLINE_HOURS, 4}},
		ALWAYS},
	{.id = 7, .category = STR("waste"), ALWAYS},
	{.id = 8, .category = STR("waste"), .level = STR("normal"), .valid_to = FOREVER},
	{.id = 9,
		.kind = STR("denunciation"),
		.limit = {[CLOCK_ACCEPT] = {DEADLINE_WORKING_DAYS, 7},
			[CLOCK_ANSWER] = {DEADLINE_CALENDAR_DAYS, 100000}},
		ALWAYS},
	{.id = 10, .kind = STR("emergency"), .level = STR("urgent"), .valid_from = SINCE_EVER},
	{.id = 11,
		.kind = STR("emergency"),
		.level = STR("urgent"),
		.limit = {[CLOCK_ACCEPT] = {DEADLINE_IMMEDIATE, 5}},
		.valid_to = FOREVER},
};

/* Those about one step alone, then what lies behind it. */
static const char rules_text[] =
	"rule r101 when kind = feedback and category = roads and area = 001 then department UB-1\n"
	"rule r102 when kind = feedback and category = roads then department BUILDING\n"
	"rule r109 when kind = question and category = waste.bins then department AREA\n"
	"rule r108 from 2026-11-19 when kind = question and category = waste then department ROADS\n"
	"rule r107 when kind = question and category = noise then department NOBODY\n"
	"rule r103 when kind = feedback and area = 003 then department AREA\n"
	"rule r100 \"The inspectors\" when kind = denunciation then department INSPECTORS\n"
	"rule r104 when category = waste and area = 003 then department INSPECTORS\n"
	"rule r105 when category = future and area = 01 then department ROADS\n"
	"rule r106 when area = 004 then department GONE\n";

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int64_t noon(void)
{
	return hanoi("2026-11-18T12:00");
}

static int begin(void **state)
{
	struct str reason;
	(void)state;

	arena = arena_new();
	if (!arena)
		return -1;
	/* What has ended did so today; what comes later comes tomorrow. */
	ended = day_of("2026-11-18");
	tomorrow = ended + 1;
	for (unsigned i = 0; i < COUNT(departments); i++) {
		departments[i].valid_to = departments[i].valid_to ? departments[i].valid_to : ended;
		departments[i].valid_from = departments[i].valid_from ? departments[i].valid_from : tomorrow;
	}
	departments[11].valid_from = ended; /* UB-3 came when UB-3-OLD went */
	for (unsigned i = 0; i < COUNT(policies); i++) {
		policies[i].valid_to = policies[i].valid_to ? policies[i].valid_to : ended;
		policies[i].valid_from = policies[i].valid_from ? policies[i].valid_from : tomorrow;
	}
	policies[10].valid_from = ended;
	categories[9].valid_to = ended;
	parts = (struct city){
		.hub = STR("HUB"),
		.departments = departments,
		.ndepartments = COUNT(departments),
		.kinds = kinds,
		.nkinds = COUNT(kinds),
		.areas = areas,
		.nareas = COUNT(areas),
		.categories = categories,
		.ncategories = COUNT(categories),
		.policies = policies,
		.npolicies = COUNT(policies),
		.rules_text = str_of(rules_text),
		.rules_number = 4,
		.calendar = hanoi_calendar(arena),
	};
	city = city_build(arena, &parts, &reason);
	return city ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct decision decide(const char *kind, const char *category, const char *area)
{
	const struct filing_facts facts = {str_of(kind), str_of(category), str_of(area), noon()};
	struct decision d;
	int status = decide_filing(arena, city, &facts, &d);

	assert_true(status == 0 || status == -ERANGE);
	return d;
}

static void check_route(const char *kind, const char *category, const char *area, const char *explanation)
{
	const struct filing_facts facts = {str_of(kind), str_of(category), str_of(area), noon()};
	struct decision d = decide(kind, category, area);
	struct str got = decide_explain(arena, &d, &facts);
	const char *rules = memmem(got.at, got.len, ",\"rules\":", 9);

	if (rules) /* see explained() */
		got = arena_printf(arena, "%.*s}", (int)(rules - got.at), got.at);
	if (!str_eq(got, str_of(explanation)))
		fail_msg("%.*s should be %s", STR_ARG(got), explanation);
}

static void rules_in_their_order(void **state)
{
	(void)state;
	check_route("feedback", "roads", "001",
		"{\"reason\":\"rule\",\"rule\":\"r101\",\"kind\":\"feedback\",\"category\":\"roads\","
		"\"area\":"
		"\"001\",\"department\":\"UB-1\"}");
	/* A rule covers what lies below its category and area. */
	check_route("feedback", "roads.surface", "001a",
		"{\"reason\":\"rule\",\"rule\":\"r101\",\"kind\":\"feedback\",\"category\":\"roads.surface\","
		"\"area\":\"001a\","
		"\"department\":\"UB-1\"}");
	check_route("feedback", "roads.signs", "003",
		"{\"reason\":\"rule\",\"rule\":\"r102\",\"kind\":\"feedback\",\"category\":\"roads.signs\","
		"\"area\":\"003\","
		"\"department\":\"ROADS\",\"via\":\"BUILDING\"}");
	check_route("feedback", "noise", "003",
		"{\"reason\":\"rule\",\"rule\":\"r103\",\"kind\":\"feedback\",\"category\":\"noise\","
		"\"area\":"
		"\"003\",\"department\":\"UB-3\"}");
	check_route("denunciation", "waste", "003",
		"{\"reason\":\"rule\",\"rule\":\"r100\",\"kind\":\"denunciation\",\"category\":\"waste\","
		"\"area\":"
		"\"003\","
		"\"department\":\"INSPECTORS\"}");
	check_route("question", "waste", "003",
		"{\"reason\":\"rule\",\"rule\":\"r104\",\"kind\":\"question\",\"category\":\"waste\","
		"\"area\":"
		"\"003\","
		"\"department\":\"INSPECTORS\"}");
	check_route("question", "future", "002",
		"{\"reason\":\"rule\",\"rule\":\"r105\",\"kind\":\"question\",\"category\":\"future\","
		"\"area\":"
		"\"002\",\"department\":\"ROADS\"}");
}

static void categories_and_hub(void **state)
{
	(void)state;
	check_route("question", "roads", NULL,
		"{\"reason\":\"category\",\"category\":\"roads\",\"department\":\"ROADS\"}");
	check_route("question", "roads.signs", NULL,
		"{\"reason\":\"parent_category\",\"category\":\"roads.signs\",\"department\":\"ROADS\"}");
	/* The rule 106 of area 004 names a department that is gone without a successor. */
	check_route("question", "roads", "004",
		"{\"reason\":\"category\",\"category\":\"roads\",\"area\":\"004\",\"department\":\"ROADS\"}");
	check_route("question", "roads.lamps", NULL,
		"{\"reason\":\"parent_category\",\"category\":\"roads.lamps\",\"department\":\"ROADS\"}");
	check_route("question", "noise", NULL,
		"{\"reason\":\"hub_fallback\",\"category\":\"noise\",\"department\":\"HUB\"}");
	check_route("question", "future", NULL,
		"{\"reason\":\"hub_fallback\",\"category\":\"future\",\"department\":\"HUB\"}");
	check_route("question", "old", NULL,
		"{\"reason\":\"hub_fallback\",\"category\":\"old\",\"department\":\"HUB\"}");
	check_route("nothing", NULL, NULL, "{\"reason\":\"hub_fallback\",\"department\":\"HUB\"}");
	check_route("question", "loop", "loop",
		"{\"reason\":\"hub_fallback\",\"category\":\"loop\",\"area\":\"loop\",\"department\":"
		"\"HUB\"}");
}

static void successors(void **state)
{
	(void)state;
	check_route("question", "roads.surface", NULL,
		"{\"reason\":\"category\",\"category\":\"roads.surface\",\"department\":\"ROADS\",\"via\":"
		"\"PLANNING\"}");
	assert_string_equal(
		city_valid_department(city, city_department_by_id(city, 3), ended)->code.at, "ROADS");
	assert_string_equal(
		city_valid_department(city, city_department_by_id(city, 3), ended - 1)->code.at, "PLANNING");
	assert_null(city_valid_department(city, city_department(city, STR("CIRCLE-A")), ended));
	assert_null(city_valid_department(city, city_department(city, STR("GONE")), ended));
	assert_null(city_valid_department(city, city_department(city, STR("TOMORROW")), ended));
	assert_null(city_valid_department(city, NULL, ended));
}

static void committees(void **state)
{
	(void)state;
	check_route("question", "waste", "001",
		"{\"reason\":\"category\",\"category\":\"waste\",\"area\":\"001\",\"department\":\"UB-1\"}");
	check_route("question", "waste", "001a",
		"{\"reason\":\"category\",\"category\":\"waste\",\"area\":\"001a\",\"department\":\"UB-1\"}");
	check_route("question", "waste", "002",
		"{\"reason\":\"category\",\"category\":\"waste\",\"area\":\"002\",\"department\":\"UB-1\","
		"\"via\":\"UB-2-OLD\"}");
	check_route("question", "waste", NULL,
		"{\"reason\":\"hub_no_area\",\"category\":\"waste\",\"department\":\"HUB\"}");
	check_route("question", "waste", "01",
		"{\"reason\":\"hub_no_area\",\"category\":\"waste\",\"area\":\"01\",\"department\":\"HUB\"}");
	check_route("question", "waste", "004",
		"{\"reason\":\"hub_no_area\",\"category\":\"waste\",\"area\":\"004\",\"department\":"
		"\"HUB\"}");
	/* A rule that says AREA is passed over. */
	check_route("question", "waste.bins", "unknown",
		"{\"reason\":\"hub_no_area\",\"category\":\"waste.bins\",\"area\":\"unknown\",\"department\":"
		"\"HUB\"}");
	assert_true(str_eq(decide("question", "waste.bins", "001").rule, STR("r109")));
	assert_false(decide("question", "waste.bins", NULL).rule.at);
}

static void level_and_sight(void **state)
{
	struct decision d = decide("question", "roads.surface", NULL);
	(void)state;

	assert_true(str_eq(d.level, STR("complex")));
	assert_true(str_eq(d.visibility, STR("public")));
	assert_true(str_eq(d.sight, STR("public")));
	d = decide("denunciation", "roads.signs", NULL);
	assert_true(str_eq(d.level, STR("normal")));
	assert_true(str_eq(d.visibility, STR("confidential")));
	assert_true(str_eq(d.sight, STR("denunciation")));
	d = decide("emergency", "roads.surface", NULL);
	assert_true(str_eq(d.level, STR("urgent")));
	d = decide("unknown", "noise", NULL);
	assert_true(str_eq(d.level, STR("normal")));
	assert_true(str_eq(d.visibility, STR("private")));
	assert_true(str_eq(d.sight, STR("private")));
}

static void check_policy(const char *kind, const char *level, const char *category, int64_t at, int64_t id)
{
	const struct filing_facts facts = {str_of(kind), str_of(category), STR_NONE, at};
	const struct policy *p = decide_policy(city, &facts, str_of(level), NULL);

	assert_int_equal(p ? p->id : 0, id);
}

static void policies_by_specificity(void **state)
{
	const int64_t yesterday = noon() - 86400;
	struct city none = parts;
	struct str reason;
	(void)state;

	check_policy("question", "complex", "roads", yesterday, 5);
	check_policy("question", "complex", "roads.surface", yesterday, 5);
	check_policy("question", "complex", "roads", noon(), 4);
	check_policy("question", "normal", "roads.signs", noon(), 4);
	check_policy("question", "complex", "waste", noon(), 3);
	check_policy("question", "normal", "waste", noon(), 2);
	check_policy("feedback", "normal", "waste", noon(), 7);
	check_policy("feedback", "normal", "waste.bins", noon() + 86400, 8);
	check_policy("feedback", "urgent", "roads", noon(), 6);
	check_policy("feedback", "normal", "roads", noon(), 1);
	check_policy(NULL, NULL, NULL, noon(), 1);
	check_policy("emergency", "urgent", "roads", yesterday, 10);
	check_policy("emergency", "urgent", "roads", noon(), 11);
	/* The day of the city, not of UTC, counts. */
	check_policy("emergency", "urgent", "roads", hanoi("2026-11-18T00:00"), 11);
	check_policy("emergency", "urgent", "roads", hanoi("2026-11-18T00:00") - 1, 10);
	none.npolicies = 0;
	assert_null(decide_policy(city_build(arena, &none, &reason),
		&(struct filing_facts){STR("question"), STR("roads"), STR_NONE, noon()}, STR("normal"),
		NULL));
}

/* The bureau stands above the office, the office above the counter; yard stands for itself. */
static const struct city *city_of_offices(const struct policy *rows, unsigned n)
{
	static const struct department offices[] = {
		{.id = 1, .code = STR("HUB"), ALWAYS},
		{.id = 2, .code = STR("BUREAU"), ALWAYS},
		{.id = 3, .code = STR("OFFICE"), .parent = 2, ALWAYS},
		{.id = 4, .code = STR("COUNTER"), .parent = 3, ALWAYS},
		{.id = 5, .code = STR("YARD"), ALWAYS},
		{.id = 6, .code = STR("RING"), .parent = 7, ALWAYS},
		{.id = 7, .code = STR("GNIR"), .parent = 6, ALWAYS},
	};
	struct city other = parts;
	struct str reason;

	other.departments = offices;
	other.ndepartments = COUNT(offices);
	other.policies = rows;
	other.npolicies = n;
	other.rules_text = STR_NONE;
	const struct city *built = city_build(arena, &other, &reason);
	assert_non_null(built);
	return built;
}

static int64_t policy_at(const struct city *of, const char *department, struct filing_facts facts)
{
	const struct policy *p;

	facts.at = facts.at ? facts.at : noon();
	p = decide_policy(of, &facts, STR("normal"), city_department(of, str_of(department)));
	return p ? p->id : 0;
}

static void policies_of_departments(void **state)
{
	const struct policy rows[] = {
		{.id = 1, .kind = STR("question"), ALWAYS},
		{.id = 2, .kind = STR("question"), .department = STR("BUREAU"), ALWAYS},
		{.id = 3,
			.kind = STR("question"),
			.department = STR("OFFICE"),
			.valid_from = tomorrow - 1,
			.valid_to = FOREVER},
		{.id = 4, .kind = STR("question"), .category = STR("roads"), ALWAYS},
		{.id = 5,
			.kind = STR("question"),
			.category = STR("waste"),
			.department = STR("OFFICE"),
			ALWAYS},
		{.id = 6, .kind = STR("question"), .category = STR("waste.bins"), ALWAYS},
		{.id = 7, .department = STR("YARD"), ALWAYS},
	};
	const struct city *of = city_of_offices(rows, COUNT(rows));
	const struct filing_facts plain = {.kind = STR("question"), .category = STR("noise")},
				  roads = {.kind = STR("question"), .category = STR("roads")},
				  waste = {.kind = STR("question"), .category = STR("waste")},
				  bins = {.kind = STR("question"), .category = STR("waste.bins")},
				  praise = {.kind = STR("praise"), .category = STR("noise")};
	struct filing_facts before = plain;
	(void)state;

	/* Its own, else that of the nearest above it, else the general one. */
	assert_int_equal(policy_at(of, "OFFICE", plain), 3);
	assert_int_equal(policy_at(of, "COUNTER", plain), 3);
	assert_int_equal(policy_at(of, "BUREAU", plain), 2);
	assert_int_equal(policy_at(of, "YARD", plain), 1);
	before.at = noon() - 86400; /* that of the office begins today */
	assert_int_equal(policy_at(of, "COUNTER", before), 2);
	/* One that says more of the ticket goes before one that names the department. */
	assert_int_equal(policy_at(of, "OFFICE", roads), 4);
	assert_int_equal(policy_at(of, "COUNTER", waste), 5);
	assert_int_equal(policy_at(of, "BUREAU", waste), 2);
	assert_int_equal(policy_at(of, "OFFICE", bins), 6);
	/* And one for a department alone is the last. */
	assert_int_equal(policy_at(of, "YARD", praise), 7);
	assert_int_equal(policy_at(of, "OFFICE", praise), 0);
	/* Parents in a circle end the search. */
	assert_int_equal(policy_at(of, "RING", plain), 1);
}

static void the_department_that_gets_it_chooses(void **state)
{
	static const struct policy rows[] = {
		{.id = 1, ALWAYS},
		{.id = 2,
			.department = STR("BUREAU"),
			.limit = {[CLOCK_ANSWER] = {DEADLINE_WORKING_DAYS, 2}},
			ALWAYS},
	};
	static const struct category to_counter = {.code = STR("desk"), .department = STR("COUNTER"), ALWAYS};
	struct city with = *city_of_offices(rows, COUNT(rows));
	const struct filing_facts facts = {STR("question"), STR("desk"), STR_NONE, noon()};
	struct decision d;
	(void)state;

	with.categories = &to_counter;
	with.ncategories = 1;
	assert_int_equal(decide_filing(arena, &with, &facts, &d), 0);
	assert_true(str_eq(d.department->code, STR("COUNTER")));
	assert_int_equal(d.policy->id, 2);
	assert_int_equal(d.clocks.n, 1);
	assert_int_equal(d.clocks.at[0].policy, 2);
}

/* When the clock of this kind is due; 0: there is none. */
static int64_t due_of(const struct decision *d, enum clock_kind kind)
{
	for (unsigned i = 0; i < d->clocks.n; i++)
		if (d->clocks.at[i].kind == kind)
			return d->clocks.at[i].due;
	return 0;
}

static void deadlines(void **state)
{
	struct decision d = decide("feedback", "roads.signs", "003");
	(void)state;

	/* Wednesday noon: eight working hours end on Thursday noon, five working days after that lie beyond
	 * the 24th. */
	assert_int_equal(d.policy->id, 1);
	assert_int_equal(due_of(&d, CLOCK_ACCEPT), hanoi("2026-11-19T12:00"));
	assert_int_equal(due_of(&d, CLOCK_ANSWER), hanoi("2026-11-27T17:00"));
	d = decide("question", "noise", NULL);
	assert_int_equal(d.policy->id, 2);
	assert_int_equal(due_of(&d, CLOCK_ACCEPT), hanoi("2026-11-19T17:00"));
	assert_int_equal(due_of(&d, CLOCK_ANSWER), hanoi("2026-12-03T17:00"));
	/* From an acceptance that has no limit: from receipt. */
	d = decide("question", "water", NULL);
	assert_int_equal(d.policy->id, 3);
	assert_int_equal(due_of(&d, CLOCK_ACCEPT), 0);
	assert_int_equal(due_of(&d, CLOCK_ANSWER), hanoi("2026-12-18T17:00"));
	d = decide("question", "roads", NULL);
	assert_int_equal(d.policy->id, 4);
	assert_int_equal(due_of(&d, CLOCK_ACCEPT), 0);
	assert_int_equal(due_of(&d, CLOCK_ANSWER), 0);
	d = decide("emergency", "noise", NULL);
	assert_int_equal(due_of(&d, CLOCK_ACCEPT), noon() + 300);
	assert_int_equal(due_of(&d, CLOCK_ANSWER), 0);
}

static void beyond_the_calendar(void **state)
{
	const struct filing_facts facts = {STR("denunciation"), STR("waste"), STR("001"), noon()};
	struct decision d;
	(void)state;

	assert_int_equal(decide_filing(arena, city, &facts, &d), -ERANGE);
	assert_true(str_eq(d.department->code, STR("INSPECTORS")));
	assert_int_equal(d.policy->id, 9);
	assert_int_equal(due_of(&d, CLOCK_ANSWER), 0);
}

static void the_hub_has_ended_too(void **state)
{
	struct city other = parts;
	const struct city *built;
	struct department copy[COUNT(departments)];
	const struct filing_facts facts = {STR("question"), STR("noise"), STR_NONE, noon()};
	struct decision d;
	struct str reason;
	(void)state;

	memcpy(copy, departments, sizeof(copy));
	copy[0].valid_to = ended;
	other.departments = copy;
	built = city_build(arena, &other, &reason);
	assert_int_equal(decide_filing(arena, built, &facts, &d), 0);
	assert_true(str_eq(d.department->code, STR("HUB")));
	copy[0].successor = 8;
	built = city_build(arena, &other, &reason);
	assert_int_equal(decide_filing(arena, built, &facts, &d), 0);
	assert_true(str_eq(d.department->code, STR("INSPECTORS")));
	assert_true(str_eq(d.via_successor_of, STR("HUB")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_in_their_order),
		cmocka_unit_test(categories_and_hub),
		cmocka_unit_test(successors),
		cmocka_unit_test(committees),
		cmocka_unit_test(level_and_sight),
		cmocka_unit_test(policies_by_specificity),
		cmocka_unit_test(policies_of_departments),
		cmocka_unit_test(the_department_that_gets_it_chooses),
		cmocka_unit_test(deadlines),
		cmocka_unit_test(beyond_the_calendar),
		cmocka_unit_test(the_hub_has_ended_too),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

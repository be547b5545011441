/* Who is denounced does not get the ticket: it goes to the department above, or to the hub. */
#include "calendars.h"

#include <errno.h>

#include "civil/decide.h"

enum {
	TODAY = 20775, /* 2026-11-18 */
	FOREVER = INT32_MAX,
	SINCE_EVER = INT32_MIN
};

#define ALWAYS .valid_from = SINCE_EVER, .valid_to = FOREVER

static struct department departments[] = {
	{.id = 1, .code = STR("HUB"), ALWAYS},
	{.id = 2, .code = STR("ROADS"), ALWAYS},
	{.id = 3, .code = STR("INSPECTORS"), ALWAYS},
	{.id = 30, .code = STR("CITY"), ALWAYS},
	{.id = 31,
		.code = STR("OLD-BUREAU"),
		.parent = 30,
		.valid_from = SINCE_EVER,
		.valid_to = TODAY,
		.successor = 32},
	{.id = 32, .code = STR("BUREAU"), .parent = 31, ALWAYS},
	{.id = 33, .code = STR("BRANCH"), .parent = 32, ALWAYS},
	/* Divided into two on that day. */
	{.id = 34,
		.code = STR("WHOLE"),
		.parent = 30,
		.valid_from = SINCE_EVER,
		.valid_to = TODAY,
		.successor = 35},
	{.id = 35, .code = STR("FIRST"), .parent = 30, ALWAYS},
	{.id = 36, .code = STR("SECOND"), .parent = 30, ALWAYS},
	{.id = 37, .code = STR("THIRD"), .parent = 36, ALWAYS},
};
static const char rules_text[] = "rule r7 when kind = denunciation then department INSPECTORS\n"
				 "rule r8 when kind = complaint then department BRANCH; with CITY, BUREAU\n"
				 "rule r9 when kind = praise then department WHOLE\n";
static struct lineage lineage[] = {
	{.before = 34, .after = 35},
	{.before = 34, .after = 36, .area = STR("A1")},
	{.before = 34, .after = 37, .area = STR("A2")},
	{.before = 34, .after = 35, .area = STR("A1")},
};
static struct kind kinds[] = {
	{.code = STR("denunciation")}, {.code = STR("complaint")}, {.code = STR("praise")}};

static int begin(void **state)
{
	*state = arena_new();
	return *state ? 0 : -1;
}

static int end(void **state)
{
	arena_free(*state);
	return 0;
}

static const struct city *town(struct arena *arena)
{
	struct str reason;
	struct city parts = {.hub = STR("HUB"),
		.departments = departments,
		.ndepartments = sizeof(departments) / sizeof(departments[0]),
		.kinds = kinds,
		.nkinds = 3,
		.rules_text = str_of(rules_text),
		.lineage = lineage,
		.nlineage = sizeof(lineage) / sizeof(lineage[0]),
		.calendar = hanoi_calendar(arena)};
	const struct city *city = city_build(arena, &parts, &reason);

	assert_non_null(city);
	return city;
}

static struct filing_facts against(const char *kind, const char *department)
{
	return (struct filing_facts){
		.kind = str_of(kind), .at = hanoi("2026-11-18T12:00"), .against = str_of(department)};
}

/* What is stored of a filing of this kind, but for the braces. */
static void check(struct arena *arena, const char *kind, const char *denounced, const char *explanation)
{
	const struct filing_facts facts = against(kind, denounced);
	struct decision d;
	struct str got;

	assert_int_equal(decide_filing(arena, town(arena), &facts, &d), 0);
	got = decide_explain(arena, &d, &facts);
	/* Who contributes is not who is denounced, nor whoever has the ticket. */
	for (unsigned i = 0; i < d.nwith; i++)
		assert_false(str_eq(d.with[i]->code, facts.against) || d.with[i] == d.department);
	const char *rules = memmem(got.at, got.len, ",\"rules\":", 9);
	if (rules)
		got = arena_printf(arena, "%.*s}", (int)(rules - got.at), got.at);
	if (!str_eq(got, arena_printf(arena, "{%s}", explanation)))
		fail_msg("%.*s should be {%s}", STR_ARG(got), explanation);
}

#define ABOVE "\"reason\":\"above_denounced\",\"department\":"

static void who_gets_it(void **state)
{
	check(*state, "complaint", "ROADS",
		"\"reason\":\"rule\",\"rule\":\"r8\",\"kind\":\"complaint\",\"department\":\"BRANCH\","
		"\"against\":"
		"\"ROADS\"");
	check(*state, "complaint", "BRANCH", ABOVE "\"BUREAU\",\"against\":\"BRANCH\"");
	/* One below it is as good as itself, and one above that has ended is passed over. */
	check(*state, "complaint", "BUREAU", ABOVE "\"CITY\",\"against\":\"BUREAU\"");
	/* So is a successor. */
	check(*state, "complaint", "OLD-BUREAU", ABOVE "\"CITY\",\"against\":\"OLD-BUREAU\"");
	/* Nobody is above. */
	check(*state, "complaint", "CITY", ABOVE "\"HUB\",\"against\":\"CITY\"");
	check(*state, "denunciation", "INSPECTORS", ABOVE "\"HUB\",\"against\":\"INSPECTORS\"");
}

static const char *heir_in(struct arena *arena, const char *area, const char *denounced)
{
	struct filing_facts facts = against("praise", denounced);
	struct decision d;

	facts.area = str_of(area);
	assert_int_equal(decide_filing(arena, town(arena), &facts, &d), 0);
	return d.department->code.at;
}

/* Who has what a department had that was divided: by the first choice that is met, else the principal one. What
 * is against the whole is kept from each part of it, and from what stands below one. */
static void divided(void **state)
{
	assert_string_equal(heir_in(*state, "", ""), "FIRST");
	assert_string_equal(heir_in(*state, "A0", ""), "FIRST");
	assert_string_equal(heir_in(*state, "A1", ""), "SECOND");
	assert_string_equal(heir_in(*state, "A2", ""), "THIRD");
	assert_string_equal(heir_in(*state, "A0", "WHOLE"), "CITY");
	assert_string_equal(heir_in(*state, "A1", "WHOLE"), "CITY");
	assert_string_equal(heir_in(*state, "A2", "WHOLE"), "CITY");
	/* But one part is not the other. */
	assert_string_equal(heir_in(*state, "A1", "FIRST"), "SECOND");
	assert_string_equal(heir_in(*state, "A0", "SECOND"), "FIRST");
}

static void nobody_is_left(void **state)
{
	const struct filing_facts facts = against("unknown", "HUB"); /* which would get it by default */
	struct decision d;

	assert_int_equal(decide_filing(*state, town(*state), &facts, &d), -EHOSTUNREACH);
}

/* What a department had that was divided goes by the choices to who is valid then. */
static void who_comes_after(void **state)
{
	const struct city *city = town(*state);
	const struct department *whole = &departments[7];
	static const struct {
		int32_t day;
		const char *area, *heir;
	} cases[] = {{TODAY - 1, "A1", "WHOLE"}, {TODAY, "A1", "SECOND"}, {TODAY, "A2", "THIRD"},
		{TODAY, "A3", "FIRST"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct department *heir =
			decide_heir(city, whole, STR("roads"), str_of(cases[i].area), cases[i].day);

		assert_non_null(heir);
		assert_true(str_eq(heir->code, str_of(cases[i].heir)));
	}
	assert_null(decide_heir(city, NULL, STR("roads"), STR("A1"), TODAY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(who_gets_it, begin, end),
		cmocka_unit_test_setup_teardown(divided, begin, end),
		cmocka_unit_test_setup_teardown(who_comes_after, begin, end),
		cmocka_unit_test_setup_teardown(nobody_is_left, begin, end)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* A city in memory: sorted, looked up by code and id, and refused when it cannot work. */
#include "calendars.h"
#include "unit.h"

#include "civil/decide.h"

#define ALWAYS .valid_from = INT32_MIN, .valid_to = INT32_MAX

static const struct city *build(struct city *parts, const char *reason_part)
{
	struct str reason;
	const struct city *city = city_build(arena, parts, &reason);

	if (reason_part) {
		assert_null(city);
		assert_non_null(reason.at);
		assert_non_null(strstr(arena_cstr(arena, reason), reason_part));
	} else {
		assert_non_null(city);
		assert_null(reason.at);
	}
	return city;
}

/* What a telephone without a signal says (0, 0), and what is beyond the outskirts. */
static void points_of_a_city(void **state)
{
	const struct area areas[] = {{.code = STR("01")},
		{.code = STR("00316"), .parent = STR("01"), .placed = true, .lon = 105.83, .lat = 20.98},
		{.code = STR("09874"), .parent = STR("01"), .placed = true, .lon = 105.40, .lat = 21.20},
		{.code = STR("10000"), .parent = STR("01")}};
	const struct city city = {.areas = areas, .nareas = 3}, nowhere = {.areas = areas, .nareas = 1},
			  in_part = {.areas = areas, .nareas = 4};
	(void)state;

	assert_true(city_may_be_at(&city, 105.83, 20.98));
	assert_true(city_may_be_at(&city, 105.60, 21.05));
	assert_true(city_may_be_at(&city, 105.83, 21.33));
	assert_false(city_may_be_at(&city, 105.83, 21.36));
	assert_false(city_may_be_at(&city, 0, 0));
	assert_false(city_may_be_at(&city, 20.98, 90));
	assert_false(city_may_be_at(&city, 106.66, 10.77));
	assert_true(city_may_be_at(&nowhere, 0, 0));
	assert_true(city_may_be_at(&in_part, 0, 0));
}

static void what_is_no_city(void **state)
{
	struct department hub = {.id = 1, .code = STR("HUB"), ALWAYS};
	struct department two[] = {{.id = 1, .code = STR("HUB")}, {.id = 2, .code = STR("HUB")}};
	const struct area areas[] = {{.code = STR("1")}, {.code = STR("2")}, {.code = STR("1")}};
	const struct category categories[] = {{.code = STR("a")}, {.code = STR("a")}};
	const struct kind kinds[] = {{.code = STR("k")}, {.code = STR("k")}};
	struct city parts = {.hub = STR("HUB")};
	(void)state;

	build(&parts, "HUB is no department");
	parts.hub = STR_NONE;
	build(&parts, "no department is the hub");
	parts.hub = STR("HUB");
	parts.departments = &hub;
	parts.ndepartments = 1;
	build(&parts, "HUB has no calendar");
	hub.parent = 1; /* a circle, which an import would refuse */
	build(&parts, "HUB has no calendar");
	hub.calendar = hanoi_calendar(arena);
	assert_ptr_equal(build(&parts, NULL)->calendar, hub.calendar);
	parts.areas = areas;
	parts.nareas = 2;
	build(&parts, NULL);
	parts.nareas = 3;
	build(&parts, "two areas 1");
	parts.nareas = 0;
	parts.categories = categories;
	parts.ncategories = 2;
	build(&parts, "two categories a");
	parts.ncategories = 0;
	parts.kinds = kinds;
	parts.nkinds = 2;
	build(&parts, "two kinds k");
	parts.nkinds = 0;
	two[0].calendar = hub.calendar;
	parts.departments = two;
	parts.ndepartments = 2;
	build(&parts, "two departments HUB");
	two[1].code = STR("B");
	two[1].id = 1;
	build(&parts, "two departments with the id 1");
}

static void calendars_are_inherited(void **state)
{
	const struct calendar *office = hanoi_calendar(arena), *counter = hanoi_calendar(arena);
	struct department departments[] = {{.id = 1, .code = STR("TOP"), ALWAYS},
		{.id = 2, .code = STR("HUB"), .parent = 1, ALWAYS},
		{.id = 3, .code = STR("A"), .parent = 1, ALWAYS, .calendar = counter},
		{.id = 4, .code = STR("B"), .parent = 3, ALWAYS},
		{.id = 5, .code = STR("C"), .parent = 4, ALWAYS},
		{.id = 6, .code = STR("D"), .parent = 99, ALWAYS},
		{.id = 7, .code = STR("E"), .parent = 8, ALWAYS},
		{.id = 8, .code = STR("F"), .parent = 7, ALWAYS}};
	struct city parts = {.hub = STR("HUB"), .departments = departments, .ndepartments = 8};
	const struct city *city;
	(void)state;

	build(&parts, "HUB has no calendar");
	departments[0].calendar = office;
	city = build(&parts, NULL);
	assert_ptr_equal(city->calendar, office);
	assert_ptr_equal(city_department(city, STR("HUB"))->calendar, office);
	assert_ptr_equal(city_department(city, STR("A"))->calendar, counter);
	assert_ptr_equal(city_department(city, STR("C"))->calendar, counter);
	assert_ptr_equal(city_department(city, STR("D"))->calendar, office);
	assert_ptr_equal(city_department(city, STR("F"))->calendar, office);
	parts.calendar = counter;
	city = build(&parts, NULL);
	assert_ptr_equal(city->calendar, counter);
	assert_ptr_equal(city_department(city, STR("D"))->calendar, counter);
	assert_ptr_equal(city_department(city, STR("HUB"))->calendar, office);
}

static void looking_up(void **state)
{
	enum {
		N = 200
	};
	static struct department departments[N];
	static struct area areas[N];
	static struct category categories[N];
	const struct kind kinds[] = {{.code = STR("question")}, {.code = STR("feedback")}};
	struct city parts = {.hub = STR("D0"),
		.departments = departments,
		.ndepartments = N,
		.areas = areas,
		.nareas = N,
		.categories = categories,
		.ncategories = N,
		.kinds = kinds,
		.nkinds = 2};
	const struct calendar *calendar = hanoi_calendar(arena);
	const struct city *city;
	(void)state;

	for (int i = 0; i < N; i++) {
		int mixed = i * 37 % N;

		departments[i] = (struct department){
			.id = 1000 - mixed, .code = arena_printf(arena, "D%d", mixed), ALWAYS};
		areas[i] = (struct area){
			.code = arena_printf(arena, "%05d", mixed), .valid_from = 10, .valid_to = 20};
		categories[i] = (struct category){
			.code = arena_printf(arena, "c.%d", mixed), .valid_from = 10, .valid_to = 20};
	}
	departments[0].calendar = calendar;
	city = build(&parts, NULL);
	assert_true(str_eq(departments[1].code, STR("D37"))); /* the caller's rows stay as they are */
	for (int i = 0; i < N; i++) {
		struct str code = arena_printf(arena, "D%d", i);
		const struct department *d = city_department(city, code);

		assert_true(str_eq(d->code, code));
		assert_int_equal(d->id, 1000 - i);
		assert_ptr_equal(city_department_by_id(city, 1000 - i), d);
		assert_ptr_equal(d->calendar, calendar);
		assert_non_null(city_area(city, arena_printf(arena, "%05d", i), 10));
		assert_non_null(city_category(city, arena_printf(arena, "c.%d", i), 19));
	}
	assert_null(city_department(city, STR("D200")));
	assert_null(city_department(city, STR("")));
	assert_null(city_department(city, STR_NONE));
	assert_null(city_department_by_id(city, 0));
	assert_null(city_department_by_id(city, 1001));
	assert_null(city_area(city, STR("00000"), 9));
	assert_null(city_area(city, STR("00000"), 20));
	assert_null(city_area(city, STR("x"), 10));
	assert_null(city_category(city, STR("c.0"), 9));
	assert_null(city_category(city, STR("c.0"), 20));
	assert_true(str_eq(city_kind(city, STR("feedback"))->code, STR("feedback")));
	assert_null(city_kind(city, STR("praise")));
}

static void nothing_but_a_hub(void **state)
{
	struct department hub = {.id = 1, .code = STR("HUB"), ALWAYS, .calendar = hanoi_calendar(arena)};
	struct city parts = {.hub = STR("HUB"), .departments = &hub, .ndepartments = 1};
	const struct city *city = build(&parts, NULL);
	const struct filing_facts facts = {
		STR("question"), STR("roads"), STR("1"), hanoi("2026-11-18T12:00")};
	struct decision d;
	unsigned n = 1;
	(void)state;

	assert_null(city_kind(city, STR("question")));
	assert_null(city_category(city, STR("roads"), 0));
	assert_null(city_area(city, STR("1"), 0));
	assert_int_equal(decide_filing(arena, city, &facts, &d), 0);
	assert_int_equal(d.reason, REASON_HUB_FALLBACK);
	assert_null(d.policy);
	assert_non_null(clock_offers_move(arena, city, d.department, facts.at, &n));
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_of_a_city),
		cmocka_unit_test_setup_teardown(what_is_no_city, begin, end),
		cmocka_unit_test_setup_teardown(calendars_are_inherited, begin, end),
		cmocka_unit_test_setup_teardown(looking_up, begin, end),
		cmocka_unit_test_setup_teardown(nothing_but_a_hub, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

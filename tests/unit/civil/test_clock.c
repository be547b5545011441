/* Clocks: what policies offer at filing and at moves, when alarms fire, what is left. */
#include "calendars.h"

#include <errno.h>

#include "civil/clock.h"

static struct arena *arena;
static const struct city *city;

static const struct department departments[] = {
	{.id = 1, .code = STR("HUB"), .valid_from = INT32_MIN, .valid_to = INT32_MAX},
	{.id = 2, .code = STR("ROADS"), .valid_from = INT32_MIN, .valid_to = INT32_MAX}};
static const struct policy policies[] = {
	{.id = 1,
		.profile = STR("usual"),
		.limit = {[CLOCK_ACCEPT] = {DEADLINE_WORKING_HOURS, 8},
			[CLOCK_UPDATE] = {DEADLINE_WORKING_DAYS, 2},
			[CLOCK_ANSWER] = {DEADLINE_WORKING_DAYS, 5}},
		.answer_from_acceptance = true,
		.valid_to = INT32_MAX},
	{.id = 2,
		.profile = STR("urgent"),
		.limit = {[CLOCK_ACCEPT] = {DEADLINE_IMMEDIATE, 15}, [CLOCK_ANSWER] = {DEADLINE_HOURS, 4}},
		.valid_to = INT32_MAX},
	{.id = 3, .profile = STR("never"), .valid_to = INT32_MAX},
	{.id = 4,
		.profile = STR("far"),
		.limit = {[CLOCK_ACCEPT] = {DEADLINE_WORKING_DAYS, 1},
			[CLOCK_ANSWER] = {DEADLINE_CALENDAR_DAYS, 100000}},
		.valid_to = INT32_MAX},
};
/* Limits for one department: one twice, that of the city among them, one that no calendar holds. */
static const struct policy steps[] = {
	{.id = 5, .limit = {[CLOCK_STEP] = {DEADLINE_WORKING_DAYS, 3}}},
	{.id = 6, .limit = {[CLOCK_STEP] = {DEADLINE_WORKING_HOURS, 4}}},
	{.id = 7, .limit = {[CLOCK_STEP] = {DEADLINE_WORKING_HOURS, 4}}},
	{.id = 8, .limit = {[CLOCK_STEP] = {DEADLINE_CALENDAR_DAYS, 100000}}},
};
static const struct alarm_level alarms[] = {
	{.level = 1, .share = 800},
	{.level = 2, .share = 1000},
	{.level = 3, .after = {DEADLINE_WORKING_DAYS, 1}},
	{.profile = STR("urgent"), .level = 1, .share = 500},
	{.profile = STR("urgent"), .level = 3, .after = {DEADLINE_IMMEDIATE, 30}},
};

/* Wednesday. */
static int64_t noon(void)
{
	return hanoi("2026-11-18T12:00");
}

static int begin(void **state)
{
	struct city parts = {.hub = STR("HUB"),
		.departments = departments,
		.ndepartments = 2,
		.policies = policies,
		.npolicies = sizeof(policies) / sizeof(policies[0]),
		.alarms = alarms,
		.nalarms = sizeof(alarms) / sizeof(alarms[0])};
	struct str reason;
	(void)state;

	arena = arena_new();
	parts.calendar = hanoi_calendar(arena);
	assert_non_null(parts.calendar);
	city = city_build(arena, &parts, &reason);
	return city ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const struct policy *policy(int64_t id)
{
	for (unsigned i = 0; i < city->npolicies; i++)
		if (city->policies[i].id == id)
			return &city->policies[i];
	fail();
	return NULL;
}

static void names(void **state)
{
	enum clock_kind kind;
	(void)state;

	for (unsigned k = 0; k < CLOCK_KINDS; k++) {
		assert_true(clock_kind_parse(str_of(clock_kind_code((enum clock_kind)k)), &kind));
		assert_int_equal(kind, k);
	}
	assert_false(clock_kind_parse(STR("forward"), &kind));
	assert_int_equal(clock_receipt(STR("same_day")), RECEIPT_SAME_DAY);
	assert_int_equal(clock_receipt(STR("next_opening")), RECEIPT_NEXT_OPENING);
	assert_int_equal(clock_receipt(STR_NONE), RECEIPT_NEXT_OPENING);
}

static void filing(void **state)
{
	const struct department *roads = city_department(city, STR("ROADS"));
	struct clock_set set;
	const struct clock_offer *o = set.at;
	(void)state;

	assert_int_equal(clock_offers_filing(city, policy(1), roads, noon(), &set), 0);
	assert_int_equal(set.n, 3);
	assert_int_equal(o[0].kind, CLOCK_ACCEPT);
	assert_int_equal(o[0].due, hanoi("2026-11-19T12:00"));
	/* 80 % of eight hours: six hours and 24 minutes. */
	assert_int_equal(o[0].alarm, hanoi("2026-11-19T10:24"));
	assert_false(o[0].waits);
	assert_int_equal(o[1].kind, CLOCK_UPDATE);
	assert_int_equal(o[2].kind, CLOCK_ANSWER);
	assert_true(o[2].waits);
	assert_int_equal(o[2].start, o[0].due);
	assert_int_equal(o[2].due, hanoi("2026-11-27T17:00")); /* the 24th is a holiday */
	assert_int_equal(o[2].policy, 1);
	assert_ptr_equal(o[2].calendar, city->calendar);

	assert_int_equal(clock_offers_filing(city, policy(2), roads, noon(), &set), 0);
	assert_int_equal(set.n, 2);
	assert_int_equal(o[0].due, noon() + 900);
	assert_int_equal(o[0].alarm, noon() + 450); /* the ladder of its own profile */
	assert_false(o[1].waits);
	assert_int_equal(o[1].due, noon() + 4 * 3600);

	assert_int_equal(clock_offers_filing(city, policy(3), roads, noon(), &set), 0);
	assert_int_equal(set.n, 0);
	assert_int_equal(clock_offers_filing(city, policy(4), roads, noon(), &set), -ERANGE);
}

static void moves(void **state)
{
	unsigned n, seen = 0;
	const struct clock_offer *o =
		clock_offers_move(arena, city, city_department(city, STR("ROADS")), noon(), &n);
	(void)state;

	assert_int_equal(n, 6); /* all but the one that leaves the calendar */
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(o[i].start, noon());
		assert_false(o[i].waits);
		assert_true(o[i].policy != 4 || o[i].kind == CLOCK_ACCEPT);
		if (o[i].policy == 1 && o[i].kind == CLOCK_ANSWER) {
			assert_int_equal(o[i].due, hanoi("2026-11-26T17:00"));
			seen++;
		}
	}
	assert_int_equal(seen, 1);
}

static void parts(void **state)
{
	const struct calendar *const calendars[] = {city->calendar, city->calendar};
	struct city other = *city;
	unsigned n;
	(void)state;

	other.parts_days = 3;
	other.calendars = calendars;
	other.ncalendars = 2;
	other.policies = steps;
	other.npolicies = sizeof(steps) / sizeof(steps[0]);
	const struct clock_part *p = clock_parts(arena, &other, noon(), &n);
	assert_int_equal(n, 4);
	for (unsigned i = 0; i < n; i += 2) {
		assert_ptr_equal(p[i].calendar, city->calendar);
		assert_int_equal(p[i].limit.unit, DEADLINE_WORKING_DAYS);
		assert_int_equal(p[i].limit.amount, 3);
		assert_int_equal(p[i].due, hanoi("2026-11-23T17:00"));
		assert_int_equal(p[i + 1].limit.unit, DEADLINE_WORKING_HOURS);
		assert_int_equal(p[i + 1].due, hanoi("2026-11-18T17:00"));
	}
	other.ncalendars = 0;
	clock_parts(arena, &other, noon(), &n);
	assert_int_equal(n, 0);
}

static struct clock_facts facts(const char *profile, int level)
{
	return (struct clock_facts){.profile = str_of(profile),
		.calendar = city->calendar,
		.question = {.start = noon(), .terms = {DEADLINE_WORKING_HOURS, RECEIPT_NEXT_OPENING, 8, 0}},
		.level = level};
}

static void ladder(void **state)
{
	struct clock_facts clock = facts("usual", 1);
	const struct deadline_pause lunch = {hanoi("2026-11-18T13:00"), hanoi("2026-11-18T15:00")};
	int64_t due, alarm;
	(void)state;

	assert_int_equal(clock_date(city, &clock, &due, &alarm), 0);
	assert_int_equal(due, hanoi("2026-11-19T12:00"));
	assert_int_equal(alarm, hanoi("2026-11-19T10:24"));
	clock.level = 2;
	assert_int_equal(clock_alarm(city, &clock, due), due);
	clock.level = 3;
	assert_int_equal(clock_alarm(city, &clock, due), hanoi("2026-11-20T17:00"));
	clock.level = 4;
	assert_true(clock_alarm(city, &clock, due) == CLOCK_NEVER);
	/* A profile with steps of its own has no others. */
	clock = facts("urgent", 1);
	assert_int_equal(clock_alarm(city, &clock, due), hanoi("2026-11-18T17:00"));
	clock.level = 2; /* is missing: the next one */
	assert_int_equal(clock_alarm(city, &clock, due), due + 1800);
	assert_int_equal(clock_level(city, STR("urgent"), 2)->level, 3);
	assert_null(clock_level(city, STR("urgent"), 4));
	assert_int_equal(clock_level(city, STR("usual"), 0)->level, 1);
	/* What is paused is due, and warns, so much later. */
	clock = facts("usual", 1);
	clock.question.pauses = &lunch;
	clock.question.npauses = 1;
	assert_int_equal(clock_date(city, &clock, &due, &alarm), 0);
	assert_int_equal(due, hanoi("2026-11-19T15:00"));
	assert_int_equal(alarm, hanoi("2026-11-19T13:24"));
	clock.question.terms.extension = 4;
	assert_int_equal(clock_date(city, &clock, &due, &alarm), 0);
	assert_int_equal(due, hanoi("2026-11-20T10:00"));
}

static void remaining(void **state)
{
	const struct calendar *c = city->calendar;
	int64_t friday = hanoi("2026-11-20T16:00"), tuesday = hanoi("2026-11-25T09:00");
	(void)state;

	/* An hour on Friday, Monday, the holiday not, an hour on Wednesday. */
	assert_int_equal(clock_remaining(c, DEADLINE_WORKING_DAYS, tuesday, friday), 10 * 3600);
	assert_int_equal(clock_remaining(c, DEADLINE_WORKING_HOURS, friday, tuesday), -10 * 3600);
	assert_int_equal(clock_remaining(c, DEADLINE_HOURS, tuesday, friday), tuesday - friday);
	assert_int_equal(clock_remaining(c, DEADLINE_CALENDAR_DAYS, tuesday, friday), tuesday - friday);
}

static void soon(void **state)
{
	(void)state;
	assert_int_equal(
		clock_soon(city, hanoi("2026-11-20T10:00") * 1000), hanoi("2026-11-23T10:00") * 1000);
	assert_int_equal(
		clock_soon(city, hanoi("2026-11-23T15:00") * 1000), hanoi("2026-11-25T15:00") * 1000);
	assert_int_equal(clock_soon(NULL, 5000), 86405000);
}

static void days(void **state)
{
	const struct calendar *c = city->calendar;
	int64_t friday = hanoi("2026-11-20T16:00"), evening = hanoi("2026-11-20T19:00");
	(void)state;

	assert_int_equal(clock_days(c, friday, friday + 60), 1);
	assert_int_equal(clock_days(c, friday, hanoi("2026-11-23T17:00")), 1);
	assert_int_equal(clock_days(c, friday, hanoi("2026-11-23T17:01")), 2);
	assert_int_equal(clock_days(c, friday, hanoi("2026-11-25T17:00")), 2); /* the 24th is a holiday */
	assert_int_equal(clock_days(c, evening, hanoi("2026-11-25T17:00")), 1);
	assert_int_equal(clock_days(c, friday, hanoi("2026-12-31T12:00")), 28);
	assert_int_equal(clock_days(c, friday, hanoi("2199-01-01T12:00")), 0);
	/* It is the inverse of the limit. */
	for (int64_t n = 1; n < 200; n++) {
		const struct deadline_question q = {
			friday, {DEADLINE_WORKING_DAYS, RECEIPT_NEXT_OPENING, n, 0}, NULL, 0};
		int64_t due;
		assert_int_equal(deadline_compute(c, &q, NULL, &due), 0);
		assert_int_equal(clock_days(c, friday, due), n);
		assert_int_equal(clock_days(c, friday, due + 1), n + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(filing),
		cmocka_unit_test(moves),
		cmocka_unit_test(parts),
		cmocka_unit_test(ladder),
		cmocka_unit_test(remaining),
		cmocka_unit_test(soon),
		cmocka_unit_test(days),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

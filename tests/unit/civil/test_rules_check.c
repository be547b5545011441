/* Checking rules against a city: names, what is never true, never reached, or in no order; and nothing else. */
#include "rules_town.h"

#include "unit.h"

static struct str check_text(struct str text)
{
	struct rules_faults faults;
	const struct rules *rules = rules_read(arena, RULES_ROUTING, text, &faults);

	if (!rules)
		fail_msg("%.*s\n%.*s", STR_ARG(text), STR_ARG(faults_text(arena, &faults)));
	faults = rules_check(arena, rules, town_new(arena), TODAY);
	return faults_text(arena, &faults);
}

static void check(const char *text, const char *want)
{
	struct str got = check_text(str_of(text));

	if (!str_eq(got, str_of(want)))
		fail_msg("%s\n%.*s, not %s", text, STR_ARG(got), want);
}

static void unknown_names(void **state)
{
	(void)state;
	check("rule a when kind = feedback, feedbak then tag t", "1:30 unknown_name");
	check("rule a when category = trees, tree then tag t", "1:31 unknown_name");
	check("rule a when area = 1 or language = de then tag t", "1:20 unknown_name; 1:36 unknown_name");
	check("rule a when channel = fax or level = high then tag t", "1:23 unknown_name; 1:38 unknown_name");
	check("rule a when day = mo or day = sun then tag t", "1:19 unknown_name");
	check("rule a when load A >= 1 or valid B then tag t", "1:18 unknown_name; 1:34 unknown_name");
	check("rule a when always then department A; with B, AREA, HUB",
		"1:36 unknown_name; 1:44 unknown_name");
	check("rule a when always then level high; profile x; visibility none",
		"1:31 unknown_name; 1:45 unknown_name; 1:59 unknown_name");
	check("let a = not (kind = k)\nlet b = a\nrule a when b and not b or area = b then tag any1",
		"1:21 unknown_name; 3:35 unknown_name");
	check("rule a when load AREA >= 1 then tag t", "1:18 unknown_name");
}

static void ended_names(void **state)
{
	(void)state;
	check("rule a when category = dust then department GONE; with OLD, LATE, RING; profile past\n"
	      "rule b when valid GONE and not load GONE >= 1 and not area = 009 then tag t",
		"1:24 ended!; 1:45 ended!; 1:67 ended!; 2:37 ended!; 2:62 ended!");
	check("let x = area = 009 rule a when x then tag t", "1:16 ended!");
}

static void never_true(void **state)
{
	(void)state;
	check("rule a when not always then tag t", "1:13 never_true");
	check("rule a when danger and not danger then tag t", "1:13 never_true");
	check("rule a when category = trees.fallen and not category = trees then tag t", "1:13 never_true");
	check("rule a when category = trees and not category = trees.fallen then tag t", "");
	check("rule a when kind = feedback and (kind = complaint or area = 001 and area = 002) then tag t",
		"1:13 never_true");
	check("rule a when kind = feedback and (kind = complaint or area = 001 and area = 01) then tag t",
		"");
	check("rule a when not day = mon, tue, wed, thu, fri, sat, sun then tag t", "1:13 never_true");
	check("rule a when not kind = feedback, complaint, emergency then tag t", "");
	check("rule a when time = 22:00-06:00 and time = 06:00-22:00 then tag t", "1:13 never_true");
	check("rule a when time = 22:00-06:01 and time = 06:00-22:00 then tag t", "");
	check("rule a when not time = 00:00-12:00 and not time = 12:00-24:00 then tag t", "1:13 never_true");
	check("let s = text has \"cây\", \"lá\" rule a when s and not text has \"lá\", \"Cây\", \"hoa\" then "
	      "tag t",
		"1:42 never_true");
	check("rule a when text has \"cây đổ\" and not text has \"cây\" then tag t", "1:13 never_true");
	check("rule a when text has \"cây\" and not text has \"cây đổ\" then tag t", "");
	check("rule a when text has \"cây\", \"lá\" and not text has \"cây\" then tag t", "");
	check("rule a when load HUB >= 5 and load HUB < 5 then tag t", "1:13 never_true");
	check("rule a when load HUB >= 5 and load HUB < 6 then tag t", "");
	check("rule a when load HUB >= 5 and load ROADS < 5 then tag t", "");
	check("rule a when load HUB >= 5 and not load HUB >= 4 then tag t", "1:13 never_true");
	check("rule a when not load HUB >= 5 and not load HUB < 5 then tag t", "");
	check("rule a when valid HUB and not valid HUB then tag t", "1:13 never_true");
}

static void unreachable(void **state)
{
	(void)state;
	check("rule a when always then stop\nrule b when danger then tag t", "2:6 unreachable/1");
	check("rule a when always then department HUB\nrule b when danger then department ROADS",
		"2:6 unreachable/1");
	check("rule a when always then department HUB\nrule b when danger then department ROADS; tag t", "");
	check("rule a when always then department HUB\nrule b when danger then stop", "");
	check("rule a when always then department HUB; tag x, y\nrule b when danger then department HUB; tag "
	      "y",
		"2:6 unreachable/1");
	check("rule a when always then tag x; flag y\nrule b when danger then tag y", "");
	check("rule a when danger then tag t\nrule b when always then tag t", "");
	/* Each alternative is enough on its own. */
	check("rule a when danger then stop\nrule b when area = 001 then stop\n"
	      "rule c when danger and kind = feedback or area = 001a then tag t",
		"3:6 unreachable/1");
	check("rule a when danger then stop\nrule c when danger and kind = feedback or area = 001a then tag "
	      "t",
		"");
	check("rule a when category = trees then stop\nrule b when category = trees.fallen then tag t",
		"2:6 unreachable/1");
	check("rule a when category = trees.fallen then stop\nrule b when category = trees then tag t", "");
	check("rule a when not area = 002 then stop\nrule b when area = 001 then tag t", "2:6 unreachable/1");
	check("rule a when text has \"cây\", \"lá\" then stop\nrule b when text has \"cây đổ\" and danger "
	      "then tag t",
		"2:6 unreachable/1");
	check("rule a when text has \"cây\", \"lá\" then stop\nrule b when text has \"cây đổ\", \"hoa\" then "
	      "tag t",
		"");
	check("rule a when not text has \"cây đổ\" then stop\nrule b when not text has \"cây\" then tag t",
		"2:6 unreachable/1");
	check("rule a when not text has \"cây\" then stop\nrule b when not text has \"cây đổ\" then tag t",
		"");
	check("rule a when time = 22:00-06:00 then stop\nrule b when time = 23:00-01:00 then tag t",
		"2:6 unreachable/1");
	check("rule a when time = 22:00-06:00 then stop\nrule b when time = 23:00-07:00 then tag t", "");
	check("rule a when load HUB >= 5 then stop\nrule b when load HUB >= 7 then tag t",
		"2:6 unreachable/1");
	check("rule a when load HUB >= 7 then stop\nrule b when load HUB >= 5 then tag t", "");
	check("rule a when load HUB < 7 then stop\nrule b when load HUB < 5 then tag t", "2:6 unreachable/1");
	check("rule a when load HUB < 5 then stop\nrule b when load HUB < 7 then tag t", "");
	check("rule a when not load HUB < 5 then stop\nrule b when not load HUB < 7 then tag t",
		"2:6 unreachable/1");
	check("rule a when valid OLD then stop\nrule b when valid OLD and danger then tag t",
		"2:6 unreachable/1");
	check("rule a when valid OLD then stop\nrule b when not valid OLD and danger then tag t", "");
}

/* A rule that may be off, or find no committee, leaves its tickets to the next. */
static void only_what_is_proved(void **state)
{
	(void)state;
	check("rule a until 2027-01-01 when always then stop\nrule b when danger then tag t", "");
	check("rule a from 2026-12-01 when always then stop\nrule b when danger then tag t", "");
	check("rule a from 2026-11-01 when always then stop\nrule b when danger then tag t",
		"2:6 unreachable/1");
	check("rule a until 2027-01-01 when always then stop\nrule b until 2027-01-01 when danger then tag t",
		"2:6 unreachable/1");
	check("rule a when always then department GONE; stop\nrule b when danger then tag t", "1:36 ended!");
	check("rule a when always then department LATE; stop\nrule b when danger then tag t", "");
	check("rule a when always then department LATE; stop\nrule b from 2026-12-07 when danger then tag t",
		"2:6 unreachable/1");
	check("rule a when always then department AREA; stop\nrule b when danger then department HUB", "");
	check("rule a when always then department AREA; stop\nrule b when danger then department AREA",
		"2:6 unreachable/1");
	check("rule a until 2026-11-01 when always then stop\nrule b until 2026-11-01 when always then tag t",
		"");
}

static void no_order(void **state)
{
	(void)state;
	check("any order\nrule a when danger then department HUB\nrule b when kind = feedback then "
	      "department ROADS\nend",
		"3:6 no_order/2");
	check("rule a when danger then department HUB\nany order\nrule b when kind = feedback then "
	      "department ROADS\nend\n"
	      "any order rule c when area = 01 then department OLD end",
		"");
	check("any order rule a when danger then department HUB\nrule b when kind = feedback then department "
	      "HUB; tag t end",
		"");
	check("any order rule a when danger then level urgent\nrule b when kind = feedback then department "
	      "HUB end",
		"");
	check("any order rule a when danger then level urgent\nrule b when always then level normal end",
		"2:6 no_order/1");
	check("any order rule a when danger then tag t; stop\nrule b when area = 001 then tag u end",
		"2:6 no_order/1");
	check("any order rule a when danger then tag t; stop\nrule b when area = 001 then tag t end", "");
	check("any order rule a when area = 001 then level urgent\nrule b when area = 002 then level normal "
	      "end",
		"");
	check("any order rule a when area = 001 then level urgent\nrule b when not area = 002 then level "
	      "normal end",
		"2:6 no_order/1");
	check("any order rule a when text has \"cây đổ\" then level urgent\n"
	      "rule b when not text has \"cây\" then level normal end",
		"");
	check("any order rule a when text has \"cây\" then level urgent\n"
	      "rule b when not text has \"cây đổ\" then level normal end",
		"2:6 no_order/1");
	check("any order rule a when time = 06:00-22:00 then level urgent\n"
	      "rule b when time = 22:00-06:00 then level normal end",
		"");
	check("any order rule a when load HUB >= 5 then level urgent\n"
	      "rule b when load HUB < 5 then level normal\nrule c when load HUB < 6 then level complex end",
		"3:6 no_order/1");
	check("any order rule a when valid HUB then level urgent\nrule b when not valid HUB then level "
	      "normal end",
		"");
	check("any order rule a until 2026-12-01 when danger then level urgent\n"
	      "rule b from 2026-12-01 when danger then level normal end",
		"");
	check("any order rule a until 2026-11-20 when danger then level urgent\n"
	      "rule b when danger then level normal end",
		"");
}

/* Ten thousand rules of a usual shape, none of them wrong but the last. No more than seconds, also with sanitizers. */
static void many_rules(void **state)
{
	struct buf text = {.arena = arena};
	struct str got;
	int64_t began = clock_mono_us();
	(void)state;

	buf_printf(&text, "let t = text has \"cây đổ\", \"bật gốc\"\n");
	for (int i = 0; i < RULES_MAX - 1; i++) {
		int minute = i % 1000;

		buf_printf(&text,
			"rule r%d when (danger or area=001) and text has \"từ%d\" and %st and "
			"time=%02d:%02d-23:00 then tag t%d\n",
			i, i, i % 2 ? "" : "not ", minute / 60, minute % 60, i);
	}
	buf_printf(&text, "rule last when area = 001a and text has \"a từ77 b\" and time = 01:20-01:21 and t "
			  "then tag t77");
	got = check_text(buf_str(&text));
	assert_string_equal(arena_cstr(arena, got), "10001:6 unreachable/79");
	assert_true(clock_mono_us() - began < 60 * 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(unknown_names, begin, end),
		cmocka_unit_test_setup_teardown(ended_names, begin, end),
		cmocka_unit_test_setup_teardown(never_true, begin, end),
		cmocka_unit_test_setup_teardown(unreachable, begin, end),
		cmocka_unit_test_setup_teardown(only_what_is_proved, begin, end),
		cmocka_unit_test_setup_teardown(no_order, begin, end),
		cmocka_unit_test_setup_teardown(many_rules, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

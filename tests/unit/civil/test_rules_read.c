/* Reading rules: layout, every fault with its place, lets, names. */
#include "rules_town.h"

#include "unit.h"

static void reads(const char *text, unsigned n)
{
	assert_int_equal(rules_count(rules_of(arena, RULES_ROUTING, text)), n);
}

static void check(enum rules_purpose purpose, struct str text, const char *want)
{
	struct rules_faults faults;
	const struct rules *rules = rules_read(arena, purpose, text, &faults);
	struct str got = faults_text(arena, &faults);

	if (!str_eq(got, str_of(want)) || (rules != NULL) != (faults.n == 0))
		fail_msg("%.*s\n%.*s, not %s", STR_ARG(text), STR_ARG(got), want);
}

static void faulty(const char *text, const char *want)
{
	check(RULES_ROUTING, str_of(text), want);
}

static void layout(void **state)
{
	(void)state;
	reads("", 0);
	reads("# nothing\r\n\t\r\n", 0);
	reads("\xef\xbb\xbfrule a when always then stop", 1);
	reads("rule a when always then stop rule b when always then stop", 2);
	reads("rule\na\nwhen\nalways\nthen\nstop", 1);
	reads("rule a \"Tên \\\"quy tắc\\\" \\\\\" when always then stop # end", 1);
	reads("rule a from 2026-01-01 when always then stop\r\nrule b until 2026-01-01 when always then "
	      "stop\r\n"
	      "rule c from 2026-01-01 until 2026-01-02 when always then stop\r\n",
		3);
	reads("any order rule a when always then stop end any order \"B\" end", 1);
	reads("rule department when kind = kind,text and level=level then tag stop,tag;flag always", 1);
	check(RULES_ROUTING, STR_NONE, "");
}

static void conditions(void **state)
{
	(void)state;
	reads("let x = y let y = text has \"a\" rule a when x and (y or not (danger)) then stop", 1);
	reads("rule a when not not not always or always and always then stop", 1);
	reads("rule a when time=00:00-24:00 or time = 22:00-06:00 or time = 23:59-24:00 then stop", 1);
	reads("rule a when load X<5 and load X>=5 and valid X and day = mon, tue then stop", 1);
	reads("rule a when text has \"a\",\"Đường  Láng!\" then stop", 1);
}

/* 32 brackets are the most. */
static void depth(void **state)
{
	struct buf deep = {.arena = arena}, deeper = {.arena = arena};
	(void)state;

	buf_printf(&deep, "rule a when ((((((((((((((((((((((((((((((((always");
	buf_printf(&deep, "))))))))))))))))))))))))))))))))");
	buf_printf(&deeper, "rule a when (((((((((((((((((((((((((((((((((always");
	buf_printf(&deep, " then stop");
	reads(arena_cstr(arena, buf_str(&deep)), 1);
	check(RULES_ROUTING, buf_str(&deeper), "1:46 syntax");
}

static void statements_at_fault(void **state)
{
	(void)state;
	faulty("x", "1:1 syntax");
	faulty("rule", "1:5 syntax");
	faulty("rule a", "1:7 syntax");
	faulty("rule a when", "1:12 syntax");
	faulty("rule a when always", "1:19 syntax");
	faulty("rule a when always then", "1:24 syntax");
	faulty("rule a when always then stop;", "1:30 syntax");
	faulty("rule a when always then stop stop", "1:30 syntax");
	faulty("rule a when always then nothing", "1:25 syntax");
	faulty("rule end when always then stop", "1:6 syntax; 1:6 syntax; 1:10 syntax");
	faulty("rule a:b when always then stop", "1:6 syntax");
	faulty("rule a from 2026-02-30 when always then stop", "1:13 syntax");
	faulty("rule a from 2026-02-02 until 2026-02-02 when always then stop", "1:8 never_true");
	faulty("let kind = always", "1:5 syntax");
	faulty("let a always", "1:7 syntax");
	faulty("let a = always always", "1:16 syntax");
	faulty("any", "1:1 syntax; 1:4 syntax");
	faulty("any order\nany order\nend", "2:1 syntax");
	faulty("\n any order rule a when always then stop", "2:2 syntax");
	faulty("end", "1:1 syntax");
	faulty("rule a when always then tag", "1:28 syntax");
	faulty("rule a when always then tag b,", "1:31 syntax");
	faulty("rule a when always then level urgent; level normal", "1:45 doubled");
}

static void conditions_at_fault(void **state)
{
	(void)state;
	faulty("rule a when then stop", "1:13 syntax");
	faulty("rule a when (always then stop", "1:21 syntax");
	faulty("rule a when always) then stop", "1:19 syntax");
	faulty("rule a when always and then stop", "1:24 syntax");
	faulty("rule a when kind then stop", "1:18 syntax");
	faulty("rule a when kind = then stop", "1:20 syntax");
	faulty("rule a when kind = \"a\" then stop", "1:20 syntax");
	faulty("rule a when text \"a\" then stop", "1:18 syntax");
	faulty("rule a when text has a then stop", "1:22 syntax");
	faulty("rule a when text has \"!\" then stop", "1:22 syntax");
	faulty("rule a when load A = 5 then stop", "1:20 syntax");
	faulty("rule a when load A >= -5 then stop", "1:23 syntax");
	faulty("rule a when load A > 5 then stop", "1:20 syntax");
	faulty("rule a when load A >= 99999999999999999999 then stop", "1:23 syntax");
	faulty("rule a when time = 22:00 then stop", "1:20 syntax");
	faulty("rule a when time = 22:00-22:00 then stop", "1:20 syntax");
	faulty("rule a when time = 24:00-22:00 then stop", "1:20 syntax");
	faulty("rule a when time = 22:00-00:00 then stop", "1:20 syntax");
	faulty("rule a when time = 22:00-24:01 then stop", "1:20 syntax");
	faulty("rule a when time = 22:60-23:00 then stop", "1:20 syntax");
	faulty("rule a when time = 2a:00-23:00 then stop", "1:20 syntax");
}

static void characters_at_fault(void **state)
{
	(void)state;
	faulty("rule a when text has \"ă\nthen stop", "1:22 syntax");
	faulty("rule a when text has \"", "1:22 syntax");
	faulty("rule a when text has \"\\", "1:22 syntax");
	faulty("rule a when text has \"x\\n\" then stop", "1:22 syntax");
	faulty("rule a \"ắ\" when ố then stop", "1:17 syntax");
	faulty("rule a \"ắ\"\r\n  when kind ~ b then stop", "2:13 syntax");
	check(RULES_ROUTING, STR("# \xc3\xa9\n# a\xff"), "2:4 syntax");
	check(RULES_ROUTING, STR("# a\0"), "1:4 syntax");
}

static void one_goes_on_at_the_next_statement(void **state)
{
	(void)state;
	faulty("rule a when kind = then stop\nlet b = \nrule c when always then stop\nrule d when ) then "
	       "stop\nend",
		"1:20 syntax; 3:1 syntax; 4:13 syntax; 5:1 syntax");
}

static void a_hundred_faults_are_enough(void **state)
{
	struct buf text = {.arena = arena};
	struct rules_faults faults;
	(void)state;

	for (int i = 0; i < 300; i++)
		buf_printf(&text, "rule r%d when ? then stop\n", i);
	assert_null(rules_read(arena, RULES_ROUTING, buf_str(&text), &faults));
	assert_int_equal(faults.n, 100);
	assert_int_equal(faults.at[99].line, 100);
}

static void names_and_lets(void **state)
{
	(void)state;
	faulty("rule a when always then stop\nrule b when always then stop\nrule a when always then stop",
		"3:6 doubled/1");
	faulty("let a = always let b = danger\nlet a = danger", "2:5 doubled/1");
	faulty("rule a when b or not (c) then stop", "1:13 unknown_name; 1:23 unknown_name");
	faulty("let a = b and danger\nlet b = not a", "2:13 cycle/1");
	faulty("let a = a", "1:9 cycle/1");
	faulty("let x = a\nlet a = b\nlet b = c or c\nlet c = text has \"c\" or\n  a", "5:3 cycle/2");
}

static void purposes(void **state)
{
	(void)state;
	faulty("rule a when always then officer a.b; flag c", "1:25 not_here");
	check(RULES_ASSIGNMENT, STR("rule a when always then officer a.b; skill x; tag t; flag f; stop"), "");
	check(RULES_ASSIGNMENT, STR("rule a when always then level urgent"), "1:25 not_here");
	check(RULES_ASSIGNMENT,
		STR("rule a when always then department A; with B; profile c; visibility public; tag t"),
		"1:25 not_here; 1:39 not_here; 1:47 not_here; 1:58 not_here");
}

/* (k0 or k1) and (k2 or k3) and ... : 2^n alternatives. */
static struct str crossed(int pairs, const char *around)
{
	struct buf text = {.arena = arena};

	buf_printf(&text, "rule a when %s(always", around);
	for (int i = 0; i < pairs; i++)
		buf_printf(&text, " and (kind = k%d or kind = l%d)", i, i);
	buf_printf(&text, ") then stop");
	return buf_str(&text);
}

static void alternatives(void **state)
{
	struct buf text = {.arena = arena};
	(void)state;

	check(RULES_ROUTING, crossed(6, ""), "");
	check(RULES_ROUTING, crossed(7, ""), "1:13 too_many_alternatives");
	check(RULES_ROUTING, crossed(60, "not "), "");
	/* What is written twice counts once. */
	buf_printf(&text, "let x = kind = a or kind = b\nrule r when x");
	for (int i = 0; i < 200; i++)
		buf_printf(&text, " and x");
	buf_printf(&text, " then stop");
	check(RULES_ROUTING, buf_str(&text), "");
}

static struct str tagged(unsigned n, const char *between)
{
	struct buf text = {.arena = arena};

	buf_printf(&text, "rule r when always then tag t0");
	for (unsigned i = 1; i < n; i++)
		buf_printf(&text, "%s t%u", between, i);
	return buf_str(&text);
}

static void many_of_one_effect(void **state)
{
	(void)state;
	check(RULES_ROUTING, tagged(RULES_LISTED_MAX, ","), "");
	check(RULES_ROUTING, tagged(RULES_LISTED_MAX + 1, ","), "1:29 too_long");
	check(RULES_ROUTING, tagged(RULES_LISTED_MAX, "; tag"), "");
	check(RULES_ROUTING, tagged(RULES_LISTED_MAX + 1, "; tag"), "1:163 too_long");
}

static void too_long(void **state)
{
	struct buf rules = {.arena = arena}, lets = {.arena = arena};
	char *blanks = arena_alloc(arena, RULES_TEXT_MAX + 1);
	(void)state;

	memset(blanks, ' ', RULES_TEXT_MAX + 1);
	check(RULES_ROUTING, (struct str){blanks, RULES_TEXT_MAX}, "");
	check(RULES_ROUTING, (struct str){blanks, RULES_TEXT_MAX + 1}, "1:1 too_long");
	for (int i = 0; i < RULES_MAX; i++)
		buf_printf(&rules, "rule r%d when always then tag t\n", i);
	check(RULES_ROUTING, buf_str(&rules), "");
	buf_printf(&rules, "rule x when always then tag t");
	check(RULES_ROUTING, buf_str(&rules), "10001:30 too_long");
	for (int i = 0; i < 1001; i++)
		buf_printf(&lets, "let l%d = always\n", i);
	check(RULES_ROUTING, buf_str(&lets), "1002:1 too_long");
	faulty("rule aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa when always then stop",
		"1:6 too_long");
}

/* Each let doubles the one before: written out it would be more than there is memory for. */
static void hostile_lets(void **state)
{
	struct buf text = {.arena = arena};
	struct rules_faults faults;
	(void)state;

	buf_printf(&text, "let l0 = kind = a or kind = b and danger");
	for (int i = 1; i < 500; i++)
		buf_printf(&text, "\nlet l%d = (l%d or kind = k%d) and (l%d or area = a%d) and not l%d", i,
			i - 1, i, i - 1, i, i / 2);
	buf_printf(&text, "\nrule r when l499 then stop");
	assert_null(rules_read(arena, RULES_ROUTING, buf_str(&text), &faults));
	assert_true(faults.n == 1);
}

static void check_names(const char *text, const char *want)
{
	struct buf got = {.arena = arena};
	unsigned n;
	const struct rule_name *names = rules_names(arena, rules_of(arena, RULES_ROUTING, text), &n);

	for (unsigned i = 0; i < n; i++)
		buf_printf(&got, "%s %.*s %.*s%s %u\n", names[i].what, STR_ARG(names[i].code),
			STR_ARG(names[i].rule), names[i].effect ? "!" : "", names[i].line);
	assert_string_equal(arena_cstr(arena, buf_str(&got)), want);
}

static void names(void **state)
{
	(void)state;
	check_names("", "");
	check_names(
		"let a = kind = k and text has \"t\" or load L >= 1\n"
		"rule r when a and category = c, d and area = c and valid V and not category = c\n"
		"then department D; with AREA, D, E; profile p; level urgent; tag t; flag t; skill s\n"
		"rule q when category = d and channel = web and day = mon then department D; with D; tag t",
		"kind k  1\ndepartment L  1\n"
		"category c r 2\ncategory d r 2\narea c r 2\ndepartment V r 2\n"
		"department D r! 3\ndepartment E r! 3\nprofile p r! 3\ntag t r! 3\nflag t r! 3\nskill s r! "
		"3\n"
		"category d q 4\ndepartment D q! 4\ntag t q! 4\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(layout, begin, end),
		cmocka_unit_test_setup_teardown(conditions, begin, end),
		cmocka_unit_test_setup_teardown(depth, begin, end),
		cmocka_unit_test_setup_teardown(statements_at_fault, begin, end),
		cmocka_unit_test_setup_teardown(conditions_at_fault, begin, end),
		cmocka_unit_test_setup_teardown(characters_at_fault, begin, end),
		cmocka_unit_test_setup_teardown(one_goes_on_at_the_next_statement, begin, end),
		cmocka_unit_test_setup_teardown(a_hundred_faults_are_enough, begin, end),
		cmocka_unit_test_setup_teardown(names_and_lets, begin, end),
		cmocka_unit_test_setup_teardown(purposes, begin, end),
		cmocka_unit_test_setup_teardown(alternatives, begin, end),
		cmocka_unit_test_setup_teardown(many_of_one_effect, begin, end),
		cmocka_unit_test_setup_teardown(too_long, begin, end),
		cmocka_unit_test_setup_teardown(hostile_lets, begin, end),
		cmocka_unit_test_setup_teardown(names, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

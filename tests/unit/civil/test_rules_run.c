/* Asking rules: each condition, each effect, what is off, and who is refused. */
#include "rules_town.h"

#include "unit.h"

/* Thursday, 26 November 2026, 12:00: a tree has fallen in ward 001a. */
static struct rule_facts facts(void)
{
	return (struct rule_facts){.kind = STR("feedback"),
		.category = STR("trees.fallen"),
		.area = STR("001a"),
		.language = STR("vi"),
		.channel = STR("web"),
		.level = STR("normal"),
		.folded = text_fold(arena, STR("Bão số 3: cây đổ, tốc mái nhà ở ngõ 12")),
		.at = hanoi("2026-11-26T12:00")};
}

static const struct rules_program *program_of(const char *text)
{
	return rules_compile(arena, rules_of(arena, RULES_ROUTING, text), town_new(arena));
}

static struct rule_outcome run(const char *text, const struct rule_facts *f)
{
	struct rule_outcome outcome;

	rules_run(program_of(text), arena, f, &outcome);
	return outcome;
}

static void check_condition(const struct rule_facts *f, const char *condition, bool want)
{
	const char *text = arena_printf(arena, "rule a when %s then tag t", condition).at;
	const char *contrary = arena_printf(arena, "rule a when not (%s) then tag t", condition).at;
	struct rule_outcome outcome = run(text, f);

	if ((outcome.ntaken == 1 && outcome.taken[0].said) != want)
		fail_msg("%s: not %d", condition, want);
	outcome = run(contrary, f);
	if ((outcome.ntaken == 1 && outcome.taken[0].said) == want)
		fail_msg("not (%s): not %d", condition, !want);
}

static void holds(const char *condition)
{
	struct rule_facts f = facts();

	check_condition(&f, condition, true);
}

static void fails(const char *condition)
{
	struct rule_facts f = facts();

	check_condition(&f, condition, false);
}

static void fields(void **state)
{
	(void)state;
	holds("always");
	holds("kind = feedback");
	holds("kind = complaint, feedback");
	fails("kind = complaint, unknown");
	holds("category = trees");
	holds("category = trees.fallen");
	fails("category = noise");
	holds("area = 01");
	holds("area = 001");
	fails("area = 002, loop");
	holds("language = vi");
	fails("language = en");
	holds("channel = zalo, web");
	fails("channel = counter");
	holds("level = normal");
	fails("level = urgent, complex");
	holds("day = thu");
	fails("day = mon, tue, wed, fri, sat, sun");
	fails("day = Thu");
	fails("danger");
	fails("kind = feedback and kind = complaint");
	holds("kind = complaint or not (language = en or area = 002)");
}

/* What the city does not know is matched by nothing but the contrary of everything. */
static void unknown_facts(void **state)
{
	struct rule_facts f = {.at = hanoi("2026-11-26T12:00"), .danger = true};
	(void)state;

	check_condition(&f, "kind = feedback, complaint, emergency", false);
	check_condition(&f, "not area = 01", true);
	check_condition(&f, "text has \"a\"", false);
	check_condition(&f, "danger", true);
	f.category = STR("new");
	check_condition(&f, "category = new", false);
	f.area = STR("loop");
	check_condition(&f, "area = loop", true);
	check_condition(&f, "area = 01", false);
}

static void texts(void **state)
{
	struct rule_facts f = facts();
	struct rule_outcome outcome;
	(void)state;

	holds("text has \"CÂY ĐỔ\"");
	holds("text has \"cay do toc mai nha\"");
	holds("text has \"không có\", \"ngõ 12\"");
	fails("text has \"y do\", \"cay d\"");
	holds("text has \"cay do\" and text has \"bao\" and not text has \"mua\"");
	outcome = run("let storm = text has \"mái nhà\", \"tốc mái\", \"tốc mái nhà\"\n"
		      "rule a when storm and text has \"cây\", \"ngõ\" then tag t\n"
		      "rule b when not text has \"lụt\" then tag u\n"
		      "rule c when storm then tag v",
		&f);
	assert_int_equal(outcome.ntaken, 3);
	assert_true(str_eq(outcome.taken[0].word, STR("cay")));
	assert_null(outcome.taken[1].word.at);
	assert_true(str_eq(outcome.taken[2].word, STR("toc mai")));
}

static void times(void **state)
{
	static const struct {
		const char *at, *time;
		bool want;
	} cases[] = {
		{"2026-11-26T21:59", "22:00-06:00", false},
		{"2026-11-26T22:00", "22:00-06:00", true},
		{"2026-11-26T00:00", "22:00-06:00", true},
		{"2026-11-26T05:59", "22:00-06:00", true},
		{"2026-11-26T06:00", "22:00-06:00", false},
		{"2026-11-26T00:00", "00:00-24:00", true},
		{"2026-11-26T23:59", "00:00-24:00", true},
		{"2026-11-26T08:00", "08:00-08:01", true},
		{"2026-11-26T08:01", "08:00-08:01", false},
	};
	struct rule_facts f = facts();
	(void)state;

	for (unsigned i = 0; i < COUNT(cases); i++) {
		f.at = hanoi(cases[i].at);
		check_condition(&f, arena_printf(arena, "time = %s", cases[i].time).at, cases[i].want);
	}
	f.at = hanoi("2026-11-29T23:59") + 59;
	check_condition(&f, "day = sun", true);
	f.at += 1;
	check_condition(&f, "day = mon and time = 00:00-00:01", true);
}

static void loads(void **state)
{
	const struct rule_load loads[] = {{1, 7}, {3, 50}};
	struct rule_facts f = facts();
	(void)state;

	f.loads = loads;
	f.nloads = 2;
	check_condition(&f, "load HUB >= 7", true);
	check_condition(&f, "load HUB >= 8", false);
	check_condition(&f, "load HUB < 8", true);
	check_condition(&f, "load HUB < 7", false);
	check_condition(&f, "load ROADS < 1", true);
	check_condition(&f, "load ROADS >= 0", true);
	check_condition(&f, "load OLD >= 50", true);
	check_condition(&f, "load NOBODY >= 0", false);
	check_condition(&f, "load NOBODY < 9", false);
}

static void validity_of_departments(void **state)
{
	(void)state;
	holds("valid HUB");
	holds("valid OLD");
	fails("valid GONE");
	fails("valid LATE");
	fails("valid RING");
	fails("valid NOBODY");
	fails("valid AREA");
}

static void check_effects(const char *text, const char *want)
{
	static const char *const singles[] = {"department", "level", "profile", "visibility", "officer"};
	static const char *const lists[] = {"with", "tag", "flag", "skill"};
	struct rule_facts f = facts();
	const struct rules_program *program = program_of(text);
	struct buf got = {.arena = arena};
	struct rule_outcome o;

	rules_run(program, arena, &f, &o);
	for (unsigned i = 0; i < EFFECT_SINGLES; i++)
		if (o.single[i].at)
			buf_printf(&got, "%s %.*s by %.*s; ", singles[i], STR_ARG(o.single[i]),
				STR_ARG(rules_rule_name(program, o.by[i])));
	for (unsigned i = 0; i < COUNT(lists); i++)
		for (unsigned k = 0; k < o.list[i].n; k++)
			buf_printf(&got, "%s %.*s; ", lists[i], STR_ARG(o.list[i].at[k]));
	for (unsigned i = 0; i < o.ntaken; i++)
		buf_printf(&got, "%s%.*s%s%.*s", i ? " " : "",
			STR_ARG(rules_rule_name(program, o.taken[i].rule)), o.taken[i].off ? " off " : "",
			STR_ARG(o.taken[i].ended));
	assert_string_equal(arena_cstr(arena, buf_str(&got)), want);
}

static void effects(void **state)
{
	(void)state;
	check_effects("", "");
	/* The first that says one counts; lists add up, each once. */
	check_effects("rule a when always then department AREA; tag x, y; with HUB\n"
		      "rule b when always then department ROADS; level urgent; tag y, z; tag x; flag f\n"
		      "rule c when always then department ROADS; level normal; with HUB\n"
		      "rule d when always then profile usual; visibility private; skill s; with ROADS, AREA",
		"department AREA by a; level urgent by b; profile usual by d; visibility private by d; "
		"with HUB; with ROADS; with AREA; tag x; tag y; tag z; flag f; skill s; a b d");
	check_effects("rule a when always then tag x; stop rule b when always then tag y", "tag x; a");
	check_effects("rule a when always then stop rule b when always then tag y", "a");
	check_effects("rule a when kind = complaint then stop rule b when always then tag y", "tag y; b");
	/* One alternative is enough, and a rule counts once. */
	check_effects("rule a when always or kind = feedback or area = 01 then tag x", "tag x; a");
	check_effects("rule a when not always then tag x", "");
}

static void own_validity(void **state)
{
	(void)state;
	check_effects("rule a from 2026-11-26 when always then tag a\n"
		      "rule b from 2026-11-27 when always then tag b\n"
		      "rule c until 2026-11-26 when always then tag c\n"
		      "rule d until 2026-11-27 when always then tag d",
		"tag a; tag d; a d");
}

static void what_has_ended_is_passed_over(void **state)
{
	(void)state;
	check_effects("rule a when always then department GONE; stop\n"
		      "rule b when always then department OLD; with LATE\n"
		      "rule c when always then department NOBODY\n"
		      "rule d when not category = dust then department ROADS\n"
		      "rule e when not area = 009 then department ROADS\n"
		      "rule f when always then profile past; department ROADS\n"
		      "rule g when always then department OLD",
		"department OLD by g; a off GONE b off LATE c off NOBODY d off dust e off 009 f off past g");
	check_effects("let x = y or area = 009 let y = not category = dust\n"
		      "rule a when x then tag a rule b when always or x then tag b rule c when valid GONE or "
		      "always then tag c\n"
		      "rule d when load GONE < 5 or always then tag d rule e when not category = nothing "
		      "then tag e\n"
		      "rule f when always then level high rule g when always then visibility none",
		"tag c; tag e; a off dust b off dust c d off GONE e f off high g off none");
	/* What does not match is not told. */
	check_effects("rule a when kind = complaint then department GONE", "");
}

static bool only_roads(void *of, struct str department)
{
	(*(unsigned *)of)++;
	return str_eq(department, STR("ROADS"));
}

static void refused_departments(void **state)
{
	struct rule_facts f = facts();
	struct rule_outcome o;
	unsigned asked = 0;
	(void)state;

	f.accept = only_roads;
	f.of = &asked;
	o = run("rule a when always then department AREA; tag a; stop\n"
		"rule b when kind = complaint then department HUB\n"
		"rule c when always then department ROADS; tag c\n"
		"rule d when always then department HUB; tag d",
		&f);
	assert_int_equal(asked, 2);
	assert_int_equal(o.ntaken, 3);
	assert_true(o.taken[0].off && str_eq(o.taken[0].ended, STR("AREA")) && o.taken[0].said == 0);
	assert_true(str_eq(o.single[EFFECT_DEPARTMENT], STR("ROADS")) && o.by[EFFECT_DEPARTMENT] == 2);
	assert_int_equal(o.taken[1].said, 1U << EFFECT_DEPARTMENT | 1U << EFFECT_TAG);
	assert_int_equal(o.taken[2].said, 1U << EFFECT_TAG);
	assert_int_equal(o.list[EFFECT_TAG - EFFECT_SINGLES].n, 2);
}

static void limits(void **state)
{
	struct buf text = {.arena = arena};
	struct rule_facts f = facts();
	struct rule_outcome o;
	(void)state;

	for (int i = 0; i < 40; i++)
		buf_printf(&text, "rule o%d when always then department GONE\n", i);
	for (int i = 0; i < 40; i++)
		buf_printf(&text, "rule t%d when always then tag t%d; flag f%d\n", i, i, i / 2);
	o = run(arena_cstr(arena, buf_str(&text)), &f);
	assert_int_equal(o.ntaken, RULES_TAKEN_MAX);
	assert_true(o.taken[15].off && !o.taken[16].off && o.taken[16].rule == 40);
	assert_int_equal(o.taken[31].rule, 55);
	assert_int_equal(o.list[EFFECT_TAG - EFFECT_SINGLES].n, RULES_LISTED_MAX);
	assert_int_equal(o.list[EFFECT_FLAG - EFFECT_SINGLES].n, 8);
}

static void what_is_off_on_a_day(void **state)
{
	const struct rules_program *program =
		program_of("rule a \"Title\" when always then department GONE\n"
			   "rule b when always then department HUB\n"
			   "rule c until 2026-01-01 when always then department GONE\n"
			   "rule d when area = 009 then profile past\n"
			   "rule e when always then with LATE");
	unsigned n;
	const struct rule_off *off = rules_off(arena, program, TODAY, &n);
	(void)state;

	assert_int_equal(n, 3);
	assert_true(off[0].rule == 0 && str_eq(off[0].ended, STR("GONE")));
	assert_true(off[1].rule == 3 && str_eq(off[1].ended, STR("009")));
	assert_true(off[2].rule == 4 && str_eq(off[2].ended, STR("LATE")));
	rules_off(arena, program, TODAY - 6, &n);
	assert_int_equal(n, 0);
	off = rules_off(arena, program, TODAY + 10, &n);
	assert_true(n == 2 && off[1].rule == 3);
	assert_true(str_eq(rules_rule_title(program, 0), STR("Title")));
	assert_null(rules_rule_title(program, 1).at);
	assert_int_equal(rules_rule_line(program, 4), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fields, begin, end),
		cmocka_unit_test_setup_teardown(unknown_facts, begin, end),
		cmocka_unit_test_setup_teardown(texts, begin, end),
		cmocka_unit_test_setup_teardown(times, begin, end),
		cmocka_unit_test_setup_teardown(loads, begin, end),
		cmocka_unit_test_setup_teardown(validity_of_departments, begin, end),
		cmocka_unit_test_setup_teardown(effects, begin, end),
		cmocka_unit_test_setup_teardown(own_validity, begin, end),
		cmocka_unit_test_setup_teardown(what_has_ended_is_passed_over, begin, end),
		cmocka_unit_test_setup_teardown(refused_departments, begin, end),
		cmocka_unit_test_setup_teardown(limits, begin, end),
		cmocka_unit_test_setup_teardown(what_is_off_on_a_day, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

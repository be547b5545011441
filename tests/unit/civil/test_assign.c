/* What rules of a department wish, and when they are switched off. */
#include "rules_town.h"

#include "civil/assign.h"

#include "unit.h"

/* What the rules say of a feedback with this text, at noon; people are lines. */
static struct str told(const char *text, const char *people, const char *about)
{
	const struct city *city = assign_city(arena, town_new(arena), str_of(people), false);
	const struct rule_facts facts = {.kind = STR("feedback"),
		.category = STR("trees.fallen"),
		.area = STR("001a"),
		.language = STR("vi"),
		.channel = STR("web"),
		.level = STR("normal"),
		.folded = text_fold(arena, str_of(about)),
		.at = hanoi("2026-11-26T12:00")};

	return assign_told(
		arena, rules_compile(arena, rules_of(arena, RULES_ASSIGNMENT, text), city), 7, &facts);
}

static void is_told(struct str said, const char *expected)
{
	assert_string_equal(arena_printf(arena, "%.*s", STR_ARG(said)).at, expected);
}

static void wishes(void **state)
{
	(void)state;
	is_told(told("rule a when text has \"cây đổ\" then officer an; skill trees; tag t\n"
		     "rule b when area = 01 then officer binh; skill noise, trees; flag f; stop\n"
		     "rule c when always then tag late",
			"an\nbinh", "Cây đổ"),
		"{\"set\":7,\"taken\":[{\"rule\":\"a\",\"word\":\"cay "
		"do\",\"said\":[\"officer\",\"tag\",\"skill\"]},"
		"{\"rule\":\"b\",\"said\":[\"flag\",\"skill\"]}],\"officer\":\"an\",\"skills\":[\"trees\","
		"\"noise\"],"
		"\"tags\":[\"t\"],\"flags\":[\"f\"]}");
	is_told(told("rule a when kind = complaint then officer an", "an", ""), "{\"set\":7,\"taken\":[]}");
}

static void who_is_gone(void **state)
{
	static const char rules[] = "rule a when always then officer an; tag x\n"
				    "rule b when always then officer binh";

	(void)state;
	is_told(told(rules, "binh", ""), "{\"set\":7,\"taken\":[{\"rule\":\"a\",\"off\":\"an\",\"said\":[]},"
					 "{\"rule\":\"b\",\"said\":[\"officer\"]}],\"officer\":\"binh\"}");
	is_told(told(rules, "", ""), "{\"set\":7,\"taken\":[{\"rule\":\"a\",\"off\":\"an\",\"said\":[]},"
				     "{\"rule\":\"b\",\"off\":\"binh\",\"said\":[]}]}");
	is_told(told("rule a when always then skill dust\nrule b when always then skill flying", "", ""),
		"{\"set\":7,\"taken\":[{\"rule\":\"a\",\"off\":\"dust\",\"said\":[]},"
		"{\"rule\":\"b\",\"off\":\"flying\",\"said\":[]}]}");
}

static void names(void **state)
{
	static const char text[] = "rule a when kind = complaint then officer an; skill trees\n"
				   "rule b when kind = feedback then officer binh; skill dust\n"
				   "rule c when kind = emergency then skill flying";
	const struct rules *rules = rules_of(arena, RULES_ASSIGNMENT, text);
	const struct city *city = town_new(arena);
	struct rules_faults faults;

	(void)state;
	faults = rules_check(arena, rules, assign_city(arena, city, STR("an"), false), TODAY);
	is_told(faults_text(arena, &faults), "2:42 unknown_name; 2:54 ended!; 3:41 unknown_name");
	faults = rules_check(arena, rules, city, TODAY);
	is_told(faults_text(arena, &faults), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(wishes, begin, end),
		cmocka_unit_test_setup_teardown(who_is_gone, begin, end),
		cmocka_unit_test_setup_teardown(names, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

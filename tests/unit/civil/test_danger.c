/* Danger to life: weights, thresholds, and versions by the day. */
#include "calendars.h"

#include "civil/danger.h"

enum {
	LONG_AGO = INT32_MIN,
	FOREVER = INT32_MAX,
	DAY = 20000
};

static struct department hub = {.id = 1, .code = STR("HUB"), .valid_from = LONG_AGO, .valid_to = FOREVER};
static const struct danger_word words[] = {
	{STR("chay nha"), 10, LONG_AGO, FOREVER},
	{STR("ro dien"), 6, LONG_AGO, FOREVER},
	{STR("mac ket"), 6, LONG_AGO, DAY},
	{STR("sat lo"), 6, DAY + 1, FOREVER},
};
static const struct danger_text texts[] = {
	{STR("{\"numbers\":[\"115\"]}"), 12, DAY + 10},
	{STR("{\"numbers\":[\"114\"]}"), 10, LONG_AGO},
	{STR_NONE, 10, DAY + 20},
};

static const struct city *town(struct arena *arena, unsigned ntexts)
{
	struct str reason;
	struct city parts = {.hub = STR("HUB"),
		.departments = &hub,
		.ndepartments = 1,
		.danger_words = words,
		.ndanger_words = 4,
		.danger_texts = texts,
		.ndanger_texts = ntexts,
		.calendar = hanoi_calendar(arena)};
	const struct city *city = city_build(arena, &parts, &reason);

	assert_non_null(city);
	return city;
}

static void check(const char *folded, bool chosen, int32_t day, const char *told)
{
	struct arena *arena = arena_new();
	struct str got = danger_told(town(arena, 3), arena, str_of(folded), chosen, day);

	if (!str_eq(got, told ? str_of(told) : STR_NONE) || (got.at != NULL) != (told != NULL))
		fail_msg("\"%s\" on %d: %.*s", folded, day, STR_ARG(got));
	arena_free(arena);
}

#define OLD "{\"numbers\":[\"114\"]}"
#define NEW "{\"numbers\":[\"115\"]}"

static void weights(void **state)
{
	(void)state;
	check("co chay nha o ngo 5", false, DAY, OLD);
	check("chay nhanh qua", false, DAY, NULL);
	check("ro dien o cot", false, DAY, NULL);
	check("ro dien va ro dien", false, DAY, NULL);
	check("", true, DAY, OLD);
	check("", false, DAY, NULL);
}

static void days(void **state)
{
	(void)state;
	check("ro dien co nguoi mac ket", false, DAY - 1, OLD);
	check("ro dien co nguoi mac ket", false, DAY, NULL);
	check("ro dien va sat lo", false, DAY, NULL);
	check("ro dien va sat lo", false, DAY + 1, OLD);
	check("ro dien va sat lo", false, DAY + 10, NEW);
	check("chay nha", false, DAY + 9, OLD);
	/* The later version asks for more. */
	check("chay nha", false, DAY + 10, NULL);
	/* The last one has nothing to tell. */
	check("chay nha", true, DAY + 20, NULL);
}

static void no_lists(void **state)
{
	struct arena *arena = arena_new();
	(void)state;

	assert_false(danger_told(town(arena, 0), arena, STR("chay nha"), true, DAY).at);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weights), cmocka_unit_test(days), cmocka_unit_test(no_lists)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

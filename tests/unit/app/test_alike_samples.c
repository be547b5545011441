/* The storm tree of the sample tickets: with diacritics, without, in other words, in English. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "civil/alike.h"
#include "civil/text.h"

enum {
	SAMPLES_MAX = 64
};

static struct str family(struct str category)
{
	struct str first = STR_NONE;

	str_next(&category, '.', &first);
	return first;
}

static struct str member(const json_t *object, const char *name)
{
	return str_of(json_string_value(json_object_get(object, name)));
}

/* A sample as if it had been filed at this hour. */
static struct alike sample(struct arena *arena, const struct alike_words *words, const json_t *t, int hour)
{
	struct alike a = {.filed_s = hour * 3600,
		.area = member(t, "area"),
		.category = member(t, "category"),
		.family = family(member(t, "category")),
		.urgent = str_eq(member(json_object_get(t, "expected"), "level"), STR("urgent")),
		.lon = NAN,
		.lat = NAN};
	const struct alike_source source = {.title = text_clean(arena, member(t, "title"), TEXT_LINE),
		.text = text_clean(arena, member(t, "text"), TEXT_BLOCK),
		.place = text_clean(arena, member(t, "location_text"), TEXT_LINE),
		.area_name = STR("Phường Kim Liên")};

	alike_read(arena, words, &source, &a);
	return a;
}

/* All samples filed within one day: those of the storm tree are one event, and no others are. */
static void the_storm_tree(void **state)
{
	struct arena *arena = arena_new();
	json_t *all = json_load_file(TEST_ROOT "/tests/data/sample_tickets.json", 0, NULL);
	const json_t *tickets = json_object_get(all, "tickets");
	size_t n = json_array_size(tickets), same = 0;
	const struct alike_words *words = alike_words(arena);
	struct alike a[SAMPLES_MAX];
	struct str group[SAMPLES_MAX];
	(void)state;

	assert_in_range(n, 20, SAMPLES_MAX);
	for (size_t i = 0; i < n; i++) {
		const json_t *t = json_array_get(tickets, i);

		a[i] = sample(arena, words, t, (int)i);
		group[i] = member(json_object_get(t, "expected"), "duplicate_group");
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++) {
			bool tree = group[i].at && group[k].at && str_eq(group[i], group[k]);
			struct alike_score score;

			alike_compare(&a[i], &a[k], &score);
			same += tree;
			if (alike_same(&score) != tree)
				fail_msg("samples %zu and %zu: %d", i, k, score.score);
		}
	assert_int_equal(same, 3);
	json_decref(all);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_storm_tree)};

	arena_reserve(1 << 20);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Likely duplicates: the labelled pairs, and what holds for any two tickets. */
#include "unit.h"

#include <string.h>

#include <cmocka.h>

#include "../../load/alike/pairs.h"

enum {
	ROUNDS = 4000
};

static const char *const folder = TEST_ROOT "/tests/load/alike";

static void labelled_pairs(void **state)
{
	const struct pairs *pairs = pairs_read(arena, folder);
	struct str rest = pairs->list;
	unsigned all = 0, found = 0, missed = 0, wrong = 0;
	struct pair pair;
	(void)state;

	for (; pairs_next(pairs, &rest, &pair); all++) {
		struct alike_score score;

		alike_compare(&pair.one->alike, &pair.other->alike, &score);
		found += alike_same(&score) && pair.same;
		missed += !alike_same(&score) && pair.same;
		wrong += alike_same(&score) && !pair.same;
	}
	assert_true(all >= 200);
	assert_true(found * 10 >= (found + missed) * 9);
	assert_true(found * 10 >= (found + wrong) * 9);
}

static void check_score(const struct alike *a, const struct alike *b)
{
	struct alike_score one, other;

	alike_compare(a, b, &one);
	alike_compare(b, a, &other);
	assert_int_equal(one.score, other.score);
	assert_int_equal(one.reasons, other.reasons);
	assert_int_equal(one.metres, other.metres);
	assert_in_range(one.score, 0, ALIKE_MOST);
	for (unsigned bit = 0; one.reasons >> bit; bit++)
		if (one.reasons >> bit & 1)
			assert_non_null(alike_reason_code(bit));
}

/* Of the labelled tickets and of any mixture of them. */
static void symmetric_and_in_range(void **state)
{
	const struct pairs *pairs = pairs_read(arena, folder);
	unsigned seed = 20261126;
	(void)state;

	for (int round = 0; round < ROUNDS; round++) {
		struct alike a = pairs->at[(size_t)rand_r(&seed) % pairs->n].alike;
		const struct alike *b = &pairs->at[(size_t)rand_r(&seed) % pairs->n].alike;

		a.marks = pairs->at[(size_t)rand_r(&seed) % pairs->n].alike.marks;
		a.signature = pairs->at[(size_t)rand_r(&seed) % pairs->n].alike.signature;
		a.filed_s += rand_r(&seed) % 10000000 - 5000000;
		check_score(&a, b);
	}
}

/* Whatever else agrees. */
static void itself_and_against(void **state)
{
	const struct pairs *pairs = pairs_read(arena, folder);
	struct alike a = pairs->at[0].alike;
	struct alike_score score;
	(void)state;

	alike_compare(&a, &a, &score);
	assert_int_equal(score.score, ALIKE_MOST);
	assert_true(score.reasons & ALIKE_IDENTICAL && score.reasons & ALIKE_NEAR);
	a.filed_s += (ALIKE_DAYS * 24 + 1) * 3600;
	alike_compare(&a, &pairs->at[0].alike, &score);
	assert_int_equal(score.score, ALIKE_AGAINST);
	a.filed_s = pairs->at[0].alike.filed_s;
	a.lat += 0.05;
	alike_compare(&a, &pairs->at[0].alike, &score);
	assert_int_equal(score.score, ALIKE_AGAINST);
	assert_in_range(score.metres, 5000, 6000);
}

static void hostile_texts(void **state)
{
	const struct alike_words *words = alike_words(arena);
	char *long_text = arena_alloc(arena, 40001);
	const struct str texts[] = {STR_NONE, STR(""), STR(" "), STR("\xff\xfe"), STR("phố"),
		STR("phố ngõ số ngõ"), STR("ngõ 99999999999999999999"), STR("số 1 2 3 4 5 6 7 8"),
		STR("Đ Đ Đ Đ Đ"), STR(";n x;l 1;"), {long_text, 40000}};
	(void)state;

	for (int i = 0; i < 40000; i += 4)
		memcpy(long_text + i, "pho ", 4);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		for (size_t k = 0; k < sizeof(texts) / sizeof(*texts); k++) {
			struct alike a = {.lon = NAN, .lat = NAN}, b = {.lon = 105, .lat = 21};

			alike_read(arena, words,
				&(struct alike_source){texts[i], texts[k], texts[i], texts[k]}, &a);
			alike_read(arena, words,
				&(struct alike_source){texts[k], texts[i], STR_NONE, STR_NONE}, &b);
			check_score(&a, &b);
		}
}

/* Of a place nothing but the marks, which are those of the whole. */
static void places_alone(void **state)
{
	const struct alike_source source = {STR("Mất nước"),
		STR("Mất nước ở ngõ 46 phố Phạm Ngọc Thạch từ sáng."), STR("Số 12 phố Phạm Ngọc Thạch"),
		STR("Phường Kim Liên")};
	struct alike whole = {.lon = NAN, .lat = NAN}, place = {.matters = 7, .signature.syllables = 9};
	int64_t keys[ALIKE_KEYS_MAX];
	(void)state;

	alike_read(arena, alike_words(arena), &source, &whole);
	alike_read_place(arena, &source, &place);
	assert_true(whole.matters && whole.signature.syllables);
	assert_int_equal(place.matters, 0);
	assert_int_equal(place.signature.syllables, 0);
	assert_true(str_eq(place_write(arena, &whole.marks), place_write(arena, &place.marks)));
	assert_int_equal(alike_keys(&place, keys), 1);
}

static void cells_and_keys(void **state)
{
	const struct pairs *pairs = pairs_read(arena, folder);
	int64_t keys[ALIKE_KEYS_MAX];
	(void)state;

	assert_int_equal(
		alike_cell(105.8321, 21.0057, 1, 0), alike_cell(105.8321 + 1 / 200.0, 21.0057, 0, 0));
	assert_int_equal(alike_cell(105.8321, 21.0057, 0, -1) + 1, alike_cell(105.8321, 21.0057, 0, 0));
	assert_int_equal(alike_names(keys, 0), 0);
	assert_int_equal(alike_names((const int64_t[]){3, 64, 67}, 3), 9);
	for (size_t i = 0; i < pairs->n; i++) {
		unsigned n = alike_keys(&pairs->at[i].alike, keys);

		assert_in_range(n, MINHASH_BANDS, ALIKE_KEYS_MAX);
		for (unsigned k = 0; k < n; k++)
			assert_true(keys[k] >= 0);

		struct alike place = {.filed_s = 0};
		int64_t names[PLACE_MARKS_MAX];

		place.marks = pairs->at[i].alike.marks;
		assert_int_equal(alike_place_keys(&place, names), n - MINHASH_BANDS);
		assert_memory_equal(names, keys + MINHASH_BANDS, (n - MINHASH_BANDS) * sizeof(*names));
		for (unsigned k = 0; k < n - MINHASH_BANDS; k++)
			assert_true(alike_names(names, n - MINHASH_BANDS) >> (names[k] % 64) & 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(labelled_pairs, begin, end),
		cmocka_unit_test_setup_teardown(symmetric_and_in_range, begin, end),
		cmocka_unit_test_setup_teardown(itself_and_against, begin, end),
		cmocka_unit_test_setup_teardown(hostile_texts, begin, end),
		cmocka_unit_test_setup_teardown(places_alone, begin, end),
		cmocka_unit_test_setup_teardown(cells_and_keys, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

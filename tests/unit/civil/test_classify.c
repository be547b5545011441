/* The classifier: counts are learned and unlearned without a trace, models are the same to the bit, weights sum
 * up to scores, nothing grows without end, and numbers never become words. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "civil/classify.h"
#include "civil/fixed.h"
#include "civil/grams.h"
#include "civil/respell.h"
#include "civil/tally.h"

enum {
	CLASSES = 3,
	WORDS_SHOWN = 64
};

static const int64_t whole[CLASSES] = {CLASSIFY_TICKET, CLASSIFY_TICKET, CLASSIFY_TICKET};
static const char *const lessons[][CLASSES] = {
	{"o ga sau tren pho xe may bi nga", "cay do chan ngang duong sau bao", "nuoc may duc co mui la"},
	{"mat duong co o ga va vet nut", "canh cay gay roi xuong via he", "mat nuoc sach ba ngay"},
	{"lap ho va duong giup dan", "cay xanh chet kho can trong lai", "dong ho nuoc chay sai"}};

static struct tally *taught(size_t rounds)
{
	struct tally *tally = tally_new(arena);

	for (size_t i = 0; i < rounds; i++)
		for (int64_t c = 0; c < CLASSES; c++)
			tally_text(tally, str_of(lessons[i % 3][c]), c, (int64_t)i % 16, 1);
	return tally;
}

/* A tally without its witnesses, as the counts of tickets. */
static const struct classify *model_of(struct tally *tally)
{
	size_t n, made = 0;
	const struct tally_row *rows = tally_rows(tally, &n);
	struct classify_count *counts = arena_alloc(arena, (n + 1) * sizeof(*counts));

	for (size_t i = 0; i < n; i++) {
		struct classify_count *last = counts + made - 1;
		if (made > 0 && str_eq(last->gram, rows[i].gram) && last->class == rows[i].class)
			last->tickets += rows[i].n;
		else
			counts[made++] = (struct classify_count){rows[i].gram, rows[i].class, 0, rows[i].n};
	}
	return classify_build(arena, &(struct classify_counts){counts, made, whole, CLASSES});
}

/* All that a model says of a text. */
static struct str said(const struct classify *model, const char *text)
{
	struct buf out = {.arena = arena};
	struct classified got;
	struct classify_word words[WORDS_SHOWN];

	classify_text(model, arena, str_of(text), &got);
	for (unsigned i = 0; i < got.n; i++) {
		size_t n = classify_explain(model, &got, got.at[i].class, words, WORDS_SHOWN);
		buf_printf(&out, "%u %lld %lld:", got.at[i].class, (long long)got.at[i].score,
			(long long)got.at[i].share);
		for (size_t j = 0; j < n; j++)
			buf_printf(&out, " %.*s=%lld", STR_ARG(words[j].gram), (long long)words[j].weight);
		buf_byte(&out, '\n');
	}
	return buf_str(&out);
}

static unsigned best(const struct classify *model, const char *text)
{
	struct classified got;

	classify_text(model, arena, str_of(text), &got);
	return got.at[0].class;
}

static void learns(void **state)
{
	const struct classify *model = model_of(taught(3));
	(void)state;

	assert_int_equal(best(model, "tren pho co o ga"), 0);
	assert_int_equal(best(model, "cay bi gay sau con bao"), 1);
	assert_int_equal(best(model, "nha toi mat nuoc"), 2);
}

static void guesses(void **state)
{
	const struct classify *model = model_of(taught(3));
	(void)state;

	assert_int_equal(best(model, "ddwuowngf cos or gaf"), 0); /* Telex, with a slip */
	assert_int_equal(best(model, "nuoc1 may1 d9u5c"), 2);
	assert_int_equal(best(model, "canhj cayy gayx"), 1);
	assert_int_equal(best(model, "luoc duc"), 2); /* l for n */
}

static void knows_nothing(void **state)
{
	struct classified got;
	(void)state;

	classify_text(model_of(taught(3)), arena, STR("zzz qqq 123"), &got);
	assert_int_equal(got.known, 0);
	assert_int_equal(got.at[0].share, got.at[CLASSES - 1].share);
	classify_text(model_of(tally_new(arena)), arena, STR("o ga"), &got);
	assert_int_equal(got.known, 0);
	classify_text(model_of(taught(3)), arena, STR(""), &got);
	assert_int_equal(got.known, 0);
}

static void unlearning_leaves_nothing(void **state)
{
	struct tally *tally = taught(3);
	struct str before = said(model_of(tally), "o ga tren duong sau bao nuoc");
	size_t n, m;
	const struct tally_row *rows = tally_rows(tally, &n), *again;
	(void)state;

	tally_text(tally, STR("mot chuyen khac hoan toan o ga o ga"), 2, 5, 1);
	assert_false(str_eq(said(model_of(tally), "o ga tren duong sau bao nuoc"), before));
	tally_text(tally, STR("mot chuyen khac hoan toan o ga o ga"), 2, 5, -1);
	again = tally_rows(tally, &m);
	assert_int_equal(n, m);
	for (size_t i = 0; i < n; i++) {
		assert_true(str_eq(rows[i].gram, again[i].gram));
		assert_int_equal(rows[i].n, again[i].n);
	}
	assert_true(str_eq(said(model_of(tally), "o ga tren duong sau bao nuoc"), before));
}

static int at_random(const void *a, const void *b)
{
	return (int)(grams_hash(((const struct classify_count *)a)->gram) % 1009) -
	       (int)(grams_hash(((const struct classify_count *)b)->gram) % 1009);
}

static void the_same_in_any_order(void **state)
{
	size_t n;
	const struct tally_row *rows = tally_rows(taught(1), &n);
	struct classify_count *counts = arena_alloc(arena, n * sizeof(*counts));
	const char *text = "o ga sau tren duong, cayy nuoc muii";
	struct str first;
	(void)state;

	for (size_t i = 0; i < n; i++)
		counts[i] = (struct classify_count){rows[i].gram, rows[i].class, rows[i].n, 1};
	first = said(classify_build(arena, &(struct classify_counts){counts, n, whole, CLASSES}), text);
	qsort(counts, n, sizeof(*counts), at_random);
	assert_true(str_eq(first,
		said(classify_build(arena, &(struct classify_counts){counts, n, whole, CLASSES}), text)));
}

static void weights_sum_up(void **state)
{
	const struct classify *model = model_of(taught(3));
	struct classify_word words[WORDS_SHOWN];
	struct classified got;
	(void)state;

	classify_text(model, arena, STR("o ga sau tren pho nuocc may duwowngf cay"), &got);
	assert_in_range(got.known, 8, WORDS_SHOWN);
	for (unsigned i = 0; i < got.n; i++) {
		int64_t sum = 0;
		size_t n = classify_explain(model, &got, got.at[i].class, words, WORDS_SHOWN);
		assert_int_equal(n, got.known);
		for (size_t j = 0; j < n; j++) {
			sum += words[j].weight;
			assert_true(j == 0 || words[j].weight <= words[j - 1].weight);
		}
		assert_int_equal(sum, got.at[i].score);
		assert_int_equal(classify_explain(model, &got, got.at[i].class, words, 2), 2);
		assert_true(words[0].weight >= words[1].weight);
	}
	assert_int_equal(classify_explain(model, &got, 0, words, 0), 0);
}

static void examples_fade(void **state)
{
	const struct classify_count counts[] = {{STR("a"), 0, 10, 0}, {STR("a"), 1, 0, 10}};
	const int64_t faded[] = {CLASSIFY_TICKET / 10, CLASSIFY_TICKET};
	const struct classify *even = classify_build(arena, &(struct classify_counts){counts, 2, whole, 2});
	const struct classify *later = classify_build(arena, &(struct classify_counts){counts, 2, faded, 2});
	struct classified got;
	(void)state;

	classify_text(even, arena, STR("a"), &got);
	assert_int_equal(got.at[0].score, got.at[1].score);
	classify_text(later, arena, STR("a b"), &got);
	assert_int_equal(got.n, 2);
}

static void a_model_is_bounded(void **state)
{
	enum {
		MANY = 200000
	};
	struct classify_count *counts = arena_alloc(arena, MANY * sizeof(*counts));
	const struct classify *model;
	struct classified got;
	(void)state;

	for (int i = 0; i < MANY; i++)
		counts[i] = (struct classify_count){
			arena_printf(arena, "w%c%c%c%c", 'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676 % 26,
				'a' + i / 17576),
			i % CLASSES, 0, i == 7 ? 2 : 1};
	model = classify_build(arena, &(struct classify_counts){counts, MANY, whole, CLASSES});
	assert_non_null(model);
	assert_true(classify_bytes(model) <= CLASSIFY_BYTES_MAX);
	assert_in_range(classify_grams(model), 10000, MANY - 1);
	classify_text(model, arena, counts[7].gram, &got);
	assert_int_equal(got.known, 1); /* what was counted most often is kept */
}

static void unsound_counts(void **state)
{
	const struct classify_count twice[] = {{STR("a"), 0, 1, 0}, {STR("a"), 0, 1, 0}};
	const struct classify_count no_class[] = {{STR("a"), 3, 1, 0}}, negative[] = {{STR("a"), -1, 1, 0}};
	const struct classify_count odd[] = {{STR("a"), 0, -5, INT64_MAX}, {STR("b"), 1, INT64_MIN, -1}};
	const struct classify *model;
	(void)state;

	assert_null(classify_build(arena, &(struct classify_counts){twice, 2, whole, CLASSES}));
	assert_null(classify_build(arena, &(struct classify_counts){no_class, 1, whole, CLASSES}));
	assert_null(classify_build(arena, &(struct classify_counts){negative, 1, whole, CLASSES}));
	assert_null(classify_build(arena, &(struct classify_counts){NULL, 0, whole, 100000}));
	model = classify_build(arena, &(struct classify_counts){odd, 2, whole, CLASSES});
	assert_non_null(model);
	assert_int_equal(classify_grams(model), 1);
	assert_int_equal(best(model, "a b"), 0);
}

static void numbers_never_come_through(void **state)
{
	struct str words[GRAMS_WORDS_MAX];
	size_t n = grams_words(
		arena, STR("goi 0912 345 678 hoac 001099012345 xe 29b 12345 so nha 12a duong2"), words);
	const struct grams *grams = grams_of(arena, words, n);
	(void)state;

	for (size_t i = 0; i < grams->n; i++)
		for (size_t j = 0; j < grams->at[i].len; j++)
			assert_false(grams->at[i].at[j] >= '0' && grams->at[i].at[j] <= '9');
	assert_true(
		str_eq(words[0], STR("goi")) && str_eq(words[1], STR("#")) && str_eq(words[2], STR("hoac")));
	assert_true(str_eq(words[n - 1], STR("duong")));
	assert_true(str_eq(grams->at[1], STR("goi #"))); /* but no "#" alone */
}

static void long_texts_end(void **state)
{
	struct buf text = {.arena = arena};
	struct str words[GRAMS_WORDS_MAX];
	unsigned seed = 7;
	(void)state;

	for (int i = 0; i < 20000; i++)
		buf_printf(&text, "%c%c%c%c%c ", 'a' + rand_r(&seed) % 26, 'a' + rand_r(&seed) % 26,
			'a' + rand_r(&seed) % 26, 'a' + rand_r(&seed) % 26, 'a' + rand_r(&seed) % 26);
	assert_int_equal(grams_words(arena, buf_str(&text), words), GRAMS_WORDS_MAX);
	assert_in_range(grams_of(arena, words, GRAMS_WORDS_MAX)->n, GRAMS_WORDS_MAX, GRAMS_MAX);
	(void)said(model_of(taught(3)), buf_str(&text).at);
}

static void count_variant(void *to, struct str word)
{
	unsigned *n = to;

	assert_in_range(word.len, 0, RESPELL_WORD_MAX + 3);
	*n += 1;
}

static void variants_are_bounded(void **state)
{
	unsigned n = 0;
	(void)state;

	respell_slips(STR("abcdefghijklmnop"), count_variant, &n);
	assert_in_range(n, 500, RESPELL_MAX);
	n = 0;
	respell_slips(STR("abcdefghijklmnopq"), count_variant, &n);
	respell_alike(STR(""), count_variant, &n);
	respell_slips(STR("a1"), count_variant, &n);
	assert_int_equal(n, 0);
	respell_alike(STR("ngang"), count_variant, &n);
	assert_in_range(n, 2, 10);
}

static void logarithms_and_roots(void **state)
{
	(void)state;
	assert_int_equal(fixed_log2(1), 0);
	assert_int_equal(fixed_log2(3), 1623);	   /* 1.58496 */
	assert_int_equal(fixed_log2(1000), 10204); /* 9.96578 */
	for (uint64_t x = 1; x < UINT64_C(1) << 60; x = x * 3 / 2 + 1) {
		assert_true(fixed_log2(x + x / 2 + 1) > fixed_log2(x));
		assert_int_equal(fixed_log2(2 * x), fixed_log2(x) + FIXED_BIT);
	}
	assert_int_equal(fixed_exp2(0), 1 << 30);
	assert_int_equal(fixed_exp2(-FIXED_BIT / 2), 759250125); /* the root of a half */
	assert_int_equal(fixed_exp2(-3 * FIXED_BIT), 1 << 27);
	assert_int_equal(fixed_exp2(-40 * FIXED_BIT), 0);
	for (int64_t bits = -1; bits > -20 * FIXED_BIT; bits--)
		assert_true(fixed_exp2(bits) <= fixed_exp2(bits + 1));
	for (uint64_t x = 0; x < 100000; x++)
		assert_true(
			fixed_sqrt(x) * fixed_sqrt(x) <= x && (fixed_sqrt(x) + 1) * (fixed_sqrt(x) + 1) > x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(learns, begin, end),
		cmocka_unit_test_setup_teardown(guesses, begin, end),
		cmocka_unit_test_setup_teardown(knows_nothing, begin, end),
		cmocka_unit_test_setup_teardown(unlearning_leaves_nothing, begin, end),
		cmocka_unit_test_setup_teardown(the_same_in_any_order, begin, end),
		cmocka_unit_test_setup_teardown(weights_sum_up, begin, end),
		cmocka_unit_test_setup_teardown(examples_fade, begin, end),
		cmocka_unit_test_setup_teardown(a_model_is_bounded, begin, end),
		cmocka_unit_test_setup_teardown(unsound_counts, begin, end),
		cmocka_unit_test_setup_teardown(numbers_never_come_through, begin, end),
		cmocka_unit_test_setup_teardown(long_texts_end, begin, end),
		cmocka_unit_test_setup_teardown(variants_are_bounded, begin, end),
		cmocka_unit_test_setup_teardown(logarithms_and_roots, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Phrases with gaps and forbidden neighbours: where they are found, what is none, and the same as a naive
 * search. */
#include "unit.h"

#include "base/buf.h"
#include "base/clock.h"
#include "civil/patterns.h"

#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	PHRASES = 30,
	ROUNDS = 2000,
	SYLLABLES_MAX = 40
};

static void count(void *to, const struct words_phrase *phrase)
{
	((unsigned *)to)[phrase->tag]++;
}

static bool holds(const char *phrase, const char *text)
{
	const struct words_phrase one = {str_of(phrase), 0};
	unsigned n = 0;

	patterns_match(patterns_new(arena, &one, 1), arena, str_of(text), count, &n);
	return n == 1;
}

#define FOUND(phrase, text)	assert_true(holds(phrase, text))
#define NOT_FOUND(phrase, text) assert_false(holds(phrase, text))

static void gaps(void **state)
{
	(void)state;
	FOUND("day dien *3 dut", "day dien dut");
	FOUND("day dien *3 dut", "co day dien cao the bi dut roi");
	NOT_FOUND("day dien *3 dut", "day dien cao the vua bi dut");
	NOT_FOUND("day dien *3 dut", "dut day dien");
	NOT_FOUND("day dien *3 dut", "day cao the dien dut");
	FOUND("a *1 b *2 c", "a x b y y c");
	FOUND("a *1 b *2 c", "a b c");
	NOT_FOUND("a *1 b *2 c", "a x x b c");
	FOUND("a *9 b", "a 1 2 3 4 5 6 7 8 9 b");
	NOT_FOUND("a *9 b", "a 1 2 3 4 5 6 7 8 9 0 b");
}

/* The last place where a part ends is not always the one that counts. */
static void parts_overlap(void **state)
{
	(void)state;
	FOUND("a *1 a b", "a a b");
	NOT_FOUND("a *1 a b", "x a b");
	FOUND("a b *2 b c", "a b b c");
	NOT_FOUND("a b *2 b c", "a b c");
	FOUND("a *1 a *1 a", "a x a x a");
	NOT_FOUND("a *1 a *1 a", "a x a x x a");
	FOUND("a *2 a b c d", "a a a b c d");
	FOUND("a *1 b", "a a a x b");
}

static void forbidden(void **state)
{
	(void)state;
	NOT_FOUND("day dien !thoai *3 dut", "day dien thoai bi dut");
	FOUND("day dien !thoai *3 dut", "day dien cua dien thoai dut");
	FOUND("day dien !thoai *3 dut", "day dien thoai day dien dut");
	FOUND("nhay cau !long !thang", "sap nhay cau");
	FOUND("nhay cau !long !thang", "nhay cau long roi nhay cau");
	FOUND("nhay cau !long !thang", "nhay cau nhay cau long");
	NOT_FOUND("nhay cau !long !thang", "nhay cau long va nhay cau thang");
	FOUND("!phong chay nha", "chay nha");
	NOT_FOUND("!phong chay nha", "phong chay nha");
	FOUND("!phong chay nha", "phong chay nha roi chay nha");
	NOT_FOUND("a *2 !x b", "a y x b");
	NOT_FOUND("a *2 !x b", "a x b");
	FOUND("a *2 !x b", "a x y b");
	NOT_FOUND("!x a !y", "x a a y");
	FOUND("a !a", "a a");
	FOUND("!a a", "a a");
}

static void none(void **state)
{
	static const char *const wrong[] = {"", "*1", "a *1", "*1 a", "a *0 b", "a *10 b", "a * b",
		"a *1 *1 b", "!a", "a ! *1 b", "a !b c", "a *x b"};
	(void)state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		if (holds(wrong[i], "a b a a b") || holds(wrong[i], "*1 a *1 b *10 !a"))
			fail_msg("\"%s\" is found", wrong[i]);
	assert_false(holds("a", ""));
}

/* In the order of the phrases, each once, whatever stands between wrong ones. */
static void put(void *to, const struct words_phrase *phrase)
{
	buf_printf(to, "%.*s:%zu;", STR_ARG(phrase->text), phrase->tag);
}

static void in_their_order(void **state)
{
	static const char *const all[] = {"b", "a *2 c", "a *", "a", "b", "a *2 c", "c !d"};
	struct words_phrase phrases[7];
	struct buf got = {.arena = arena};
	(void)state;

	for (size_t i = 0; i < 7; i++)
		phrases[i] = (struct words_phrase){str_of(all[i]), i};
	patterns_match(patterns_new(arena, phrases, 7), arena, STR("a b c a b c"), put, &got);
	assert_string_equal(arena_cstr(arena, buf_str(&got)), "a:3;a *2 c:1;a *2 c:5;b:0;b:4;c !d:6;");
	patterns_match(patterns_new(arena, NULL, 0), arena, STR("a"), put, &got);
}

static void as_people_read_it(void **state)
{
	(void)state;
	assert_true(str_eq(
		patterns_plain(arena, STR("!so day dien !thoai *3 !x dut !y")), STR("day dien … dut")));
	assert_true(str_eq(patterns_plain(arena, STR("chay nha")), STR("chay nha")));
}

/* --- a naive search ------------------------------------------------------------------------------------- */

static size_t split(const char *text, struct str ret[SYLLABLES_MAX])
{
	struct str rest = str_of(text);
	size_t n = 0;

	while (n < SYLLABLES_MAX && str_next(&rest, ' ', &ret[n]))
		n++;
	return n;
}

struct texts {
	struct str pattern[SYLLABLES_MAX], text[SYLLABLES_MAX];
	size_t npattern, ntext;
};

static bool is_at(const struct texts *t, size_t word, size_t at)
{
	return at < t->ntext && str_eq(t->pattern[word], t->text[at]);
}

static bool is_forbidden(const struct texts *t, size_t word, size_t at)
{
	struct str other = {t->pattern[word].at + 1, t->pattern[word].len - 1};

	return at < t->ntext && str_eq(other, t->text[at]);
}

/* Whether the pattern from `word` on, which nothing may be skipped before, is in the text from `at` on; `at`
 * before the first syllable is larger than any. */
static bool goes_on(const struct texts *t, size_t word, size_t at)
{
	if (word == t->npattern)
		return true;
	if (t->pattern[word].at[0] == '!') {
		bool before = word + 1 < t->npattern && t->pattern[word + 1].at[0] != '*' &&
			      (word == 0 || t->pattern[word - 1].at[0] == '*');

		return !is_forbidden(t, word, before ? at - 1 : at) && goes_on(t, word + 1, at);
	}
	if (t->pattern[word].at[0] == '*') {
		for (size_t skip = 0; skip <= (size_t)(t->pattern[word].at[1] - '0'); skip++)
			if (goes_on(t, word + 1, at + skip))
				return true;
		return false;
	}
	return is_at(t, word, at) && goes_on(t, word + 1, at + 1);
}

static bool is_in(const char *pattern, const char *text)
{
	struct texts t;

	t.npattern = split(pattern, t.pattern);
	t.ntext = split(text, t.text);
	for (size_t at = 0; at < t.ntext; at++)
		if (goes_on(&t, 0, at))
			return true;
	return false;
}

static void put_words(struct buf *out, unsigned *seed, int n)
{
	for (int i = 0; i < n; i++)
		buf_printf(out, "%s%c", out->len > 0 ? " " : "", 'a' + rand_r(seed) % 3);
}

static const char *random_pattern(unsigned *seed)
{
	struct buf out = {.arena = arena};
	int parts = 1 + rand_r(seed) % 3;

	for (int i = 0; i < parts; i++) {
		if (i > 0)
			buf_printf(&out, " *%d", 1 + rand_r(seed) % 4);
		if (rand_r(seed) % 3 == 0)
			buf_printf(&out, "%s!%c", out.len > 0 ? " " : "", 'a' + rand_r(seed) % 3);
		put_words(&out, seed, 1 + rand_r(seed) % 3);
		if (rand_r(seed) % 3 == 0)
			buf_printf(&out, " !%c", 'a' + rand_r(seed) % 3);
	}
	return arena_cstr(arena, buf_str(&out));
}

static void like_a_naive_search(void **state)
{
	unsigned seed = 20261207;
	(void)state;

	for (int round = 0; round < ROUNDS; round++) {
		struct words_phrase all[PHRASES];
		unsigned counts[PHRASES] = {0};
		struct buf out = {.arena = arena};

		for (size_t i = 0; i < PHRASES; i++)
			all[i] = (struct words_phrase){str_of(random_pattern(&seed)), i};
		put_words(&out, &seed, 1 + rand_r(&seed) % (SYLLABLES_MAX - 1));
		const char *text = arena_cstr(arena, buf_str(&out));
		patterns_match(patterns_new(arena, all, PHRASES), arena, str_of(text), count, counts);
		for (size_t i = 0; i < PHRASES; i++)
			if (counts[i] != is_in(all[i].text.at, text))
				fail_msg("\"%s\" in \"%s\": %u times", all[i].text.at, text, counts[i]);
	}
}

enum {
	HOSTILE = 64 * 1024,
	HOSTILE_PHRASES = 500
};

/* A text of one word, against phrases that all wait for one that never comes. The time is bounded far above
 * what it takes, so that only another growth is caught. */
static void hostile_text(void **state)
{
	struct words_phrase *all = arena_alloc(arena, HOSTILE_PHRASES * sizeof(*all));
	unsigned *counts = arena_alloc(arena, HOSTILE_PHRASES * sizeof(*counts));
	struct buf text = {.arena = arena};
	int64_t began;
	(void)state;

	for (size_t i = 0; i < HOSTILE_PHRASES; i++)
		all[i] = (struct words_phrase){
			arena_printf(arena, "a *%zu a a !b *%zu a *9 b%zu", i % 9 + 1, i / 9 % 9 + 1, i), i};
	for (size_t i = 0; i < HOSTILE / 2; i++)
		buf_put(&text, STR("a "));
	buf_put(&text, STR("b7"));
	const struct patterns *patterns = patterns_new(arena, all, HOSTILE_PHRASES);
	began = clock_mono_us();
	patterns_match(patterns, arena, buf_str(&text), count, counts);
	assert_true(clock_mono_us() - began < 20 * 1000000);
	for (size_t i = 0; i < HOSTILE_PHRASES; i++)
		assert_int_equal(counts[i], i == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(gaps, begin, end),
		cmocka_unit_test_setup_teardown(parts_overlap, begin, end),
		cmocka_unit_test_setup_teardown(forbidden, begin, end),
		cmocka_unit_test_setup_teardown(none, begin, end),
		cmocka_unit_test_setup_teardown(in_their_order, begin, end),
		cmocka_unit_test_setup_teardown(as_people_read_it, begin, end),
		cmocka_unit_test_setup_teardown(like_a_naive_search, begin, end),
		cmocka_unit_test_setup_teardown(hostile_text, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

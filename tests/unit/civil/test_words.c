/* Phrases in texts: whole syllables, each phrase once, and the same as a naive search. */
#include "unit.h"

#include "base/buf.h"
#include "base/clock.h"
#include "civil/words.h"

#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	PHRASES = 40,
	ROUNDS = 3000,
	SYLLABLES = 8
};

static void put(void *to, const struct words_phrase *phrase)
{
	struct buf *out = to;

	buf_printf(out, "%.*s:%zu;", STR_ARG(phrase->text), phrase->tag);
}

static void check(const char *const *phrases, size_t n, const char *text, const char *want)
{
	struct words_phrase all[PHRASES];
	struct buf got = {.arena = arena};

	for (size_t i = 0; i < n; i++)
		all[i] = (struct words_phrase){str_of(phrases[i]), i};
	words_match(words_new(arena, all, n), arena, str_of(text), put, &got);
	if (!str_eq(buf_str(&got), str_of(want)))
		fail_msg("\"%s\": found \"%.*s\", not \"%s\"", text, STR_ARG(buf_str(&got)), want);
}

static void whole_syllables(void **state)
{
	static const char *const phrases[] = {"chay", "chay nha", "dien giat", "giat", "a b c d e f g h",
		"a b c d e f g h i", "", "to cao"};
	(void)state;

	check(phrases, 8, "", "");
	check(phrases, 8, "chayen nhachay", "");
	check(phrases, 8, "chay", "chay:0;");
	check(phrases, 8, "co chay nha chay nha", "chay:0;chay nha:1;");
	check(phrases, 8, "bi dien giat roi", "dien giat:2;giat:3;");
	check(phrases, 8, "a b c d e f g h i", "a b c d e f g h:4;a b c d e f g h i:5;");
	check(phrases, 8, "to  cao to", "");
	check(phrases, 0, "chay", "");
}

static void the_same_phrase_twice(void **state)
{
	static const char *const phrases[] = {"chay", "no", "chay"};
	struct words_phrase all[3];
	struct buf got = {.arena = arena};
	(void)state;

	for (size_t i = 0; i < 3; i++)
		all[i] = (struct words_phrase){str_of(phrases[i]), i};
	words_match(words_new(arena, all, 3), arena, STR("chay chay"), put, &got);
	assert_int_equal(got.len, strlen("chay:0;chay:2;"));
}

static struct str random_text(unsigned *seed, int most)
{
	struct buf out = {.arena = arena};
	int n = 1 + rand_r(seed) % most;

	for (int i = 0; i < n; i++)
		buf_printf(
			&out, "%s%.*s", i ? " " : "", 1 + rand_r(seed) % 2, rand_r(seed) % 2 ? "ab" : "ba");
	return buf_str(&out);
}

/* With a blank before and behind both, whole syllables are what a plain search finds. */
static bool is_in(struct str phrase, struct str text)
{
	const char *needle = arena_printf(arena, " %.*s ", STR_ARG(phrase)).at;

	return strstr(arena_printf(arena, " %.*s ", STR_ARG(text)).at, needle) != NULL;
}

static void count(void *to, const struct words_phrase *phrase)
{
	((unsigned *)to)[phrase->tag]++;
}

static void like_a_naive_search(void **state)
{
	unsigned seed = 20261125;
	(void)state;

	for (int round = 0; round < ROUNDS; round++) {
		struct words_phrase all[PHRASES];
		unsigned counts[PHRASES] = {0};
		struct str text = random_text(&seed, 30);

		for (size_t i = 0; i < PHRASES; i++)
			all[i] = (struct words_phrase){random_text(&seed, SYLLABLES), i};
		words_match(words_new(arena, all, PHRASES), arena, text, count, counts);
		for (size_t i = 0; i < PHRASES; i++)
			if (counts[i] != is_in(all[i].text, text))
				fail_msg("\"%.*s\" in \"%.*s\": %u times", STR_ARG(all[i].text),
					STR_ARG(text), counts[i]);
	}
}

static void put_scan(void *to, const struct words_phrase *phrase)
{
	buf_printf(to, "%zu", phrase->tag);
}

static void put_end(void *to, const struct words_phrase *phrase, size_t at)
{
	buf_printf(to, "%zu@%zu;", phrase->tag, at);
}

static void in_the_order_of_the_text(void **state)
{
	const struct words_phrase all[] = {{STR("b"), 0}, {STR("a b"), 1}, {STR("c"), 2}, {STR("a"), 3},
		{STR("b"), 4}, {STR("c a b"), 5}};
	const struct words *words = words_new(arena, all, 6);
	struct buf once = {.arena = arena}, each = {.arena = arena};
	(void)state;

	words_scan(words, arena, STR("a x c a b a"), put_scan, &once);
	words_each(words, STR("a x c a b a"), put_end, &each);
	assert_string_equal(arena_cstr(arena, buf_str(&once)), "325104");
	assert_string_equal(arena_cstr(arena, buf_str(&each)), "3@1;2@3;3@4;5@5;1@5;0@5;4@5;3@6;");
}

/* Syllables longer than a machine word, alike in their first bytes, are told apart. */
static void long_syllables(void **state)
{
	static const char *const phrases[] = {
		"aaaaaaaa", "aaaaaaaab", "aaaaaaaac", "aaaaaaaab aaaaaaaac", "b"};
	(void)state;

	check(phrases, 5, "aaaaaaaa", "aaaaaaaa:0;");
	check(phrases, 5, "aaaaaaaab aaaaaaaac", "aaaaaaaab:1;aaaaaaaab aaaaaaaac:3;aaaaaaaac:2;");
	check(phrases, 5, "aaaaaaaad aaaaaaa", "");
}

enum {
	HOSTILE = 64 * 1024,
	HOSTILE_PHRASES = 2000
};

static struct str repeated(const char *piece, size_t times, const char *last)
{
	struct buf out = {.arena = arena};

	for (size_t i = 0; i < times; i++)
		buf_printf(&out, "%s", piece);
	buf_printf(&out, "%s", last);
	return buf_str(&out);
}

/* 64 KiB against phrases that begin like the text and end otherwise, of all lengths: one reading of the
 * text. The time is bounded far above what it takes, so that only another growth is caught. */
static void hostile_text(void **state)
{
	struct words_phrase *all = arena_alloc(arena, HOSTILE_PHRASES * sizeof(*all));
	struct str text = repeated("a ", HOSTILE / 2, "a");
	unsigned *counts = arena_alloc(arena, HOSTILE_PHRASES * sizeof(*counts));
	const struct words *words;
	int64_t began;
	(void)state;

	for (size_t i = 0; i < HOSTILE_PHRASES; i++)
		all[i] = (struct words_phrase){repeated("a ", i / 2 + 1, i % 2 ? "a" : "b"), i};
	words = words_new(arena, all, HOSTILE_PHRASES);
	began = clock_mono_us();
	words_match(words, arena, text, count, counts);
	assert_true(clock_mono_us() - began < 5 * 1000000);
	for (size_t i = 0; i < HOSTILE_PHRASES; i++)
		assert_int_equal(counts[i], i % 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whole_syllables, begin, end),
		cmocka_unit_test_setup_teardown(the_same_phrase_twice, begin, end),
		cmocka_unit_test_setup_teardown(like_a_naive_search, begin, end),
		cmocka_unit_test_setup_teardown(in_the_order_of_the_text, begin, end),
		cmocka_unit_test_setup_teardown(long_syllables, begin, end),
		cmocka_unit_test_setup_teardown(hostile_text, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

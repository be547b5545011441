/* Differences by words: what people see, and that the runs are both texts whatever these are. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "civil/difference.h"

#include <cmocka.h>

/* As "=a -b +c", the runs in brackets. */
static struct str shown(const char *before, const char *after)
{
	static const char signs[] = {'=', '-', '+'};
	struct buf out = {.arena = arena};
	size_t n;
	const struct difference_run *runs = difference_words(arena, str_of(before), str_of(after), &n);

	assert_non_null(runs);
	for (size_t i = 0; i < n; i++)
		buf_printf(&out, "%c[%.*s]", signs[runs[i].kind], STR_ARG(runs[i].text));
	return buf_str(&out);
}

static void check(const char *before, const char *after, const char *want)
{
	struct str got = shown(before, after);

	if (!str_eq(got, str_of(want)))
		fail_msg("%.*s should be %s", STR_ARG(got), want);
}

static void words_are_compared(void **state)
{
	(void)state;
	check("", "", "");
	check("", "một hai", "+[một hai]");
	check("một hai", "", "-[một hai]");
	check("một hai", "một hai", "=[một hai]");
	check("Đã vá mặt đường ngày 24.", "Đã vá mặt đường ngày 25.",
		"=[Đã vá mặt đường ngày ]-[24]+[25]=[.]");
	check("Đã vá.", "Đã vá xong.", "=[Đã vá]+[ xong]=[.]");
	check("ba bốn năm", "bà bốn nằm", "-[ba]+[bà]=[ bốn ]-[năm]+[nằm]");
	check("a, b", "a; b", "=[a]-[,]+[;]=[ b]");
	check("a\n\nb", "a\nb", "=[a]-[\n\n]+[\n]=[b]");
	check("“nháy”…", "\"nháy\"...", "-[“]+[\"]=[nháy]-[”…]+[\"...]");
}

static void a_letter_keeps_its_marks(void **state)
{
	(void)state;
	check("e\xcc\x81t x", "et x", "-[e\xcc\x81t]+[et]=[ x]");
	check("(\xcc\x81 x", "( x", "-[(\xcc\x81]+[(]=[ x]");
	check("\xcc\x81"
	      "a",
		"a", "-[\xcc\x81]=[a]");
}

static void blanks_between_changes_go_with_them(void **state)
{
	(void)state;
	check("một hai ba x", "bốn năm sáu x", "-[một hai ba]+[bốn năm sáu]=[ x]");
	check("một hai x", "một ba bốn x", "=[một ]-[hai]+[ba bốn]=[ x]");
}

static void what_is_no_utf_8_does_no_harm(void **state)
{
	(void)state;
	check("\xff\xfe", "\xff", "=[\xff]-[\xfe]");
	check("a\xe1\xba", "a", "=[a]-[\xe1\xba]");
}

struct pair {
	struct str before, after;
};

static struct str texts_of(const struct difference_run *runs, size_t n, enum difference_kind left_out)
{
	struct buf out = {.arena = arena};

	for (size_t i = 0; i < n; i++)
		if (runs[i].kind != left_out)
			buf_put(&out, runs[i].text);
	return buf_str(&out);
}

static size_t length_of(const struct difference_run *runs, size_t n, enum difference_kind kind)
{
	size_t length = 0;

	for (size_t i = 0; i < n; i++)
		length += runs[i].kind == kind ? runs[i].text.len : 0;
	return length;
}

/* The rules of the header; returns the bytes of equal runs. */
static size_t check_rules(struct str before, struct str after)
{
	size_t n;
	const struct difference_run *runs = difference_words(arena, before, after, &n);

	assert_non_null(runs);
	assert_true(str_eq(texts_of(runs, n, DIFFERENCE_INSERT), before));
	assert_true(str_eq(texts_of(runs, n, DIFFERENCE_DELETE), after));
	for (size_t i = 0; i < n; i++) {
		assert_true(runs[i].text.len > 0);
		assert_false(i > 0 && runs[i].kind == runs[i - 1].kind);
		assert_false(
			i > 0 && runs[i].kind == DIFFERENCE_DELETE && runs[i - 1].kind == DIFFERENCE_INSERT);
	}
	return length_of(runs, n, DIFFERENCE_EQUAL);
}

/* Signs that are a word each, of `kinds` kinds: '!', '"', '#', ... */
static struct str random_signs(size_t n, int kinds)
{
	struct buf out = {.arena = arena};
	static const char signs[] = "!#%&*+,-./:;<=>?@";

	for (size_t i = 0; i < n; i++)
		buf_byte(&out, signs[rand() % kinds]);
	return buf_str(&out);
}

enum {
	SMALL = 40
};

/* The length of the longest common subsequence, by the book. */
static size_t lcs(struct str a, struct str b)
{
	size_t best[SMALL + 1][SMALL + 1] = {{0}};

	for (size_t i = 1; i <= a.len; i++)
		for (size_t j = 1; j <= b.len; j++) {
			size_t skip = best[i - 1][j] > best[i][j - 1] ? best[i - 1][j] : best[i][j - 1];
			best[i][j] = a.at[i - 1] == b.at[j - 1] ? best[i - 1][j - 1] + 1 : skip;
		}
	return best[a.len][b.len];
}

static void small_texts_have_the_shortest_difference(void **state)
{
	(void)state;
	for (int i = 0; i < 3000; i++) {
		int kinds = 1 + rand() % 16;
		struct str before = random_signs((size_t)(rand() % (SMALL + 1)), kinds),
			   after = random_signs((size_t)(rand() % (SMALL + 1)), kinds);
		assert_int_equal(check_rules(before, after), lcs(before, after));
	}
}

/* A text with a share of its words changed, of about `n` characters. */
static struct pair edited_text(size_t n, int one_in)
{
	static const char *const words[] = {
		"đường", "vá", "ngày", "sửa", ",", ". ", "\n", "phố", "Hà Nội", "ộ"};
	struct buf before = {.arena = arena}, after = {.arena = arena};

	while (before.len < n) {
		struct str word = str_of(words[rand() % 10]);
		int change = one_in > 0 ? rand() % one_in : 1;
		if (change != 0 || rand() % 2)
			buf_printf(&before, "%.*s ", STR_ARG(word));
		if (change != 0 || rand() % 2)
			buf_printf(&after, "%.*s ", STR_ARG(word));
	}
	return (struct pair){buf_str(&before), buf_str(&after)};
}

static void any_texts_are_in_their_runs(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		struct pair p = edited_text((size_t)(rand() % 3000), rand() % 30);
		check_rules(p.before, p.after);
	}
}

/* Texts that have nothing in common, or hide it: each takes no longer than its length allows. The search
 * without windows takes minutes for them. */
static void the_longest_texts_are_soon_compared(void **state)
{
	enum {
		LONGEST = 20000
	};
	struct pair p = edited_text(LONGEST, 50);

	(void)state;
	assert_true(check_rules(p.before, p.after) > p.before.len / 2);
	check_rules(random_signs(LONGEST, 17), random_signs(LONGEST, 17));
	check_rules(random_signs(LONGEST, 2), random_signs(LONGEST, 2));
	check_rules(random_signs(LONGEST, 1), random_signs(LONGEST - 5000, 1));
	check_rules(random_signs(LONGEST, 1), random_signs(0, 1));
	struct str one = random_signs(LONGEST, 1), other = random_signs(LONGEST, 2);
	check_rules(one, other);
	check_rules(other, one);
}

/* What stands behind a long stretch of other words is found again. */
static void the_search_goes_on_behind_a_window(void **state)
{
	struct buf before = {.arena = arena}, after = {.arena = arena};

	(void)state;
	for (int i = 0; i < 900; i++) {
		buf_printf(&before, "x%d.", i);
		buf_printf(&after, "y%d;", i);
	}
	for (int i = 0; i < 300; i++) {
		buf_printf(&before, "z%d ", i);
		buf_printf(&after, "z%d ", i);
	}
	assert_true(check_rules(buf_str(&before), buf_str(&after)) >= 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_compared),
		cmocka_unit_test(a_letter_keeps_its_marks),
		cmocka_unit_test(blanks_between_changes_go_with_them),
		cmocka_unit_test(what_is_no_utf_8_does_no_harm),
		cmocka_unit_test(small_texts_have_the_shortest_difference),
		cmocka_unit_test(any_texts_are_in_their_runs),
		cmocka_unit_test(the_longest_texts_are_soon_compared),
		cmocka_unit_test(the_search_goes_on_behind_a_window),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

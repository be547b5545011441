/* What becomes of texts and questions: words with their places, a tsquery that holds whatever is typed, and
 * fragments whose marks are where the words are. */
#include "unit.h"

#include "base/buf.h"
#include "civil/search.h"

#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void check_words(const char *title, const char *text, const char *want)
{
	const struct search_source source = {.title = str_of(title), .text = str_of(text)};
	struct str got = search_words(arena, &source);

	if (!str_eq(got, str_of(want)))
		fail_msg("\"%s\": words %.*s, not %s", title, STR_ARG(got), want);
}

static void words_of_a_ticket(void **state)
{
	(void)state;

	check_words("", "", "");
	check_words("Đường LÁNG", "", "'duong':1A '=đường':1A 'lang':2A '=láng':2A ");
	check_words("so 60cm", "lang", "'so':1A '60cm':2A 'lang':23C ");
	/* Decomposed and composed are one word; what folds to two words is one. */
	check_words("la\xCC\x81ng l\xC3\xA1ng \xC2\xBD", "",
		"'lang':1A '=láng':1A 'lang':2A '=láng':2A '12':3A ");
	check_words("it's a\\b", "", "'it':1A 's':2A 'a':3A 'b':4A ");
}

/* One letter that is written out as eighteen, U+FDFA: PostgreSQL refuses a megabyte of words. */
static void no_text_is_too_long(void **state)
{
	struct buf text = {.arena = arena};

	(void)state;
	for (int i = 0; i < 4000; i++) {
		buf_byte(&text, 'a');
		for (int j = 0; j < 21; j++)
			buf_put(&text, STR("\xEF\xB7\xBA"));
		buf_byte(&text, ' ');
	}
	const struct search_source source = {
		.title = STR("Ổ gà"), .text = buf_str(&text), .said = buf_str(&text)};
	struct str got = search_words(arena, &source);
	assert_in_range(got.len, 800000, 1000000);
	assert_true(str_starts(got, STR("'o':1A '=ổ':1A 'ga':2A ")));
}

/* Needed, words that are begun, and all as typed. */
static void check_query(const char *typed, const char *needed, const char *begun, const char *as_typed)
{
	struct search_query q;
	struct buf got = {.arena = arena};

	search_read(arena, str_of(typed), &q);
	for (size_t i = 0; i < q.nbegun; i++)
		buf_printf(&got, "%s%.*s", i ? " " : "", STR_ARG(q.begun[i]));
	if (!str_eq(q.needed, str_of(needed)) || !str_eq(buf_str(&got), str_of(begun)) ||
		!str_eq(q.typed, str_of(as_typed)))
		fail_msg("%s: needed %.*s, begun %.*s, typed %.*s", typed, STR_ARG(q.needed),
			STR_ARG(buf_str(&got)), STR_ARG(q.typed));
}

static void questions(void **state)
{
	(void)state;

	check_query("", NULL, "", NULL);
	check_query("& | ! <-> :* \" \\ ' ( ) %_", NULL, "", NULL);
	check_query("Đường Láng", "'duong'", "lang", "'=đường' & '=láng'");
	check_query("lang", NULL, "lang", "'lang'");
	check_query("lang 60", "'lang' & '60'", "", "'lang' & '60'");
	check_query("ổ gà \"phố Láng\"", "'o' & 'ga' & 'pho' <-> 'lang'", "",
		"'=ổ' & '=gà' & '=phố' <-> '=láng'");
	check_query(
		"\"a b\" \"c d\" ef", "'a' <-> 'b' & 'c' <-> 'd'", "ef", "'a' <-> 'b' & 'c' <-> 'd' & 'ef'");
	check_query("“ổ gà", "'o' <-> 'ga'", "", "'=ổ' <-> '=gà'");
	check_query("th* la* 6*", "'6'", "th la", "'th' & 'la' & '6'");
	check_query("ab* cd* ef* gh* ij* kl", "'ij' & 'kl'", "ab cd ef gh",
		"'ab' & 'cd' & 'ef' & 'gh' & 'ij' & 'kl'");
	check_query("x y", "'x'", "", "'x'");
	check_query("x y z", "'x' & 'y'", "", "'x' & 'y'");
	check_query("a:* & !e", "'a'", "", "'a'");
	check_query("quỳnh m", "'quynh'", "", "'=quỳnh'");
	check_query("quỳnh đ", "'quynh'", "", "'=quỳnh'");
	check_query("quỳnh ở", "'quynh'", "", "'=quỳnh'");
	check_query("quỳnh \"ở\"", "'quynh' & 'o'", "", "'=quỳnh' & '=ở'");
	check_query("ở", "'o'", "", "'=ở'");
	check_query("\"quỳnh ở", "'quynh' <-> 'o'", "", "'=quỳnh' <-> '=ở'");
	check_query("\"quỳnh m", "'quynh' <-> 'm'", "", "'=quỳnh' <-> 'm'");
	check_query("m", "'m'", "", "'m'");
}

static void a_long_question(void **state)
{
	struct search_query q;
	struct buf typed = {.arena = arena};
	(void)state;

	for (int i = 0; i < 10000; i++)
		buf_put(&typed, STR("w "));
	search_read(arena, buf_str(&typed), &q);
	assert_int_equal(q.n, SEARCH_WORDS_MAX);
}

/* The fragment with its marks in square brackets, ... where it is cut. */
static void check_fragment(const char *typed, const char *text, const char *want)
{
	struct search_query q;
	struct search_fragment f;
	struct buf got = {.arena = arena};

	search_read(arena, str_of(typed), &q);
	if (search_find(arena, &q, str_of(text), &f)) {
		size_t point = 0, mark = 0;

		buf_put(&got, f.cut_before ? STR("...") : STR(""));
		for (size_t i = 0; i <= f.text.len; i++) {
			bool begins = i == f.text.len || ((unsigned char)f.text.at[i] & 0xC0) != 0x80;

			if (begins && mark < f.n && point == f.marks[mark].from + f.marks[mark].length) {
				buf_byte(&got, ']');
				mark++;
			}
			if (begins && mark < f.n && point == f.marks[mark].from)
				buf_byte(&got, '[');
			if (i < f.text.len)
				buf_byte(&got, f.text.at[i]);
			point += begins;
		}
		buf_put(&got, f.cut_after ? STR("...") : STR(""));
	}
	if (!str_eq(buf_str(&got), str_of(want)))
		fail_msg("%s: %.*s, not %s", typed, STR_ARG(buf_str(&got)), want);
}

static void fragments(void **state)
{
	struct buf text = {.arena = arena};
	(void)state;

	check_fragment("lang", "Không có", "");
	check_fragment("duong lang", "Ổ gà trên đường Láng.", "Ổ gà trên [đường] [Láng].");
	check_fragment("du", "đường <b>dừng</b> xe", "[đường] <b>[dừng]</b> xe");
	check_fragment("ĐƯỜNG 12", "đường số 12, nhà 121", "[đường] số [12], nhà 121");
	for (int i = 0; i < 100; i++)
		buf_put(&text, STR("đông "));
	buf_put(&text, STR("gà và ổ gà"));
	for (int i = 0; i < 100; i++)
		buf_put(&text, STR(" tây"));
	check_fragment("\"ổ gà\"", arena_cstr(arena, buf_str(&text)),
		"...đông đông đông đông đông đông đông đông đông đông đông [gà] và [ổ] [gà] tây tây tây tây "
		"tây tây "
		"tây tây tây tây tây tây tây tây tây tây tây tây tây tây tây tây tây tây tây tây tây tây tây "
		"tây tây "
		"tây tây tây tây tây tây tây tây tây tây tây tây...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(words_of_a_ticket, begin, end),
		cmocka_unit_test_setup_teardown(no_text_is_too_long, begin, end),
		cmocka_unit_test_setup_teardown(questions, begin, end),
		cmocka_unit_test_setup_teardown(a_long_question, begin, end),
		cmocka_unit_test_setup_teardown(fragments, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

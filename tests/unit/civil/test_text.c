/* Vietnamese text: what the border cleans, what it refuses, and what folds alike. */
#include "unit.h"

#include "civil/text.h"

#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

static void check(struct str got, const char *want)
{
	if (!str_eq(got, str_of(want)))
		fail_msg("\"%.*s\" should be \"%s\"", STR_ARG(got), want ? want : "(absent)");
}

static void check_clean(enum text_kind kind, const char *in, const char *want)
{
	struct str got = text_clean(arena, str_of(in), kind);

	check(got, want);
	if (got.at)
		check(text_clean(arena, got, kind), want);
}

/* The 67 small letters of Vietnamese that are not plain ASCII, each with its plain letter, then the capitals.
 */
static const char letters[] =
	"àa áa ảa ãa ạa ăa ằa ắa ẳa ẵa ặa âa ầa ấa ẩa ẫa ậa đd èe ée ẻe ẽe ẹe êe ềe ếe ểe ễe ệe ìi íi ỉi ĩi "
	"ịi "
	"òo óo ỏo õo ọo ôo ồo ốo ổo ỗo ộo ơo ờo ớo ởo ỡo ợo ùu úu ủu ũu ụu ưu ừu ứu ửu ữu ựu ỳy ýy ỷy ỹy ỵy "
	"Àa Áa Ảa Ãa Ạa Ăa Ằa Ắa Ẳa Ẵa Ặa Âa Ầa Ấa Ẩa Ẫa Ậa Đd Èe Ée Ẻe Ẽe Ẹe Êe Ềe Ếe Ểe Ễe Ệe Ìi Íi Ỉi Ĩi "
	"Ịi "
	"Òo Óo Ỏo Õo Ọo Ôo Ồo Ốo Ổo Ỗo Ộo Ơo Ờo Ớo Ởo Ỡo Ợo Ùu Úu Ủu Ũu Ụu Ưu Ừu Ứu Ửu Ữu Ựu Ỳy Ýy Ỷy Ỹy Ỵy";

static void all_letters_fold(void **state)
{
	struct str rest = STR(letters), pair;
	unsigned n = 0;
	(void)state;

	while (str_next(&rest, ' ', &pair)) {
		struct str letter = {pair.at, pair.len - 1}, plain = {pair.at + pair.len - 1, 1};
		utf8proc_uint8_t *apart = NULL;
		utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)letter.at,
			(utf8proc_ssize_t)letter.len, &apart, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE);
		struct str decomposed = {(const char *)apart, (size_t)len};

		assert_true(len > 0);
		assert_true(str_eq(text_fold(arena, letter), plain));
		assert_true(str_eq(text_fold(arena, decomposed), plain));
		assert_true(str_eq(text_clean(arena, decomposed, TEXT_LINE), letter));
		assert_true(str_eq(text_clean(arena, letter, TEXT_LINE), letter));
		free(apart);
		n++;
	}
	assert_int_equal(n, 134);
}

static void normal_form(void **state)
{
	(void)state;
	check_clean(TEXT_LINE, "Hoa\xcc\x80ng", "Hoàng");
	/* Half composed, as some input methods send it: e with circumflex, then the dot. */
	check_clean(TEXT_LINE, "Vi\xc3\xaa\xcc\xa3t", "Việt");
	check_clean(TEXT_LINE, "Vie\xcc\xa3\xcc\x82t", "Việt");
	check_clean(TEXT_LINE, "Đươ\xcc\x80ng", "Đường");
	check_clean(TEXT_LINE, "\xe2\x84\xaa", "K"); /* KELVIN SIGN */
	check_clean(TEXT_LINE, "\xcc\x80x", "\xcc\x80x");
}

static void look_alikes(void **state)
{
	(void)state;
	check_clean(TEXT_LINE, "\xc3\x90\xc6\x89\xc3\xb0", "ĐĐđ"); /* U+00D0, U+0189, U+00F0 */
	check(text_fold(
		      arena, text_clean(arena, STR("\xc3\x90\xc6\xb0\xe1\xbb\x9dng L\xc3\xa1ng"), TEXT_LINE)),
		"duong lang");
}

static void invisible_characters(void **state)
{
	(void)state;
	/* Zero width space, joiner, non-joiner, byte order mark, soft hyphen, word joiner, grapheme joiner.
	 */
	check_clean(TEXT_LINE,
		"a\xe2\x80\x8b\xe2\x80\x8d\xe2\x80\x8c\xef\xbb\xbf\xc2\xad\xe2\x81\xa0\xcd\x8f"
		"b",
		"ab");
	/* Bidi: overrides, embeddings, isolates, marks. */
	check_clean(TEXT_LINE,
		"\xe2\x80\xae"
		"a\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9\xe2\x80\x8f\xd8\x9c"
		"b\xe2\x80\xac",
		"ab");
	/* Inside a letter that is still to be composed. */
	check_clean(TEXT_LINE, "Vie\xe2\x80\x8b\xcc\xa3\xcc\x82t", "Việt");
	/* Hangul filler, variation selector, tags. */
	check_clean(TEXT_LINE,
		"a\xe3\x85\xa4\xef\xb8\x8f\xf3\xa0\x81\xa1"
		"b",
		"ab");
	check_clean(TEXT_LINE, "\xe2\x80\x8b", "");
}

static void blanks_and_lines(void **state)
{
	(void)state;
	/* No-break, narrow no-break, figure, ideographic, TAB. */
	check_clean(TEXT_LINE,
		"\xc2\xa0"
		"a\xe2\x80\xaf\xe2\x80\x87"
		"b \t c\xe3\x80\x80",
		"a b c");
	check_clean(TEXT_LINE,
		" a\r\nb\nc\rd\xe2\x80\xa8"
		"e\n",
		"a b c d e");
	check_clean(TEXT_LINE, "", "");
	check_clean(TEXT_LINE, " \r\n\t", "");
	check_clean(TEXT_BLOCK,
		"\r\n a \r\nb\rc\n\nd\xe2\x80\xa9"
		"e \r\n\r\n",
		"a\nb\nc\n\nd\ne");
	check_clean(TEXT_BLOCK, "a\n\n\nb", "a\n\n\nb");
	check_clean(TEXT_BLOCK, "a\n \n\t\n\xc2\xa0\n\n\nb", "a\n\n\nb");
	check_clean(TEXT_BLOCK, "a\tb   c\n   d", "a b c\nd");
	check_clean(TEXT_BLOCK, "a\r\xe2\x80\x8b\nb", "a\n\nb");
}

static void refused(void **state)
{
	static const char *const bad[] = {"a\x01", "\x1b[0m", "\x7f", "\xc2\x80", "\xc2\x85", "a\x0b",
		"a\x0c", "\xee\x80\x80", "\xf3\xb0\x80\x80", "\xf4\x80\x80\x80", "\xef\xbf\xbf",
		"\xef\xb7\x90", "\xcd\xb8", "\xf0\x9f\xbf\xbf", "\xff", "\xc3", "\xed\xa0\x80", "\xc0\xaf",
		"\xf4\x90\x80\x80"};
	(void)state;

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check(text_clean(arena, str_of(bad[i]), TEXT_LINE), NULL);
		check(text_clean(arena, str_of(bad[i]), TEXT_BLOCK), NULL);
	}
	check(text_clean(arena, (struct str){"a\0b", 3}, TEXT_LINE), NULL);
	check(text_clean(arena, STR_NONE, TEXT_LINE), NULL);
	check(text_fold(arena, STR("\xff")), NULL);
	check(text_fold(arena, STR_NONE), NULL);
	/* A pictograph that is younger than the library's tables. */
	check_clean(TEXT_LINE, "\xf0\x9f\xab\xa8", "\xf0\x9f\xab\xa8");
}

/* `n` times `mark` behind an "a". */
static struct str pile(const char *mark, size_t n)
{
	size_t size = strlen(mark);
	char *at = arena_alloc(arena, 1 + n * size);

	at[0] = 'a';
	for (size_t i = 0; i < n; i++)
		memcpy(at + 1 + i * size, mark, size);
	return (struct str){at, 1 + n * size};
}

static void piled_marks(void **state)
{
	/* U+0301; U+0F73, a mark of class 0 that decomposes into two of other classes; one through a
	 * dropped U+034F */
	static const char *const marks[] = {"\xcc\x81", "\xe0\xbd\xb3", "\xcc\x81\xcd\x8f"};
	(void)state;

	for (unsigned i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		assert_non_null(text_clean(arena, pile(marks[i], 15), TEXT_LINE).at);
		assert_null(text_clean(arena, pile(marks[i], 31), TEXT_LINE).at);
		assert_null(text_clean(arena, pile(marks[i], 100000), TEXT_BLOCK).at);
	}
	assert_non_null(text_clean(arena, pile("\xcc\x81", 30), TEXT_LINE).at);
	/* Each of these two is one mark on the way in and two on the way out. */
	assert_null(text_clean(arena, pile("\xcd\x84", 16), TEXT_LINE).at);
	check_clean(TEXT_LINE, "\xcd\x84", "\xcc\x88\xcc\x81");
}

static void folding(void **state)
{
	(void)state;
	check(text_fold(arena, STR("Đường Láng")), "duong lang");
	check(text_fold(arena, STR("Hòa")), "hoa");
	check(text_fold(arena, STR("Hoà")), "hoa");
	check(text_fold(arena, STR("THỦY, thuỷ")), "thuy thuy");
	check(text_fold(arena, STR("  Số 9, ngách 44/12 -- phố Yên Phụ! ")), "so 9 ngach 44 12 pho yen phu");
	check(text_fold(arena, STR("Y Thanh Hà Niê K'đăm")), "y thanh ha nie k dam");
	check(text_fold(arena, STR("dòng một\n\ndòng hai")), "dong mot dong hai");
	check(text_fold(arena, STR("250.000 m²")), "250 000 m2");
	check(text_fold(arena, STR("Straße ΑΒΓ Жук")), "strasse αβγ жук");
	check(text_fold(arena, STR("ＨÀ　ＮỘＩ 𝓗𝓐")), "ha noi ha");
	check(text_fold(arena, STR("!?…")), "");
	check(text_fold(arena, STR("")), "");
}

/* Each code point by itself and between letters: cleaning and folding settle at once, and nothing grows too
 * much. */
static void every_code_point(void **state)
{
	(void)state;
	for (int32_t c = 1; c <= 0x10FFFF; c++) {
		char text[8] = "x";
		size_t n = 1;
		struct str clean, folded;

		if (c >= 0xD800 && c <= 0xDFFF)
			continue;
		n += (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)text + 1);
		text[n++] = 'y';
		clean = text_clean(arena, (struct str){text, n}, c % 2 ? TEXT_LINE : TEXT_BLOCK);
		folded = text_fold(arena, (struct str){text + 1, n - 2});
		assert_non_null(folded.at);
		assert_true(str_eq(text_fold(arena, folded), folded));
		if (clean.at) {
			assert_true(str_is_utf8(clean));
			assert_true(str_eq(text_clean(arena, clean, c % 2 ? TEXT_LINE : TEXT_BLOCK), clean));
		}
		if (c % 4096 == 0) {
			arena_free(arena);
			arena = arena_new();
		}
	}
}

/* Random mixtures of what is hard: still valid, in normal form, and settled. */
static void mixtures_settle(void **state)
{
	static const int32_t pool[] = {'a', 'e', 'O', ' ', '\n', '\r', '\t', 0xEA, 0x1B0, 0x1EC7, 0x300,
		0x301, 0x303, 0x309, 0x323, 0x302, 0x306, 0x31B, 0x111, 0xD0, 0xA0, 0x200B, 0x202E, 0x34F,
		0x2028, 0x1100, 0x1161, 0x11A8, 0xAC00, 0x1F600, 0xFE0F, 0x212B, 0x958, 0xFB01, 0x1D15E,
		0x3099, 0x304B, 0x115F};
	uint64_t seed = 7;
	(void)state;

	for (unsigned round = 0; round < 50000; round++) {
		enum text_kind kind = round % 2 ? TEXT_LINE : TEXT_BLOCK;
		char text[64 * 4];
		size_t n = 0;
		struct str clean, folded;

		for (unsigned len = round % 40; len > 0; len--) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			n += (size_t)utf8proc_encode_char(
				pool[(seed >> 33) % (sizeof(pool) / sizeof(pool[0]))],
				(utf8proc_uint8_t *)text + n);
		}
		clean = text_clean(arena, (struct str){text, n}, kind);
		assert_non_null(clean.at);
		assert_true(str_is_utf8(clean));
		assert_true(str_eq(text_clean(arena, clean, kind), clean));
		folded = text_fold(arena, clean);
		assert_true(str_eq(text_fold(arena, folded), folded));
		assert_true(str_eq(text_fold(arena, str_trim(clean, " ")), folded));
		if (round % 1000 == 0) {
			arena_free(arena);
			arena = arena_new();
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_letters_fold, begin, end),
		cmocka_unit_test_setup_teardown(normal_form, begin, end),
		cmocka_unit_test_setup_teardown(look_alikes, begin, end),
		cmocka_unit_test_setup_teardown(invisible_characters, begin, end),
		cmocka_unit_test_setup_teardown(blanks_and_lines, begin, end),
		cmocka_unit_test_setup_teardown(refused, begin, end),
		cmocka_unit_test_setup_teardown(piled_marks, begin, end),
		cmocka_unit_test_setup_teardown(folding, begin, end),
		cmocka_unit_test_setup_teardown(every_code_point, begin, end),
		cmocka_unit_test_setup_teardown(mixtures_settle, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

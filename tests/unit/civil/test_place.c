/* Marks of places in texts, compared and kept; signatures of texts. */
#include "unit.h"

#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "civil/minhash.h"
#include "civil/place.h"
#include "civil/text.h"

static void check(const char *text, const char *want)
{
	struct place_marks marks = {.n = 0}, again;
	struct str got;

	place_find(arena, str_of(text), STR("phuong dinh cong"), &marks);
	got = place_write(arena, &marks);
	if (!str_eq(got, str_of(want)))
		fail_msg("\"%s\": \"%.*s\", not \"%s\"", text, STR_ARG(got), want);
	place_read(got, &again);
	assert_true(str_eq(place_write(arena, &again), got));
}

static void marks_of_texts(void **state)
{
	(void)state;

	check("", "");
	check("Cây đổ ở phố Phạm Ngọc Thạch, gần ngã tư Lương Định Của",
		"n pham ngoc thach;n luong dinh cua");
	check("cay do gan nga tu luong dinh cua, chan het duong", "n luong dinh");
	check("A tree fell across Pham Ngoc Thach street", "n pham ngoc thach");
	check("cay do o pham ngoc thach", "g pham ngoc thach");
	check("Rác ở ngách 12/236 đường Láng", "l 12;l 236;n lang");
	check("Trước số nhà 126 phố Định Công", "h 126;n dinh cong");
	check("Đèn đường ở phường Định Công không sáng", "");
	check("Vỡ đường ống nước sạch, ra đường không đi được", "");
	check("Công viên Ngọc Lâm, cầu Trung Hòa và chợ Ái Mộ", "n ngoc lam;n trung hoa;n ai mo");
	check("Cho tôi hỏi, chưa có ai đến", "");
	check("pho bui thi xuan bi ngap", "n bui thi xuan");
	check("Xe buýt tuyến 32 không dừng", "b 32");
	check("Tổ dân phố 7 mất điện", "u 7");
}

/* A text of one endless word, and one of as many and as long names as are kept. */
static void long_names(void **state)
{
	struct buf text = {.arena = arena};
	struct place_marks marks = {.n = 0};
	struct str whole;
	(void)state;

	buf_put(&text, STR("Cây đổ ở phố "));
	for (int i = 0; i < 5000; i++)
		buf_put(&text, STR("Thạch"));
	buf_put(&text, STR(", gần ngã tư Lương Định Của"));
	whole = buf_str(&text);
	place_find(arena, whole, STR_NONE, &marks);
	assert_true(str_eq(place_write(arena, &marks), STR("n luong dinh cua")));
	text = (struct buf){.arena = arena};
	for (int i = 0; i < 2 * PLACE_MARKS_MAX; i++)
		buf_printf(&text, "phố Aaaaaaaaaaaaaaa Bbbbbbbbbbbbbbb C%c%ccccccccccccc. ", 'a' + i % 26,
			'a' + i / 26);
	marks.n = 0;
	place_find(arena, buf_str(&text), STR_NONE, &marks);
	assert_int_equal(marks.n, PLACE_MARKS_MAX);
	assert_int_equal(marks.at[0].text.len, PLACE_TEXT_MAX);
	assert_true(place_write(arena, &marks).len <= PLACE_WRITTEN_MAX);
}

static struct place_match compare(const char *one, const char *other)
{
	struct place_marks a, b;
	struct place_match match, back;

	place_read(str_of(one), &a);
	place_read(str_of(other), &b);
	place_compare(&a, &b, &match);
	place_compare(&b, &a, &back);
	assert_int_equal(match.names, back.names);
	assert_int_equal(match.numbers, back.numbers);
	assert_int_equal(match.guessed, back.guessed);
	assert_int_equal(match.other_names, back.other_names);
	assert_int_equal(match.other_number, back.other_number);
	return match;
}

static void compared(void **state)
{
	(void)state;

	assert_int_equal(compare("n kim nguu;h 12", "g kim nguu nuoc;h 14").names, 1);
	assert_int_equal(compare("n kim nguu;h 12", "n kim nguu;h 14").numbers, 1);
	assert_true(compare("n kim nguu;h 12", "n kim nguu;h 112").other_number);
	assert_true(compare("n nguyen van cu", "n nguyen van linh").other_names);
	assert_true(compare("n lang", "n lang ha").other_names);
	assert_int_equal(compare("g kim nguu", "g kim nguu").names, 0);
	assert_true(compare("g kim nguu", "g kim nguu").guessed);
	assert_false(compare("n kim nguu", "l 5").other_names);
	assert_int_equal(compare("l 5;u 5", "h 5;b 5").numbers, 0);
}

static void hostile_marks(void **state)
{
	struct place_marks marks;
	int64_t key;
	(void)state;

	place_read(STR(";;n;n ;x abc;nabc;n a;l 5"), &marks);
	assert_int_equal(marks.n, 2);
	assert_true(place_key(&marks.at[0], &key));
	assert_false(place_key(&marks.at[1], &key));
	place_read(STR_NONE, &marks);
	assert_int_equal(marks.n, 0);
}

static int alike(const char *one, const char *other)
{
	struct minhash a, b, read;
	char bytes[MINHASH_BYTES];

	minhash_of(text_fold(arena, str_of(one)), &a);
	minhash_of(text_fold(arena, str_of(other)), &b);
	assert_int_equal(minhash_alike(&a, &b), minhash_alike(&b, &a));
	minhash_write(&a, bytes);
	assert_true(minhash_read((struct str){bytes, sizeof(bytes)}, &read));
	assert_int_equal(minhash_alike(&read, &b), minhash_alike(&a, &b));
	return minhash_alike(&a, &b);
}

static void signatures(void **state)
{
	struct minhash m;
	(void)state;

	assert_int_equal(alike("", ""), 0);
	assert_int_equal(alike("Đường Láng ngập", "duong lang NGAP!"), 1000);
	assert_true(alike("mot hai ba bon nam sau bay tam", "chin muoi tram nghin van trieu ty") < 100);
	assert_true(alike("De nghi phuong lap them thung rac o cong vien va thu gom buoi toi",
			    "De nghi phuong lap them thung rac o cong vien va thu gom buoi sang") > 600);
	assert_false(minhash_read(STR("too short"), &m));
	assert_false(minhash_read(STR_NONE, &m));
	/* Stored ones must stay comparable: the same on every machine and in every version. */
	minhash_of(STR("o ga tren pho dinh cong"), &m);
	assert_int_equal(minhash_band(&m, 0) % 100000, 68079);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(marks_of_texts, begin, end),
		cmocka_unit_test_setup_teardown(long_names, begin, end),
		cmocka_unit_test_setup_teardown(compared, begin, end),
		cmocka_unit_test_setup_teardown(hostile_marks, begin, end),
		cmocka_unit_test_setup_teardown(signatures, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Personal data in texts: what is found, what is not taken for it, and what the masked text says. */
#include "unit.h"

#include "base/buf.h"
#include "base/file.h"
#include "civil/personal.h"

#include <time.h>

#include <cmocka.h>

typedef bool finder(struct arena *arena, struct str text, struct str name, struct personal_findings *ret);

/* `want`: the findings as "kind piece", joined by "; ". */
static void check_by(finder *find, const char *name, const char *text, const char *want)
{
	struct personal_findings found;
	struct buf got = {.arena = arena};

	assert_true(find(arena, str_of(text), str_of(name), &found));
	for (size_t i = 0; i < found.n; i++) {
		struct str piece = personal_piece(str_of(text), &found.at[i]);

		buf_printf(&got, "%s%s %.*s", i ? "; " : "", personal_kind_code(found.at[i].kind),
			STR_ARG(piece));
	}
	if (!str_eq(buf_str(&got), str_of(want)))
		fail_msg("\"%s\": found \"%.*s\", not \"%s\"", text, STR_ARG(buf_str(&got)), want);
}

static void check_with(const char *name, const char *text, const char *want)
{
	check_by(personal_find_with, name, text, want);
}

static void check(const char *text, const char *want)
{
	check_with(NULL, text, want);
}

static void phones(void **state)
{
	(void)state;
	check("Gọi 0912345678 nhé", "phone 0912345678");
	check("Gọi 0912 345 678, hoặc 098.765.4321.", "phone 0912 345 678; phone 098.765.4321");
	check("ĐT: (024) 3825 3536", "phone 024) 3825 3536");
	check("+84 912 345 678 / +84 (0)912 345 678", "phone +84 912 345 678; phone +84 (0)912 345 678");
	check("84912345678 và 0084-912-345-678", "phone 84912345678; phone 0084-912-345-678");
	check("+44 20 7946 0958", "phone +44 20 7946 0958");
	check("0912345678 0987654321", "phone 0912345678; phone 0987654321");
	check("０９１２３４５６７８", "phone ０９１２３４５６７８");
	check("Tổng đài 1022, 19001234, cứu hỏa 114", "account 19001234");
	check("họp ngày 05.11.2026 08:00", "");
	check("họp ngày 5-11-2026 lúc 8 giờ", "");
	check("x0912345678 0912345678x", "");
}

static void numbers(void **state)
{
	(void)state;
	check("CCCD 001099012345", "identity 001099012345");
	check("CCCD 001 099 012 345.", "identity 001 099 012 345");
	check("CMND: 123456789", "identity 123456789");
	check("hộ chiếu B1234567, C12345678", "identity B1234567; identity C12345678");
	check("chi 1.500.000.000 đồng, 15000000 đồng, 150000000đ", "");
	check("STK 1903 4567 8901 23 tại ngân hàng", "account 1903 4567 8901 23");
	check("tài khoản: 19034567890123", "account 19034567890123");
	check("các năm 2024 2025 2026", "");
	check("dài 12345 m, rộng 60 cm, ngõ vào 2026", "");
}

static void plates(void **state)
{
	(void)state;
	check("xe 29A-123.45 đỗ", "plate 29A-123.45");
	check("xe 30F1 2345, 29-H1 234.56, 51LD-123.45, 29h12345",
		"plate 30F1 2345; plate 29-H1 234.56; plate 51LD-123.45; "
		"plate 29h12345");
	check("phiếu HN-26-7K3M-9QXT", "");
}

static void emails(void **state)
{
	(void)state;
	check("gửi an.nguyen+1@example.org.", "email an.nguyen+1@example.org");
	check("<an@mail.example.vn>, a@b, @x.vn, x@.vn", "email an@mail.example.vn");
}

static void addresses(void **state)
{
	(void)state;
	check("Trước số nhà 999 phố Ví Dụ", "address số nhà 999");
	check("nhà số 12/34A, ngách 5/6, căn hộ 1205, phòng 7",
		"address nhà số 12/34A; address ngách 5/6; address căn hộ 1205; "
		"address phòng 7");
	check("số 15 ngõ 20 phố Huế", "address số 15; address 20");
	check("ở 126 phố Huế", "address 126");
	check("nhà 3 tầng, số 5 và 6, 2 đường này, họ 5 người", "");
	check("House 12, Lang Street", "address House 12");
}

static void names(void **state)
{
	(void)state;
	check("ông Nguyễn Văn Mẫu xây nhà", "name ông Nguyễn Văn Mẫu");
	check("BÀ TRẦN THỊ B, Mr. John Smith", "name BÀ TRẦN THỊ B; name Mr. John Smith");
	check("gặp ông Đặng Q. Thịnh, bà N.T. Hoa, ông Mẫu V.Thử.",
		"name ông Đặng Q. Thịnh; name bà N.T. Hoa; name ông Mẫu V.Thử");
	check("ông Nguyễn Văn A. đề nghị", "name ông Nguyễn Văn A");
	check("phố Bà Huyện Thanh Quan, đường Ông Ích Khiêm", "");
	check("Ông đề nghị, bà Mai nói", "");
}

/* Without a title what cannot be but a name, and no place that was named after somebody. */
static void names_of_the_usual_shape(void **state)
{
	(void)state;
	check("Hàng xóm Lê Thị Bưởi, Nguyễn Văn Mẫu Thử", "name Lê Thị Bưởi; name Nguyễn Văn Mẫu Thử");
	check("LÝ THỊ MẬN, Nguyen Van Mau - Do Thi Thu; Nguyển Văn Mẫu",
		"name LÝ THỊ MẬN; name Nguyen Van Mau; name Do Thi Thu; name Nguyển Văn Mẫu");
	check("tổ trưởng Lê Văn Mẫu, tổ phó Vi Thị Thử, cho Đỗ Văn Mẫu",
		"name Lê Văn Mẫu; name Vi Thị Thử; name Đỗ Văn Mẫu");
	check("phố Hoa Lê Thị Bưởi", "name Lê Thị Bưởi");
	check("yêu cầu Lê Văn Mẫu, gia đình Lê Văn Thử, tổ dân phố Vi Thị Thử, môi trường\nLê Thị Mẫu",
		"name Lê Văn Mẫu; name Lê Văn Thử; name Vi Thị Thử; name Lê Thị Mẫu");
	check("vá lại đường\nLê Thị Mẫu, thành phố ông Lê Mẫu", "name Lê Thị Mẫu; name ông Lê Mẫu");
	check("phố Lê Văn Mẫu, PHỐ LÊ VĂN MẪU, đường  Lê Văn Mẫu, duong Le Van Mau, ngã tư Lê Văn Mẫu", "");
	check("cầu Lê Văn Mẫu, trường Lê Văn Mẫu, Trường THCS Võ Thị Mẫu, xã Lê Văn Mẫu, phường Võ Thị Mẫu",
		"");
	check("Le Van Mau Street, Le Van Mau primary, Le Van Mau bridge", "name Le Van Mau");
	check("Khu Đô Thị Mẫu, Lê Thị, Lê văn Mẫu, lê thị bưởi, Thị Văn Mẫu, Lê2 Thị Bưởi", "");
}

/* Streets as they are written in addresses; a number alone makes none. */
static void names_of_streets(void **state)
{
	(void)state;
	check("ngõ 165 Nguyễn Văn Mẫu, số 5 Nguyễn Văn Mẫu, ở 12/3A Lê Văn Mẫu, NGÕ 5 LÊ VĂN MẪU", "");
	check("Hẻm 12 Lê Văn Mẫu, nhà số 7 Lê Thị Mẫu", "address Hẻm 12; address nhà số 7");
	check("Tuyến Nguyễn Văn Mẫu, khu vực Nguyễn Thị Minh Mẫu, đoạn Lê Văn Mẫu, vỉa hè Lê Văn Mẫu", "");
	check("đ. Nguyễn Văn Mẫu, đ.Nguyễn Văn Mẫu, Đường Văn Mẫu, Trường Văn Mẫu", "");
	check("Nút giao Nguyễn Văn Mẫu - Nguyễn Văn Thử, ngã tư Lê Văn Mẫu giao với Lê Thị Thử", "");
	check("số 0912345678 Lê Văn Mẫu, đơn số 5 Lê Văn Thử, tổ 5 Lê Văn Mẫu, 150.000 đ. Lê Thị Thử",
		"phone 0912345678; name Lê Văn Mẫu; name Lê Văn Thử; name Lê Văn Mẫu; name Lê Thị Thử");
	check("phố Lê Văn Mẫu, Lê Thị Thử, phố Lê Mẫu - Lê Thị Thử, nút Lê Mẫu - Lê Văn Thử đề nghị",
		"name Lê Thị Thử; name Lê Thị Thử; name Lê Văn Thử");
	check("ngõ 5 ông Lê Văn Mẫu, khu vực ông Lê Văn Mẫu, nhà số 5 ông Lê Mẫu",
		"name ông Lê Văn Mẫu; name ông Lê Văn Mẫu; address nhà số 5; name ông Lê Mẫu");
	check("ở tầng trên Lê Văn Mẫu, trưởng thôn Lê Văn Mẫu, ở Lê Văn Mẫu, trực tuyến Lê Văn Mẫu",
		"name Lê Văn Mẫu; name Lê Văn Mẫu; name Lê Văn Mẫu; name Lê Văn Mẫu");
	check("Nguyễn-Văn-Mẫu, Lê Thị Mai-Mẫu, Lê Văn Mẫu-Lê Văn Thử, Hồ Văn Mẫu, Duong Van Mau",
		"name Nguyễn-Văn-Mẫu; name Lê Thị Mai-Mẫu; name Lê Văn Mẫu; name Lê Văn Thử; name Hồ Văn "
		"Mẫu; "
		"name Duong Van Mau");
	assert_false(personal_has_name(arena, STR("ngõ 5 Nguyễn Văn Mẫu"), STR("Nguyễn Văn Mẫu")));
}

static void names_that_are_known(void **state)
{
	static const char name[] = "Nguyễn Văn Mẫu";
	(void)state;

	check_with(name, "Tôi là Nguyễn Văn Mẫu, ở đây", "name Nguyễn Văn Mẫu");
	check_with(name, "toi la nguyen van mau.", "name nguyen van mau");
	check_with(name, "NGUYỄN  VĂN\nMẪU ký tên", "name NGUYỄN  VĂN\nMẪU");
	check_with(name, "anh Mẫu nói, Văn Mẫu viết", "name anh Mẫu; name Văn Mẫu");
	check_with(name, "ông Nguyễn Văn Mẫu và bà Mai", "name ông Nguyễn Văn Mẫu");
	check_with(name, "theo mẫu, đèn vẫn mẫu cũ, Mẫu số 5, nguyễn văn mẫuu, Nguyễn xVăn Mẫu", "");
	check_with("Vũ An", "đường vũ an toàn, Vũ An toàn", "name Vũ An");
	check_with("Ông Lê Văn X.", "ông lê văn x", "name ông lê văn x");
	check_with("Mẫu", "Mẫu này, ông Mẫu này", "name ông Mẫu");
	check_with("a b c d e f g h i k l m", "x c d e f g h i k l m y", "name c d e f g h i k l m");
	check_with("", "ông Mẫu", "");
	assert_false(personal_has_name(arena, STR("ông Mẫu ký"), str_of(name)));
	assert_true(personal_has_name(arena, STR("nguyen van mau ký"), str_of(name)));
	assert_false(personal_has_name(arena, STR("Văn Mẫu, phố Nguyễn Văn Mẫu"), str_of(name)));
	assert_false(personal_has_name(arena, STR("Mẫu"), STR("Mẫu")));
	assert_false(personal_has_name(arena, STR("theo mẫu, xMẫu, Mẫuu"), str_of(name)));
	assert_false(personal_has_name(arena, STR("Mẫu"), STR_NONE));
	assert_false(personal_has_name(arena, STR_NONE, str_of(name)));
}

/* The name alone, also where it would be found without being known. */
static void own_names(void **state)
{
	const char *name = "Nguyễn Văn Mẫu";
	(void)state;

	check_by(personal_find_name, name, "Ông Nguyễn Văn Mẫu và ông Lê Văn Thử, gọi 0912345678",
		"name Nguyễn Văn Mẫu");
	check_by(personal_find_name, name, "bà Văn Mẫu, ông Mẫu, Mẫu này", "name Văn Mẫu; name ông Mẫu");
	check_by(personal_find_name, name, "ông Mẫu Văn Thử", "name ông Mẫu Văn Thử");
	check_by(personal_find_name, "Mẫu", "ông Mẫu, ông Lê Văn Mẫu", "name ông Mẫu");
	check_by(personal_find_name, "", "ông Mẫu, ông Lê Văn Mẫu", "");
}

/* Names as people write them into a form, each found where it stands as it is, and without what is beside it. */
static void names_as_written(void **state)
{
	const char *const verbatim[] = {
		"Trần T. Hoa", "Mary O'Brien", "Nguyễn Thị Mai-Anh", "Jean-Paul Sartre", "Nguyễn  Văn   Mẫu"};
	const char *const more[] = {"Nguyễn Văn Mẫu (Tèo)", "Nguyễn Văn Mẫu, SN 1985", "Nguyễn Văn Mẫu 1985",
		"Ông Nguyễn Văn Mẫu - chủ hộ", "nguyen van mau, 0912345678", "Trần Thị Hoa & Nguyễn Văn Mẫu",
		"Nguyễn Văn Mẫu và vợ", "1985 – Nguyễn Văn Mẫu", "a, b, c, Nguyễn Văn Mẫu"};
	(void)state;

	for (size_t i = 0; i < sizeof(verbatim) / sizeof(*verbatim); i++) {
		struct str text = arena_printf(arena, "gửi %s: đã vá", verbatim[i]),
			   want = arena_printf(arena, "name %s", verbatim[i]);

		check_by(personal_find_name, verbatim[i], text.at, want.at);
		check_by(personal_find_with, verbatim[i], text.at, want.at);
		assert_true(personal_has_name(arena, text, str_of(verbatim[i])));
	}
	for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++) {
		check_by(personal_find_name, more[i], "gửi nguyễn văn mẫu, Văn Mẫu, ông Mẫu, phố Cô Mẫu",
			"name nguyễn văn mẫu; name Văn Mẫu; name ông Mẫu");
		check_by(personal_find_name, more[i], "gửi Nguyễn-Văn-Mẫu", "name Nguyễn-Văn-Mẫu");
	}
	assert_false(personal_has_name(arena, STR("Nguyễn Văn Mẫu"), STR("Trần Thị Hoa & Nguyễn Văn Mẫu")));
	assert_true(personal_has_name(
		arena, STR("Trần Thị Hoa, Nguyễn Văn Mẫu"), STR("Trần Thị Hoa & Nguyễn Văn Mẫu")));
	check_by(personal_find_name, "& - (", "gửi Nguyễn Văn Mẫu", "");
}

/* Names that nobody knows, without a title; places of two words are none. */
static void guessed_names(void **state)
{
	(void)state;
	check_by(personal_find_guessed, "", "Đã dựng lại theo tin của Quàng Thị Sáo.", "name Quàng Thị Sáo");
	check_by(personal_find_guessed, "", "Theo Nguyễn Mẫu, gọi 0912345678, và Đỗ Thử.",
		"name Nguyễn Mẫu; phone 0912345678");
	check_by(personal_find_guessed, "", "tin của Vi Thị Mẫu, Đỗ Văn Thử - Lê Đ. Mẫu",
		"name Vi Thị Mẫu; name Đỗ Văn Thử; name Lê Đ. Mẫu");
	check_by(personal_find_guessed, "", "Kính gửi ông Trần Văn Mẫu và Trần Văn Mẫu",
		"name ông Trần Văn Mẫu; name Trần Văn Mẫu");
	check_by(personal_find_guessed, "", "TRAN THI HOA NGUYEN ANH MAU", "name TRAN THI HOA NGUYEN ANH");
	check_by(personal_find_guessed, "", "Do Thành phố Hà Nội giao phường Hoàng Mai, đường Lê Duẩn", "");
	check_by(personal_find_guessed, "", "Phòng Văn Hóa, Nhà Văn Hóa Mẫu, Ủy ban Nhân dân, Hồ Chí Minh",
		"");
	check_by(personal_find_guessed, "", "xã Nguyễn Văn Mẫu, xã Định Mẫu, nguyễn văn mẫu, Nguyễn2 Mẫu",
		"name Nguyễn Văn Mẫu");
	check_by(personal_find_guessed, "Mẫu", "ông Mẫu", "name ông Mẫu");
	check_by(personal_find_guessed, "", "Nguyễn Mẫu Ông Trần Thử, Nguyễn Mẫu số nhà 9",
		"name Nguyễn Mẫu; name Ông Trần Thử; name Nguyễn Mẫu; address số nhà 9");
	check_by(personal_find_guessed, "", "phố Nguyễn Lương Mẫu, phố Hoa Lương Mẫu", "name Lương Mẫu");
	check_by(personal_find_guessed, "", "Nguyen Mau Street, cầu Nguyễn Mẫu, Khu Đô Thị Mẫu", "");
	check_by(personal_find_guessed, "", "", "");
}

/* One word behind a title. */
static void guessed_given_names(void **state)
{
	(void)state;
	check_by(personal_find_guessed, "", "Bà Mận đề nghị, chị  Mẫu, Mr. Smith, cụ Thử.",
		"name Bà Mận; name chị  Mẫu; name Mr. Smith; name cụ Thử");
	check_by(personal_find_guessed, "", "ba Man, BÀ MẬN", "name ba Man; name BÀ MẬN");
	check_by(personal_find_guessed, "", "phố Bà Triệu, chợ Bà Mẫu, quận Hai Bà Trưng, Ba Đình", "");
	check_by(personal_find_guessed, "", "ông đề nghị, có Ổ gà, thấy Rác, bà Mận2, Ôngg Mẫu", "");
	check("Bà Mận đề nghị", "");
}

/* The titles of tests/data/names_in_titles.tsv: what they are, as they are written, and as strangers read them. */
static void names_in_titles(void **state)
{
	struct str rest, line, what, wrote, shown;
	unsigned kept = 0, with = 0;
	(void)state;

	assert_int_equal(file_read(arena, TEST_ROOT "/tests/data/names_in_titles.tsv", 100000, &rest), 0);
	assert_true(str_next(&rest, '\n', &line));
	while (str_next(&rest, '\n', &line)) {
		struct personal_findings found;
		struct str got;

		assert_true(str_next(&line, '\t', &what) && str_next(&line, '\t', &wrote));
		shown = line;
		assert_true(personal_find_guessed(arena, wrote, STR_NONE, &found));
		got = personal_mask(arena, wrote, &found);
		if (!str_eq(got, shown))
			fail_msg("\"%.*s\": \"%.*s\", not \"%.*s\"", STR_ARG(wrote), STR_ARG(got),
				STR_ARG(shown));
		assert_int_equal(str_eq(what, STR("kept")), str_eq(wrote, shown));
		kept += found.n == 0;
		with += found.n > 0;
	}
	assert_true(kept >= 100 && with >= 50);
}

static void masked(void **state)
{
	const struct str text =
		STR("Ông Lê Văn Mẫu, số nhà 9 phố X, gọi 0912 345 678 hoặc an@example.org: đèn tắt.");
	struct personal_findings found;
	struct str got;
	(void)state;

	assert_true(personal_find(arena, text, &found));
	got = personal_mask(arena, text, &found);
	assert_true(str_eq(
		got, STR("[họ tên], [số nhà] phố X, gọi [số điện thoại] hoặc [thư điện tử]: đèn tắt.")));
	assert_true(personal_find(arena, got, &found));
	assert_int_equal(found.n, 0);
	assert_true(str_eq(personal_mask(arena, got, &found), got));
	assert_true(personal_find(arena, STR_NONE, &found));
	assert_false(personal_mask(arena, STR_NONE, &found).at);
	assert_true(personal_find(arena, STR(""), &found));
	assert_true(str_eq(personal_mask(arena, STR(""), &found), STR("")));
}

/* What a rule may look at again and again, 100,000 times: quadratic work would take minutes. */
static void no_input_is_slow(void **state)
{
	static const char *const pieces[] = {"0", "0912 ", "a@", "a.", "1-", "nhà ", "số 1", "Ông A",
		"Ông Ông ", "@", "+", "29A", "(", "a@b", "1/1", "9 9 9 9 ", "Lê ", "Lê", "A.", "Hà Nội ",
		"Lê Thị ", "phố Lê Văn A ", "Bà ", "trường ", "Lê a.b ", "phố ", "nút A - ", "ngõ 1 Lê A, ",
		"LÊ A ", "Lê-", "cô giáo "};
	clock_t began = clock();
	(void)state;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct buf text = {.arena = arena_new()};
		struct personal_findings found;

		for (int n = 0; n < 100000; n++)
			buf_put(&text, str_of(pieces[i]));
		assert_true(personal_find_with(text.arena, buf_str(&text), STR("Nhà Ông A Ông A"), &found));
		assert_true(personal_mask(text.arena, buf_str(&text), &found).at);
		assert_true(personal_find_guessed(text.arena, buf_str(&text), STR_NONE, &found));
		arena_free(text.arena);
	}
	assert_true((clock() - began) / CLOCKS_PER_SEC < 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(phones, begin, end),
		cmocka_unit_test_setup_teardown(numbers, begin, end),
		cmocka_unit_test_setup_teardown(plates, begin, end),
		cmocka_unit_test_setup_teardown(emails, begin, end),
		cmocka_unit_test_setup_teardown(addresses, begin, end),
		cmocka_unit_test_setup_teardown(names, begin, end),
		cmocka_unit_test_setup_teardown(names_of_the_usual_shape, begin, end),
		cmocka_unit_test_setup_teardown(names_of_streets, begin, end),
		cmocka_unit_test_setup_teardown(names_that_are_known, begin, end),
		cmocka_unit_test_setup_teardown(own_names, begin, end),
		cmocka_unit_test_setup_teardown(names_as_written, begin, end),
		cmocka_unit_test_setup_teardown(guessed_names, begin, end),
		cmocka_unit_test_setup_teardown(guessed_given_names, begin, end),
		cmocka_unit_test_setup_teardown(names_in_titles, begin, end),
		cmocka_unit_test_setup_teardown(masked, begin, end),
		cmocka_unit_test_setup_teardown(no_input_is_slow, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

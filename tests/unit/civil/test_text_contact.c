/* Telephone numbers and e-mail addresses as people write them. */
#include "unit.h"

#include "civil/text.h"

struct pair {
	const char *in, *out; /* NULL: none */
};

static void check(struct str (*read)(struct arena *, struct str), const struct pair *pairs, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct str got = read(arena, str_of(pairs[i].in));

		if (!str_eq(got, str_of(pairs[i].out)))
			fail_msg("\"%s\" gives \"%.*s\"", pairs[i].in, STR_ARG(got));
	}
}

static void telephones(void **state)
{
	static const struct pair pairs[] = {
		{"0912345678", "+84912345678"},
		{"0912 345 678", "+84912345678"},
		{"0912.345.678", "+84912345678"},
		{" (0912) 345-678 ", "+84912345678"},
		{"84.912.345.678", "+84912345678"},
		{"+84 912 345 678", "+84912345678"},
		{"(+84) 912345678", "+84912345678"},
		{"+84 (0)912 345 678", "+84912345678"},
		{"0084912345678", "+84912345678"},
		{"0084 0912345678", "+84912345678"},
		{"09\xc2\xa0"
		 "12\xe2\x80\x8b"
		 "345678",
			"+84912345678"},
		{"0312345678", "+84312345678"},
		{"0512345678", "+84512345678"},
		{"0712345678", "+84712345678"},
		{"0812345678", "+84812345678"},
		{"024 3825 3536", "+842438253536"},
		{"+84 24 3825 3536", "+842438253536"},
		{"0225 382 2616", "+842253822616"},
		{"1022", "1022"},
		{"1900 1009", "19001009"},
		{"18001091", "18001091"},
		{"1800 123456", "1800123456"},
		{"113", "113"},
		{"111", "111"},
		{"115", "115"},
		{"+1 212 555 0100", "+12125550100"},
		{"+4930901820", "+4930901820"},
		{"+123456789012345", "+123456789012345"},
		{"", NULL},
		{" ", NULL},
		{"+", NULL},
		{"()", NULL},
		{"110", NULL},
		{"116", NULL},
		{"1900", NULL},
		{"1900123", NULL},
		{"19001234567", NULL},
		{"912345678", NULL},
		{"0412345678", NULL},
		{"0612345678", NULL},
		{"091234567", NULL},
		{"09123456789", NULL},
		{"01234567890", NULL},
		{"02438253", NULL},
		{"0033123456789", NULL},
		{"00912345678", NULL},
		{"00840", NULL},
		{"84", NULL},
		{"0", NULL},
		{"+84", NULL},
		{"+84 113", NULL},
		{"+841900100900", NULL},
		{"+0912345678", NULL},
		{"+123456", NULL},
		{"+1234567890123456", NULL},
		{"1234567890123456789012345", NULL},
		{"0912345678x", NULL},
		{"09+12345678", NULL},
		{"++84912345678", NULL},
		{"0912/345678", NULL},
		{"0912\n345678", "+84912345678"},
		{"\xff", NULL},
		{NULL, NULL},
	};
	(void)state;

	check(text_phone, pairs, sizeof(pairs) / sizeof(pairs[0]));
}

static void addresses(void **state)
{
	static const struct pair pairs[] = {
		{"a@b.vn", "a@b.vn"},
		{" Nguyen.Van+A@Mail.HaNoi.gov.VN ", "Nguyen.Van+A@mail.hanoi.gov.vn"},
		{"a\xe2\x80\x8b@b.vn", "a@b.vn"},
		{"x@xn--h-ni-mna.vn", "x@xn--h-ni-mna.vn"},
		{"o'neil_{}|~!#$%&*-/=?^`@1-a.com", "o'neil_{}|~!#$%&*-/=?^`@1-a.com"},
		{"1234567890123456789012345678901234567890123456789012345678901234@b.vn",
			"1234567890123456789012345678901234567890123456789012345678901234@b.vn"},
		{"12345678901234567890123456789012345678901234567890123456789012345@b.vn", NULL},
		{"a@123456789012345678901234567890123456789012345678901234567890123.vn",
			"a@123456789012345678901234567890123456789012345678901234567890123.vn"},
		{"a@1234567890123456789012345678901234567890123456789012345678901234.vn", NULL},
		{"", NULL},
		{"@", NULL},
		{"a@", NULL},
		{"@b.vn", NULL},
		{"a@b", NULL},
		{"a@b.", NULL},
		{"a@.b.vn", NULL},
		{"a@b..vn", NULL},
		{"a@-b.vn", NULL},
		{"a@b-.vn", NULL},
		{"a@b_c.vn", NULL},
		{"a@1.2.3.4", NULL},
		{"a@[1.2.3.4]", NULL},
		{".a@b.vn", NULL},
		{"a.@b.vn", NULL},
		{"a..b@c.vn", NULL},
		{"a b@c.vn", NULL},
		{"\"a b\"@c.vn", NULL},
		{"a@b@c.vn", NULL},
		{"a,b@c.vn", NULL},
		{"a@b.vn, c@d.vn", NULL},
		{"a@b.vn\nBcc: c@d.vn", NULL},
		{"tên@b.vn", NULL},
		{"a@hà-nội.vn", NULL},
		{NULL, NULL},
	};
	struct str longest = arena_printf(arena, "a@%0240d.bcdefghi.vn", 0);
	(void)state;

	check(text_email, pairs, sizeof(pairs) / sizeof(pairs[0]));
	assert_null(text_email(arena, longest).at);
	longest = arena_printf(arena, "a@%063d.%063d.%063d.%057d.vn", 0, 0, 0, 0);
	assert_int_equal(longest.len, 254);
	assert_true(str_eq(text_email(arena, longest), longest));
	longest = arena_printf(arena, "a@%063d.%063d.%063d.%058d.vn", 0, 0, 0, 0);
	assert_int_equal(longest.len, 255);
	assert_null(text_email(arena, longest).at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(telephones),
		cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

/* Keyboard residue: what is decoded, what is left alone, and that nothing but a syllable comes out. */
#include "unit.h"

#include <stdlib.h>

#include "civil/telex.h"

static void check(const char *word, const char *want)
{
	struct str got = telex_decode(arena, str_of(word));

	if (!str_eq(got, str_of(want)))
		fail_msg("\"%s\": \"%.*s\", not \"%s\"", word, STR_ARG(got), want ? want : "(absent)");
}

static void telex(void **state)
{
	(void)state;
	check("dduwowngf", "duong");
	check("duwowngfd", "duong");
	check("ddwowngf", "duong");
	check("nghieengs", "nghieng");
	check("nuwowcs", "nuoc");
	check("wowcs", "uoc");
	check("giaays", "giay");
	check("hienre", "hien");
	check("quoocs", "quoc");
	check("raacs", "rac");
	check("toiois", NULL);
}

static void vni(void **state)
{
	(void)state;
	check("duong2", "duong");
	check("d9u7o7ng2", "duong");
	check("nuo7c1", "nuoc");
	check("nha2", "nha");
}

static void left_alone(void **state)
{
	(void)state;
	check("", NULL);
	check("duong", NULL);
	check("123", NULL);
	check("0912345678", NULL);
	check("29b", NULL);
	check("2026", NULL);
	check("street", NULL);
	check("wwwwwwwwwwwwww", NULL);
	check("dduwowngfdduwowngf", NULL);
	check("duo\xcc\x80ng", NULL);
}

static void syllables(void **state)
{
	static const char *const good[] = {
		"a", "duong", "nghieng", "giay", "quynh", "khuya", "oe", "ngoeo", "gi", "xoong"};
	static const char *const bad[] = {
		"", "d", "dduong", "street", "ngg", "duongs", "a b", "zu", "nghiengg"};
	(void)state;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!telex_is_syllable(str_of(good[i])))
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (telex_is_syllable(str_of(bad[i])))
			fail_msg("%s", bad[i]);
}

static void any_bytes(void **state)
{
	unsigned seed = 20261126;
	(void)state;

	for (int round = 0; round < 200000; round++) {
		char bytes[20];
		size_t len = (size_t)rand_r(&seed) % sizeof(bytes);
		struct str got;

		for (size_t i = 0; i < len; i++)
			bytes[i] = "aeouwdnghsfrxj1259 \xc3"[rand_r(&seed) % 21];
		got = telex_decode(arena, (struct str){bytes, len});
		if (got.at && (!telex_is_syllable(got) || telex_decode(arena, got).at))
			fail_msg("\"%.*s\" gives \"%.*s\"", (int)len, bytes, STR_ARG(got));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(telex, begin, end),
		cmocka_unit_test_setup_teardown(vni, begin, end),
		cmocka_unit_test_setup_teardown(left_alone, begin, end),
		cmocka_unit_test_setup_teardown(syllables, begin, end),
		cmocka_unit_test_setup_teardown(any_bytes, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

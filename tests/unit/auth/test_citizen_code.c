/* Codes that citizens sign in with: each letter has its own, and only with its request. */
#include "forge.h"

#include "auth/citizen_code.h"
#include "auth/credential.h"

static void typed_as_people_type(void **state)
{
	struct forge *f = *state;
	struct uuid letter = uuid_new();
	struct str text = citizen_code_text(f->arena, f->keys, &letter);
	const struct {
		const char *before, *between, *behind;
	} forms[] = {{"", "", ""}, {"", "-", ""}, {" ", "  ", " "}, {"-", "", "-"}};

	assert_int_equal(text.len, 9);
	for (size_t i = 0; i < text.len; i++)
		assert_true(i == 4 ? text.at[i] == ' ' : text.at[i] >= '0' && text.at[i] <= '9');
	assert_true(citizen_code_check(f->arena, f->keys, &letter, text));
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct str typed = arena_printf(f->arena, "%s%.4s%s%.4s%s", forms[i].before, text.at,
			forms[i].between, text.at + 5, forms[i].behind);
		assert_true(citizen_code_check(f->arena, f->keys, &letter, typed));
	}
}

static void others_are_wrong(void **state)
{
	struct forge *f = *state;
	struct uuid letter = uuid_new(), other = uuid_new();
	struct str text = citizen_code_text(f->arena, f->keys, &letter);
	char copy[] = "0000 0000 0000 0000 0000 0000 0000";

	assert_false(citizen_code_check(f->arena, f->keys, &other, text));
	assert_false(citizen_code_check(f->arena, f->keys, &letter, STR_NONE));
	assert_false(citizen_code_check(f->arena, f->keys, &letter, STR("")));
	assert_false(citizen_code_check(f->arena, f->keys, &letter, str_of(copy)));
	for (size_t n = 0; n < text.len; n++) {
		assert_false(citizen_code_check(f->arena, f->keys, &letter, (struct str){text.at, n}));
		if (n == 4)
			continue;
		memcpy(copy, text.at, text.len);
		copy[n] = copy[n] == '9' ? '0' : (char)(copy[n] + 1);
		assert_false(citizen_code_check(f->arena, f->keys, &letter, (struct str){copy, text.len}));
	}
	memcpy(copy, text.at, text.len);
	copy[text.len] = '0';
	assert_false(citizen_code_check(f->arena, f->keys, &letter, (struct str){copy, text.len + 1}));
}

/* Nothing of the code stands in the request, and no byte of it can be changed. */
static void requests(void **state)
{
	struct forge *f = *state;
	struct uuid letter = uuid_new(), back;
	struct str text = request_make(f->arena, f->keys, &letter);
	char *copy = arena_alloc(f->arena, text.len);

	assert_true(str_starts(text, STR("tdc_")));
	assert_true(request_open(f->arena, f->keys, text, &back));
	assert_true(uuid_eq(&letter, &back));
	for (size_t i = 0; i < text.len; i++) {
		memcpy(copy, text.at, text.len);
		copy[i] = copy[i] == 'A' ? 'B' : 'A';
		assert_false(request_open(f->arena, f->keys, (struct str){copy, text.len}, &back));
	}
	assert_false(request_open(f->arena, f->keys, STR_NONE, &back));
}

static void subjects(void **state)
{
	struct forge *f = *state;
	struct str one = citizen_subject_index(f->arena, f->keys, STR("https://a"), STR("bc"));

	assert_int_equal(one.len, 32);
	assert_true(str_eq(one, citizen_subject_index(f->arena, f->keys, STR("https://a"), STR("bc"))));
	assert_false(str_eq(one, citizen_subject_index(f->arena, f->keys, STR("https://ab"), STR("c"))));
	assert_false(str_eq(one, citizen_subject_index(f->arena, f->keys, STR("https://a"), STR("bd"))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(typed_as_people_type),
		cmocka_unit_test(others_are_wrong), cmocka_unit_test(requests), cmocka_unit_test(subjects)};

	return cmocka_run_group_tests(tests, forge_setup, forge_teardown);
}

/* Members of a contact: which is there, and where a text that looks like one is none. */
#include "forge.h"

#include "auth/contact.h"

static void check(const char *contact, const char *name, const char *want)
{
	struct str got = contact_member(str_of(contact), name);

	if (!str_eq(got, str_of(want)))
		fail_msg("%s of %s: \"%.*s\"", name, contact, STR_ARG(got));
}

static void members(void **state)
{
	static const char all[] =
		"{\"name\":\"Nguyễn Văn Mẫu\",\"phone\":\"+84912345678\",\"email\":\"an@example.org\"}";
	(void)state;

	check(all, "name", "Nguyễn Văn Mẫu");
	check(all, "email", "an@example.org");
	check(all, "address", NULL);
	check(all, "nam", NULL);
	check("{}", "name", NULL);
	check(NULL, "name", NULL);
	check("{\"name\":\"A \\\"B\\\\\",\"email\":\"x@example.org\"}", "name", "A \\\"B\\\\");
	check("{\"name\":\"\\\"email\\\":\\\"a@example.org\\\"\",\"email\":\"b@example.org\"}", "email",
		"b@example.org");
	check("{\"name\":\"A", "name", NULL);
	check("{\"name\":\"A\\", "name", NULL);
	check("{\"name\":\"", "name", NULL);
}

static void written(void **state)
{
	struct arena *arena = arena_new();
	const struct contact all = {STR("A \"B\""), STR("+84912345678"), STR_NONE, STR("126 Định Công")};

	(void)state;
	assert_true(str_eq(contact_write(arena, &all),
		STR("{\"name\":\"A \\\"B\\\"\",\"phone\":\"+84912345678\",\"address\":\"126 Định Công\"}")));
	assert_true(str_eq(contact_write(arena, &(struct contact){.email = STR("x@example.org")}),
		STR("{\"email\":\"x@example.org\"}")));
	assert_true(str_eq(contact_write(arena, &(struct contact){.name = STR_NONE}), STR("{}")));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members),
		cmocka_unit_test(written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

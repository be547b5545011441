/* Where to connect: names become addresses once, the rest stays as the URL says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "db/target.h"

static struct arena *arena;
static struct target target;
static struct str reason;

static bool resolve(const char *url)
{
	return target_resolve(arena, url, STR("-c jit=off"), &target, &reason);
}

static const char *value(const char *keyword)
{
	for (unsigned i = 0; target.keywords[i]; i++)
		if (strcmp(target.keywords[i], keyword) == 0)
			return target.values[i];
	return "";
}

static unsigned entries(const char *list)
{
	unsigned n = 1;

	for (; *list; list++)
		n += *list == ',';
	return n;
}

static void test_socket_stays(void **state)
{
	(void)state;
	assert_true(resolve("postgresql:///city?host=/run/postgresql&user=app"));
	assert_string_equal(value("host"), "/run/postgresql");
	assert_string_equal(value("hostaddr"), "");
	assert_string_equal(value("dbname"), "city");
	assert_string_equal(value("user"), "app");
}

static void test_name_becomes_its_addresses(void **state)
{
	(void)state;
	assert_true(resolve("postgresql://localhost:5433/city"));
	assert_true(strstr(value("hostaddr"), "127.0.0.1") || strstr(value("hostaddr"), "::1"));
	assert_int_equal(strncmp(value("host"), "localhost", 9), 0);
	assert_int_equal(entries(value("host")), entries(value("hostaddr")));
	assert_int_equal(entries(value("host")), entries(value("port")));
}

/* The lists stay parallel, whatever stands in them. */
static void test_several_hosts(void **state)
{
	(void)state;
	assert_true(resolve("host=127.0.0.1,/run/pg,no-such-host.invalid,::1 port=1,2,3,4 "
			    "target_session_attrs=read-write"));
	assert_string_equal(value("host"), "127.0.0.1,/run/pg,::1");
	assert_string_equal(value("hostaddr"), "127.0.0.1,,::1");
	assert_string_equal(value("port"), "1,2,4");
	assert_string_equal(value("target_session_attrs"), "read-write");
	assert_true(resolve("host=127.0.0.1,127.0.0.2 port=7"));
	assert_string_equal(value("port"), "7,7");
}

static void test_options_of_the_url_come_last(void **state)
{
	(void)state;
	assert_true(resolve("host=/s options='-c work_mem=1MB'"));
	assert_string_equal(value("options"), "-c jit=off -c work_mem=1MB");
	assert_string_equal(value("gssencmode"), "disable");
	assert_true(resolve("host=/s gssencmode=require keepalives_idle=5"));
	assert_string_equal(value("gssencmode"), "require");
	assert_string_equal(value("keepalives_idle"), "5");
	assert_string_equal(value("client_encoding"), "UTF8");
}

static void test_reasons_have_no_password(void **state)
{
	static const char *const urls[] = {
		"postgresql://u:secret@[", "postgresql://u:secret@no-such-host.invalid/x"};

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		assert_false(resolve(urls[i]));
		assert_true(reason.len > 0);
		assert_null(memmem(reason.at, reason.len, "secret", 6));
	}
}

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_socket_stays),
		cmocka_unit_test(test_name_becomes_its_addresses),
		cmocka_unit_test(test_several_hosts),
		cmocka_unit_test(test_options_of_the_url_come_last),
		cmocka_unit_test(test_reasons_have_no_password),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

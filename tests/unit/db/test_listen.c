/* LISTEN: heard, and heard again after the connection was lost. */
#include "fixture.h"

static struct fixture *f;
static unsigned connects, notes;
static char last[64];

static void heard(struct app *app, struct str payload)
{
	assert_ptr_equal(app, &f->app);
	if (!payload.at) {
		connects++;
		return;
	}
	notes++;
	snprintf(last, sizeof(last), "%.*s", STR_ARG(payload));
}

/* The listener is the connection that ran LISTEN. */
#define LISTENER "from pg_stat_activity where application_name = 'tiepdan' and query like 'LISTEN%'"

static void test_heard_and_heard_again(void **state)
{
	(void)state;
	connects = notes = 0;
	assert_int_equal(db_listen(f->app.db, "odd \"channel\"", heard), 0);
	fixture_until(f, connects == 1);
	fixture_sql(f, "notify \"odd \"\"channel\"\"\", 'version 7'");
	fixture_until(f, notes == 1);
	assert_string_equal(last, "version 7");

	fixture_sql(f, "select pg_terminate_backend(pid) " LISTENER);
	fixture_until(f, connects == 2);
	fixture_sql(f, "notify \"odd \"\"channel\"\"\"");
	fixture_until(f, notes == 2);
	assert_string_equal(last, "");
}

static void test_other_channels_are_not_heard(void **state)
{
	unsigned before = notes;

	(void)state;
	fixture_sql(f, "notify odd, 'x'");
	fixture_sql(f, "notify \"odd \"\"channel\"\"\", 'mine'");
	fixture_until(f, notes > before);
	assert_int_equal(notes, before + 1);
	assert_string_equal(last, "mine");
}

static int setup(void **state)
{
	(void)state;
	f = fixture_new();
	fixture_open(f, NULL, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_close(f);
	fixture_free(f);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heard_and_heard_again),
		cmocka_unit_test(test_other_channels_are_not_heard),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

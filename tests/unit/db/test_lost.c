/* The only connection of a process is lost while the database is well: whoever comes waits for the next one. */
#include "fixture.h"

#include <signal.h>

enum {
	PING,
	SLEEP,
	CALLER,
	STATEMENTS
};
static struct db_statement table[STATEMENTS] = {
	[PING] = {"ping", "select '{}' as body"},
	[SLEEP] = {"sleep", "select '{}' as body, pg_sleep(10)"},
};

static struct fixture *f;

static void handle_ping(struct req *req)
{
	struct db_unit *u = db_unit(req);

	db_unit_add(u, &table[PING], NULL);
	db_run(u, answer_object);
}

static void handle_sleep(struct req *req)
{
	struct db_unit *u = db_unit(req);

	db_unit_add(u, &table[SLEEP], NULL);
	db_run(u, answer_object);
}

static const char *const backend = "from pg_stat_activity where application_name = 'tiepdan'";

static void lose(void)
{
	char sql[256];

	fixture_until(f, db_ready(f->app.db));
	snprintf(sql, sizeof(sql), "select pg_terminate_backend(pid) %s", backend);
	fixture_sql(f, sql);
	fixture_until(f, !db_ready(f->app.db));
}

static void assert_answers(struct client *c, int status)
{
	fixture_until(f, client_done(c));
	assert_int_equal(client_status(c), status);
	client_free(c);
}

static void test_who_comes_waits(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		lose();
		struct client *c = client_new(f, "GET /", handle_ping);
		struct client *d = client_new(f, "POST /", handle_ping);
		assert_answers(c, 200);
		assert_answers(d, 200);
	}
}

static void test_not_more_than_may_wait(void **state)
{
	struct client *c[4];
	unsigned full = 0;

	(void)state;
	lose();
	for (int i = 0; i < 4; i++)
		c[i] = client_new(f, "GET /", handle_ping);
	for (int i = 0; i < 4; i++) {
		fixture_until(f, client_done(c[i]));
		full += client_status(c[i]) == 503;
		client_free(c[i]);
	}
	assert_int_equal(full, 2);
}

/* All of PostgreSQL that the process is connected to, and what would let it in again. */
static void signal_all(const char *pids, int signal)
{
	for (char *end; *pids; pids = end)
		kill((pid_t)strtol(pids, &end, 10), signal);
}

/* One that says nothing may be unreachable: nobody is told that late. */
static void test_nobody_waits_for_who_was_silent(void **state)
{
	char sql[256], pids[64];

	(void)state;
	fixture_until(f, db_ready(f->app.db));
	snprintf(sql, sizeof(sql),
		"select concat_ws(' ', split_part(pg_read_file('postmaster.pid'), E'\n', 1), "
		"string_agg(pid::text, ' ')) %s",
		backend);
	snprintf(pids, sizeof(pids), "%s", fixture_sql(f, sql));
	struct client *slow = client_new(f, "POST /", handle_sleep);
	signal_all(pids, SIGSTOP);
	fixture_until(f, client_done(slow));
	bool ready = db_ready(f->app.db);
	struct client *next = client_new(f, "GET /", handle_ping);
	fixture_until(f, client_done(next));
	signal_all(pids, SIGCONT);
	client_free(slow);
	assert_false(ready);
	assert_answers(next, 503);
}

static int setup(void **state)
{
	(void)state;
	f = fixture_new();
	log_set_level((enum log_level)(LOG_ERROR + 1));
	f->config.db_timeout_ms = 500;
	f->config.db_queue = 2;
	table[CALLER] = fixture_generated("db_caller");
	fixture_open(f, table, STATEMENTS);
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
		cmocka_unit_test(test_who_comes_waits),
		cmocka_unit_test(test_not_more_than_may_wait),
		cmocka_unit_test(test_nobody_waits_for_who_was_silent),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

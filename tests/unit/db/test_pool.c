/* What goes wrong with a database: slow, full, silent, gone, back again. */
#include "fixture.h"

#include <signal.h>

static const Oid int_text[] = {DB_INT8_OID, DB_TEXT_OID};
static const Oid seconds[] = {DB_FLOAT8_OID};

enum {
	SLEEP,
	REPORT,
	PING,
	WRITE,
	CALLER,
	STATEMENTS
};
static struct db_statement table[STATEMENTS] = {
	[SLEEP] = {"sleep", "select '{}' as body, pg_sleep($1)", 1, seconds, .definer_only = true},
	[REPORT] = {"report", "select '{}' as body, pg_sleep($1)", 1, seconds, .definer_only = true,
		.pool = DB_SLOW},
	[WRITE] = {"write", "insert into note values ($1, $2)", 2, int_text},
	[PING] = {"ping", "select '{}' as body"},
};

enum {
	MANY = 8
};

static struct fixture *f;
static double naptime;

static void handle(struct req *req, int statement)
{
	struct db_unit *u = db_unit(req);
	struct db_value value = db_value_float(u, naptime);

	db_unit_add(u, &table[statement], &value);
	db_run(u, answer_object);
}

static void handle_sleep(struct req *req)
{
	handle(req, SLEEP);
}

static void handle_report(struct req *req)
{
	handle(req, REPORT);
}

static void handle_ping(struct req *req)
{
	handle(req, PING);
}

static void assert_works(void)
{
	fixture_until(f, fixture_all_ready(f, 2));
	struct client *c = client_ask(f, "GET /", handle_ping);
	assert_int_equal(client_status(c), 200);
	client_free(c);
}

static void assert_unavailable(struct client *c, const char *problem)
{
	fixture_until(f, client_done(c));
	assert_int_equal(client_status(c), 503);
	assert_true(client_has(c, "Retry-After: 1\r\n"));
	assert_true(client_has(c, problem));
	client_free(c);
}

/* Starts a request that is out when this returns. */
static struct client *ask_slowly(double s, void (*handler)(struct req *req))
{
	naptime = s;
	return client_new(f, "POST /", handler);
}

/* The process id of the backend that serves the fast pool, while it sleeps. */
static int sleeping_backend(void)
{
	const char *sql =
		"select coalesce(max(pid), 0) from pg_stat_activity where query like '%pg_sleep($1)%'"
		" and state = 'active' and application_name = 'tiepdan'";

	fixture_until(f, atoi(fixture_sql(f, sql)) != 0);
	return atoi(fixture_sql(f, sql));
}

static void test_queue_is_bounded(void **state)
{
	struct client *c[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++)
		c[i] = ask_slowly(0.1, handle_sleep);
	fixture_until(f, client_done(c[MANY - 1]));
	assert_int_equal(client_status(c[MANY - 1]), 503);
	assert_true(client_has(c[MANY - 1], "Retry-After: 1\r\n"));
	assert_int_equal(c[0]->len, 0); /* the refusal did not wait for anybody */
	client_free(c[MANY - 1]);
	/* Four are out, two wait: db_queue of one connection. */
	for (int i = 0; i < MANY - 1; i++) {
		if (i < 6)
			fixture_until(f, client_done(c[i]));
		else
			fixture_until(f, c[i]->len || client_done(c[i]));
		assert_int_equal(client_status(c[i]), i < 6 ? 200 : 503);
		client_free(c[i]);
	}
}

/* How many had ended before the last one of each kind did. */
static int gone, ended_before[2];

static void note_end(struct req *req, PGresult *const *results)
{
	ended_before[req->who.kind == WHO_STAFF] = gone++;
	answer_object(req, results);
}

static void handle_noted(struct req *req)
{
	struct db_unit *u = db_unit(req);
	struct db_value value = db_value_float(u, naptime);

	db_unit_add(u, &table[SLEEP], &value);
	db_run(u, note_end);
}

static void handle_staff(struct req *req)
{
	req->who = (struct who){.kind = WHO_STAFF};
	handle_noted(req);
}

static void assert_ended(struct client **c, int n)
{
	for (int i = 0; i < n; i++) {
		fixture_until(f, client_done(c[i]));
		assert_int_equal(client_status(c[i]), 200);
		client_free(c[i]);
	}
}

static void reopen(int64_t fast, int64_t queue, int64_t timeout_ms)
{
	fixture_close(f);
	f->config.db_fast = fast;
	f->config.db_queue = queue;
	f->config.db_timeout_ms = timeout_ms;
	fixture_open(f, table, STATEMENTS);
}

/* Where strangers have filled their lane, staff have one of their own, and go before those who wait. */
static void test_staff_go_first(void **state)
{
	struct client *c[7];

	(void)state;
	reopen(1, 2, 10000);
	gone = 0;
	for (int i = 0; i < 6; i++)
		c[i] = ask_slowly(0.3, handle_noted);
	c[6] = ask_slowly(0, handle_staff);
	assert_ended(c, 7);
	assert_in_range(ended_before[true], 4, 5); /* those who were out already */
	reopen(1, 2, 500);
}

/* A stranger who waits gets a turn, however many of staff come. */
static void test_strangers_get_their_turn(void **state)
{
	struct client *c[25];

	(void)state;
	reopen(1, 40, 10000);
	gone = 0;
	for (int i = 0; i < 24; i++)
		c[i] = ask_slowly(0.05, handle_staff);
	c[24] = ask_slowly(0.05, handle_noted);
	assert_ended(c, 25);
	assert_in_range(ended_before[false], 4, 20);
	reopen(1, 2, 500);
}

/* With several connections one of four is for staff alone. */
static void test_staff_have_connections_of_their_own(void **state)
{
	struct client *strangers[12], *staff;

	(void)state;
	reopen(4, 2, 10000);
	for (int i = 0; i < 12; i++)
		strangers[i] = ask_slowly(2, handle_sleep);
	staff = ask_slowly(0, handle_staff);
	fixture_until(f, client_done(staff));
	assert_int_equal(client_status(staff), 200);
	client_free(staff);
	for (int i = 0; i < 12; i++) {
		assert_false(client_done(strangers[i]) || strangers[i]->len);
		client_free(strangers[i]);
	}
	reopen(1, 2, 500);
}

/* Nor are they behind a stranger while theirs has still to be made. */
static void test_staff_wait_for_a_connection_of_their_own(void **state)
{
	struct client *stranger, *staff;

	(void)state;
	reopen(2, 2, 10000);
	stranger = ask_slowly(2, handle_sleep);
	staff = ask_slowly(0, handle_staff);
	fixture_until(f, client_done(staff));
	assert_int_equal(client_status(staff), 200);
	assert_false(client_done(stranger) || stranger->len);
	client_free(staff);
	client_free(stranger);
	reopen(1, 2, 500);
}

/* Nor behind many while none can be made any more: they go first on what there is. */
static void test_staff_do_not_starve_without_their_own(void **state)
{
	const char *sql = "update pg_database set datallowconn = not datallowconn where datname = 'postgres'";
	struct client *c[13];

	(void)state;
	reopen(4, 9, 10000);
	assert_works();
	fixture_sql(f, sql);
	for (int i = 0; i < 13; i++)
		c[i] = ask_slowly(i == 6 ? 0 : 0.3, i == 6 ? handle_staff : handle_sleep);
	fixture_until(f, client_done(c[6]));
	assert_false(client_done(c[12]));
	fixture_sql(f, sql);
	assert_ended(c, 13);
	reopen(1, 2, 500);
}

static int sessions(void)
{
	const char *sql = "select count(*) from pg_stat_activity where application_name = 'tiepdan'";

	return atoi(fixture_sql(f, sql));
}

/* A pool begins with one connection; another one is made when none is idle, up to the setting. */
static void test_connections_come_when_they_are_needed(void **state)
{
	struct client *c[9];

	(void)state;
	reopen(4, 9, 10000);
	assert_works();
	fixture_until(f, sessions() == 2); /* of the fast pool and of the slow one; those of before go */
	c[0] = ask_slowly(0.5, handle_sleep);
	assert_ended(c, 1);
	assert_int_equal(sessions(), 2);
	for (int i = 0; i < 9; i++)
		c[i] = ask_slowly(0.5, handle_sleep);
	fixture_until(f, sessions() == 4); /* the fourth is for staff */
	assert_ended(c, 9);
	assert_int_equal(sessions(), 4);
	reopen(1, 2, 500);
}

static int64_t units_sent(void)
{
	struct buf out = {.arena = arena_new()};
	const char *line;

	metric_print(&out, NULL, 0, false);
	buf_byte(&out, '\0');
	line = strstr(out.at, "\ntiepdan_db_units_total ");
	assert_non_null(line);
	int64_t n = atoll(line + strlen("\ntiepdan_db_units_total "));
	arena_free(out.arena);
	return n;
}

/* A queued read whose client has gone is dropped; a write is not: it was asked for. */
static void test_unwanted_reads_are_dropped(void **state)
{
	struct client *busy[4];
	int64_t before = units_sent();

	(void)state;
	for (int i = 0; i < 4; i++)
		busy[i] = ask_slowly(0.05, handle_sleep);
	naptime = 0;
	for (int read_only = 0; read_only < 2; read_only++) {
		struct req *req = req_new(&f->app, NULL);
		req->server = &fixture_server;
		req->read_only = read_only;
		req_become(req, REQ_STEPS);
		handle_sleep(req);
		req_leave(req);
	}
	for (int i = 0; i < 4; i++) {
		fixture_until(f, client_done(busy[i]));
		client_free(busy[i]);
	}
	fixture_until(f, units_sent() >= before + 5);
	assert_works();
	assert_int_equal(units_sent(), before + 6); /* four, the write, and the ping of assert_works() */
}

static void test_slow_units_have_their_own_pool(void **state)
{
	struct client *slow = ask_slowly(1, handle_report), *fast;

	(void)state;
	fast = client_ask(f, "GET /", handle_ping);
	assert_int_equal(client_status(fast), 200);
	assert_false(client_done(slow));
	assert_int_equal(slow->len, 0);
	client_free(fast);
	fixture_until(f, client_done(slow));
	assert_int_equal(client_status(slow), 200);
	client_free(slow);
}

static void test_statement_timeout(void **state)
{
	int64_t began = clock_mono_us();

	(void)state;
	assert_unavailable(ask_slowly(10, handle_sleep), "database-timeout");
	assert_in_range(clock_mono_us() - began, 400000, 9000000);
	assert_works();
}

/* The server keeps the connection and says nothing: the timer of the unit ends it. */
static void test_silent_server(void **state)
{
	struct client *c = ask_slowly(0.3, handle_sleep), *behind;
	int64_t began = clock_mono_us();
	int pid = sleeping_backend();

	(void)state;
	assert_int_equal(kill(pid, SIGSTOP), 0);
	behind = ask_slowly(0, handle_sleep);
	assert_unavailable(c, "database-timeout");
	assert_unavailable(behind, "unavailable");
	assert_in_range(clock_mono_us() - began, 1500000, 60000000);
	kill(pid, SIGCONT);
	assert_works();
}

static void test_backend_is_terminated(void **state)
{
	struct client *c = ask_slowly(10, handle_sleep);
	char sql[64];

	(void)state;
	snprintf(sql, sizeof(sql), "select pg_terminate_backend(%d)", sleeping_backend());
	fixture_sql(f, sql);
	assert_unavailable(c, "unavailable");
	assert_works();
}

static void test_backend_is_killed(void **state)
{
	struct client *c = ask_slowly(10, handle_sleep);

	(void)state;
	/* The postmaster restarts all backends after this. */
	assert_int_equal(kill(sleeping_backend(), SIGKILL), 0);
	assert_unavailable(c, "unavailable");
	for (ConnStatusType status = CONNECTION_BAD; status != CONNECTION_OK; status = PQstatus(f->admin)) {
		usleep(50000);
		PQreset(f->admin);
	}
	assert_works();
}

static void test_whole_database_goes_and_comes_back(void **state)
{
	struct client *c = ask_slowly(10, handle_sleep);

	(void)state;
	sleeping_backend();
	fixture_cluster(f, "stop");
	assert_unavailable(c, "unavailable");
	fixture_until(f, !db_ready(f->app.db));
	int64_t began = clock_mono_us();
	assert_unavailable(ask_slowly(0, handle_sleep), "unavailable");
	assert_in_range(clock_mono_us() - began, 0, 1400000); /* before the timer of a unit would end it */
	fixture_cluster(f, "start");
	fixture_admin(f);
	assert_works();
}

static void test_sending_and_reading_fail(void **state)
{
	static const char *const points[] = {"db_send:1", "db_read:1"};

	(void)state;
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		fail_arm(points[i]);
		struct client *c = ask_slowly(0, handle_sleep);
		assert_unavailable(c, "unavailable");
		fail_arm(NULL);
		assert_works();
	}
}

static void handle_write(struct req *req)
{
	struct db_unit *u = db_unit(req);
	struct db_value values[] = {db_value_int(u, 7000), db_value_text(u, STR("x"))};

	db_unit_add(u, &table[WRITE], values);
	db_run(u, answer_nothing);
}

/* A connection prepares what it runs, once. A statement that cannot be prepared harms none behind it for long. */
static void test_statements_are_prepared_as_they_are_needed(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_works(); /* a second preparation would fail */
	table[WRITE].text = "insert into no_such_thing values ($1, $2)";
	struct client *bad = client_ask(f, "POST /", handle_write),
		      *good = client_ask(f, "GET /", handle_ping);
	assert_int_equal(client_status(bad), 500);
	client_free(bad);
	client_free(good);
	table[WRITE].text = "insert into note values ($1, $2)";
	assert_works();
	struct client *mended = client_ask(f, "POST /", handle_write);
	assert_int_equal(client_status(mended), 204);
	client_free(mended);
}

static struct {
	bool done;
	char sqlstate[6];
} job;

static void on_done(struct db_job *j, PGresult *const *results, const char *sqlstate)
{
	(void)results;
	job.done = true;
	snprintf(job.sqlstate, sizeof(job.sqlstate), "%s", sqlstate ? sqlstate : "");
	arena_free(j->arena);
}

/* Jobs have no client that could come back: they wait for a connection. */
static void test_job_waits_for_a_connection(void **state)
{
	struct db_job j = {.app = &f->app, .arena = arena_new()};
	struct db_unit *u;

	(void)state;
	fixture_close(f);
	f->app.db = db_open_with(&f->app, table, STATEMENTS);
	assert_false(db_ready(f->app.db));
	u = db_unit_job(&j);
	db_unit_add(u, &table[PING], NULL);
	job.done = false;
	db_run_job(u, on_done);
	fixture_until(f, job.done);
	assert_string_equal(job.sqlstate, "");
}

static void test_closing_ends_what_is_out(void **state)
{
	struct db_job j = {.app = &f->app, .arena = arena_new()};
	struct db_unit *u = db_unit_job(&j);
	struct db_value value = db_value_float(u, 5);

	(void)state;
	db_unit_add(u, &table[SLEEP], &value);
	job.done = false;
	db_run_job(u, on_done);
	fixture_close(f);
	assert_true(job.done);
	assert_string_equal(job.sqlstate, "08006");
	fixture_open(f, table, STATEMENTS);
}

enum {
	WRITES = 600,
	KILL_EVERY = 60
};
static unsigned ends[WRITES], written[WRITES], ended;

static void on_write(struct db_job *j, PGresult *const *results, const char *sqlstate)
{
	long i = (unsigned *)j->state - ends;

	(void)results;
	ends[i]++;
	ended++;
	written[i] = !sqlstate;
	if (sqlstate && strcmp(sqlstate, "08006") != 0 && strcmp(sqlstate, "57P01") != 0)
		fail_msg("SQLSTATE %s", sqlstate);
	arena_free(j->arena);
	free(j);
}

/* Writes while backends are being terminated: each unit ends once, and what was acknowledged is there. */
static void test_nothing_acknowledged_is_lost(void **state)
{
	char sql[128];

	(void)state;
	fixture_close(f);
	f->config.db_fast = 4;
	f->config.db_queue = 1000;
	f->config.db_timeout_ms = 5000;
	fixture_open(f, table, STATEMENTS);
	for (unsigned i = 0; i < WRITES; i++) {
		struct db_job *j = calloc(1, sizeof(*j));
		*j = (struct db_job){.app = &f->app, .arena = arena_new(), .state = &ends[i]};
		struct db_unit *u = db_unit_job(j);
		struct db_value values[] = {db_value_int(u, i), db_value_text(u, STR("x"))};
		db_unit_add(u, &table[WRITE], values);
		db_run_job(u, on_write);
		event_base_loop(f->app.loop, EVLOOP_NONBLOCK);
		if (i % KILL_EVERY == KILL_EVERY / 2)
			fixture_sql(f, "select pg_terminate_backend(pid) from pg_stat_activity"
				       " where application_name = 'tiepdan' order by random() limit 2");
	}
	fixture_until(f, ended == WRITES);
	for (unsigned i = 0; i < WRITES; i++) {
		assert_int_equal(ends[i], 1);
		snprintf(sql, sizeof(sql), "select count(*) from note where id = %u", i);
		if (written[i])
			assert_string_equal(fixture_sql(f, sql), "1");
	}
	assert_true(atoi(fixture_sql(f, "select count(*) from note")) > WRITES / 2);
	assert_works();
}

static void test_bad_addresses_are_refused_at_once(void **state)
{
	struct config config = f->config;
	struct app app = f->app;

	(void)state;
	app.config = &config;
	config.database_url = "postgresql://nobody:secret@no-such-host.invalid/x";
	assert_null(db_open_with(&app, table, STATEMENTS));
	config.database_url = "postgresql://[";
	assert_null(db_open_with(&app, table, STATEMENTS));
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
		cmocka_unit_test(test_queue_is_bounded),
		cmocka_unit_test(test_staff_go_first),
		cmocka_unit_test(test_strangers_get_their_turn),
		cmocka_unit_test(test_staff_have_connections_of_their_own),
		cmocka_unit_test(test_staff_wait_for_a_connection_of_their_own),
		cmocka_unit_test(test_staff_do_not_starve_without_their_own),
		cmocka_unit_test(test_connections_come_when_they_are_needed),
		cmocka_unit_test(test_unwanted_reads_are_dropped),
		cmocka_unit_test(test_slow_units_have_their_own_pool),
		cmocka_unit_test(test_statement_timeout),
		cmocka_unit_test(test_silent_server),
		cmocka_unit_test(test_backend_is_terminated),
		cmocka_unit_test(test_backend_is_killed),
		cmocka_unit_test(test_whole_database_goes_and_comes_back),
		cmocka_unit_test(test_sending_and_reading_fail),
		cmocka_unit_test(test_statements_are_prepared_as_they_are_needed),
		cmocka_unit_test(test_job_waits_for_a_connection),
		cmocka_unit_test(test_closing_ends_what_is_out),
		cmocka_unit_test(test_nothing_acknowledged_is_lost),
		cmocka_unit_test(test_bad_addresses_are_refused_at_once),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

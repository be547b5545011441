/* The unit of work against a real server: one transaction, its caller, its refusals. */
#include "fixture.h"

static const Oid int_text[] = {DB_INT8_OID, DB_TEXT_OID};
static const Oid text_text[] = {DB_TEXT_OID, DB_TEXT_OID};

enum {
	NOTE,
	NOTE_DEFINER,
	RATING,
	REPLY,
	WHO,
	WHO_DEFINER,
	REFUSE,
	DIVIDE,
	BODY,
	CALLER,
	STATEMENTS
};
static struct db_statement table[STATEMENTS] = {
	[NOTE] = {"note", "insert into note values ($1, $2) returning id", 2, int_text},
	[NOTE_DEFINER] = {"note_definer", "insert into note values ($1, $2)", 2, int_text,
		.definer_only = true},
	[RATING] = {"rating", "insert into rating values ($1)", 1, int_text},
	[REPLY] = {"reply", "insert into reply values ($1)", 1, int_text},
	[WHO] = {"who", "select current_setting('app.kind', true) || ' ' || current_setting('app.account', "
			"true) as who"},
	[WHO_DEFINER] = {"who_definer",
		"select coalesce(current_setting('app.kind', true), '') || "
		"coalesce(current_setting('app.account', true), '') as who",
		.definer_only = true},
	[REFUSE] = {"refuse", "select refuse($1, $2)", 2, text_text},
	[DIVIDE] = {"divide", "select 1 / 0"},
	[BODY] = {"body", "select $1::text as body, $2::text as etag where $1 <> ''", 2, text_text},
};

static struct fixture *f;

/* What a job came to. */
static struct {
	unsigned done;
	char sqlstate[6], cell[128];
	char first_sqlstate[6]; /* of the first of several */
	int results;
} job;

static void add_note(struct db_unit *u, int64_t id, const char *text)
{
	struct db_value values[] = {db_value_int(u, id), db_value_text(u, str_of(text))};

	db_unit_add(u, &table[NOTE], values);
}

static void add_number(struct db_unit *u, int statement, int64_t n)
{
	struct db_value value = db_value_int(u, n);

	db_unit_add(u, &table[statement], &value);
}

static void add_texts(struct db_unit *u, int statement, const char *a, const char *b)
{
	struct db_value values[] = {db_value_text(u, str_of(a)), db_value_text(u, str_of(b))};

	db_unit_add(u, &table[statement], values);
}

static void on_done(struct db_job *j, PGresult *const *results, const char *sqlstate)
{
	if (!job.done++)
		snprintf(job.first_sqlstate, sizeof(job.first_sqlstate), "%s", sqlstate ? sqlstate : "");
	snprintf(job.sqlstate, sizeof(job.sqlstate), "%s", sqlstate ? sqlstate : "");
	assert_true((results == NULL) == (sqlstate != NULL));
	if (results) {
		for (job.results = 0; results[job.results]; job.results++)
			;
		if (PQntuples(results[job.results - 1]) > 0)
			snprintf(
				job.cell, sizeof(job.cell), "%s", PQgetvalue(results[job.results - 1], 0, 0));
	}
	arena_free(j->arena);
}

static struct db_unit *job_unit(struct db_job *j)
{
	*j = (struct db_job){.app = &f->app, .arena = arena_new()};
	return db_unit_job(j);
}

static const char *run(struct db_unit *u)
{
	memset(&job, 0, sizeof(job));
	db_run_job(u, on_done);
	assert_int_equal(job.done, 0);
	fixture_until(f, job.done);
	return job.sqlstate;
}

static void test_statements_are_one_transaction(void **state)
{
	struct db_job j;
	struct db_unit *u = job_unit(&j);

	(void)state;
	for (int i = 0; i < DB_UNIT_MAX; i++)
		add_note(u, 100 + i, "x");
	assert_string_equal(run(u), "");
	assert_int_equal(job.results, DB_UNIT_MAX);
	assert_int_equal(atoi(job.cell), 100 + DB_UNIT_MAX - 1);
	assert_string_equal(
		fixture_sql(f, "select count(distinct xmin::text) from note where id >= 100"), "1");
	assert_int_equal(atoi(fixture_sql(f, "select count(*) from note where id >= 100")), DB_UNIT_MAX);
}

static void test_failure_rolls_back_and_harms_nobody(void **state)
{
	struct db_job bad, good;
	struct db_unit *u = job_unit(&bad);

	(void)state;
	add_note(u, 1, "first");
	add_note(u, 2, "");
	add_note(u, 3, "third");
	memset(&job, 0, sizeof(job));
	db_run_job(u, on_done);
	u = job_unit(&good); /* in the same pipeline, right behind */
	add_note(u, 4, "next");
	db_run_job(u, on_done);
	fixture_until(f, job.done == 2);
	assert_string_equal(job.first_sqlstate, "23514");
	assert_string_equal(job.sqlstate, "");
	assert_string_equal(fixture_sql(f, "select string_agg(id::text, ',') from note where id < 100"), "4");
}

static void test_deferred_constraint_fails_at_the_end(void **state)
{
	struct db_job j;
	struct db_unit *u = job_unit(&j);

	(void)state;
	add_note(u, 10, "kept only if the reply is");
	add_number(u, REPLY, 999);
	assert_string_equal(run(u), "23503");
	assert_string_equal(fixture_sql(f, "select count(*) from note where id = 10"), "0");
	u = job_unit(&j);
	add_number(u, REPLY, 11);
	add_note(u, 11, "the parent comes second");
	assert_string_equal(run(u), "");
}

static void test_caller_is_known_and_gone_after_sync(void **state)
{
	struct db_job j;
	struct db_unit *u = job_unit(&j);

	(void)state;
	db_unit_add(u, &table[WHO], NULL);
	assert_string_equal(run(u), "");
	assert_string_equal(job.cell, "job ");
	u = job_unit(&j);
	db_unit_add(u, &table[WHO_DEFINER], NULL);
	assert_string_equal(run(u), "");
	assert_string_equal(job.cell, "");
}

static char who[128];

static void keep_who(struct req *req, PGresult *const *results)
{
	snprintf(who, sizeof(who), "%.*s", STR_ARG(db_cell(results[0], 0, "who")));
	reply_empty(req, 204);
}

static void as_staff(struct req *req, const char *account)
{
	req->who.kind = WHO_STAFF;
	assert_true(uuid_parse(str_of(account), &req->who.account));
}

static void handle_who(struct req *req)
{
	struct db_unit *u = db_unit(req);

	as_staff(req, "0190c0de-0000-7000-8000-000000000001");
	db_unit_add(u, &table[WHO], NULL);
	db_run(u, keep_who);
	assert_int_equal(req->state, REQ_UNIT);
}

static void handle_ended(struct req *req)
{
	struct db_unit *u = db_unit(req);

	as_staff(req, "0190c0de-0000-7000-8000-00000000000f");
	db_unit_add(u, &table[WHO], NULL);
	db_run(u, keep_who);
}

static void test_request_has_its_caller(void **state)
{
	struct client *c = client_ask(f, "GET /who", handle_who);

	(void)state;
	assert_int_equal(client_status(c), 204);
	assert_string_equal(who, "staff 0190c0de-0000-7000-8000-000000000001");
	client_free(c);
	c = client_ask(f, "GET /who", handle_ended);
	assert_int_equal(client_status(c), 401);
	client_free(c);
}

static void never(struct req *req, PGresult *const *results)
{
	(void)req;
	(void)results;
	fail_msg("a unit that must fail succeeded");
}

static void handle_write(struct req *req)
{
	struct db_unit *u = db_unit(req);

	add_note(u, 20, "written by a reader");
	db_run(u, never);
}

static void test_reader_cannot_write(void **state)
{
	struct client *c = client_ask(f, "GET /", handle_write);

	(void)state;
	assert_int_equal(client_status(c), 500);
	assert_false(client_has(c, "25006"));
	client_free(c);
	assert_string_equal(fixture_sql(f, "select count(*) from note where id = 20"), "0");
	fixture_until(f, fixture_all_ready(f, 2));
}

static void handle_rate_twice(struct req *req)
{
	struct db_unit *u = db_unit(req);

	add_number(u, RATING, 1);
	add_number(u, RATING, 1);
	db_run(u, never);
}

static void handle_moves(struct req *req)
{
	struct db_unit *u = db_unit(req);

	add_texts(u, REFUSE, "TD409", "[{\"action\":\"close\"}]");
	db_run(u, never);
}

static void handle_moves_garbled(struct req *req)
{
	struct db_unit *u = db_unit(req);

	add_texts(u, REFUSE, "TD409", "no array");
	db_run(u, never);
}

static void handle_bug(struct req *req)
{
	struct db_unit *u = db_unit(req);

	db_unit_add(u, &table[DIVIDE], NULL);
	db_run(u, never);
}

static void handle_starting(struct req *req)
{
	struct db_unit *u = db_unit(req);

	add_texts(u, REFUSE, "57P03", "a detail that nobody may read");
	db_run(u, never);
}

static void test_failures_are_problems(void **state)
{
	static const struct {
		void (*handler)(struct req *req);
		int status;
		const char *has;
	} cases[] = {
		{handle_rate_twice, 409, "already-rated"},
		{handle_moves, 409, "\"moves\":[{\"action\":\"close\"}]"},
		{handle_moves_garbled, 409, "wrong-state"},
		{handle_bug, 500, "internal"},
		{handle_starting, 503, "Retry-After: 1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client *c = client_ask(f, "POST /", cases[i].handler);
		assert_int_equal(client_status(c), cases[i].status);
		if (!client_has(c, cases[i].has))
			fail_msg("no %s in %s", cases[i].has, c->text);
		assert_false(client_has(c, "no array"));
		assert_false(client_has(c, "nobody may read"));
		client_free(c);
	}
}

static void replay(struct req *req, struct str detail)
{
	reply_json(req, 201, arena_str(req->arena, detail));
}

static void handle_replay(struct req *req)
{
	struct db_unit *u = db_unit(req);

	db_unit_on(u, "TD422", replay);
	db_unit_on(u, "TD200", replay);
	add_texts(u, REFUSE, "TD200", "{\"stored\":true}");
	add_note(u, 30, "the effect must not happen again");
	db_run(u, never);
}

static void test_hook_takes_its_sqlstate(void **state)
{
	struct client *c = client_ask(f, "POST /", handle_replay);

	(void)state;
	assert_int_equal(client_status(c), 201);
	assert_string_equal(client_body(c), "{\"stored\":true}");
	client_free(c);
	assert_string_equal(fixture_sql(f, "select count(*) from note where id = 30"), "0");
}

static const char *body_text, *etag_text;

static void handle_body(struct req *req)
{
	struct db_unit *u = db_unit(req);

	add_texts(u, BODY, body_text, etag_text);
	db_unit_add(u, &table[WHO], NULL);
	db_run(u, answer_object);
}

static void test_object_is_passed_on(void **state)
{
	struct client *c;

	(void)state;
	body_text = "{\"a\":1}", etag_text = "7";
	c = client_ask(f, "GET /", handle_body);
	assert_int_equal(client_status(c), 200);
	assert_string_equal(client_body(c), body_text);
	assert_true(client_has(c, "ETag: \"7\""));
	client_free(c);
	body_text = "";
	c = client_ask(f, "GET /", handle_body);
	assert_int_equal(client_status(c), 404);
	client_free(c);
}

/* A client that leaves while its unit is out: the write happens, nobody is called, the request ends. */
static void test_then_is_silent_after_the_client_left(void **state)
{
	struct req *req = req_new(&f->app, NULL);
	int64_t pins;

	(void)state;
	req->server = &fixture_server;
	req_become(req, REQ_STEPS);
	struct db_unit *u = db_unit(req);
	add_note(u, 40, "left");
	db_run(u, never);
	pins = req->pins;
	assert_int_equal(pins, 1);
	req_leave(req);
	assert_int_equal(req->state, REQ_LEFT);
	fixture_until(f, *fixture_sql(f, "select count(*) from note where id = 40") == '1');
	event_base_loop(f->app.loop, EVLOOP_ONCE);
}

/* A unit needs no caller when all its statements are definers. */
static void test_definer_units_have_no_caller(void **state)
{
	struct db_job j;
	struct db_unit *u = job_unit(&j);
	struct db_value values[] = {db_value_int(u, 50), db_value_text(u, STR("x"))};

	(void)state;
	db_unit_add(u, &table[NOTE_DEFINER], values);
	db_unit_add(u, &table[WHO_DEFINER], NULL);
	assert_string_equal(run(u), "");
	assert_string_equal(job.cell, "");
	u = job_unit(&j);
	db_unit_add(u, &table[WHO_DEFINER], NULL);
	db_unit_add(u, &table[WHO], NULL);
	assert_string_equal(run(u), "");
	assert_string_equal(job.cell, "job ");
}

static int setup(void **state)
{
	(void)state;
	f = fixture_new();
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
		cmocka_unit_test(test_statements_are_one_transaction),
		cmocka_unit_test(test_failure_rolls_back_and_harms_nobody),
		cmocka_unit_test(test_deferred_constraint_fails_at_the_end),
		cmocka_unit_test(test_caller_is_known_and_gone_after_sync),
		cmocka_unit_test(test_request_has_its_caller),
		cmocka_unit_test(test_reader_cannot_write),
		cmocka_unit_test(test_failures_are_problems),
		cmocka_unit_test(test_hook_takes_its_sqlstate),
		cmocka_unit_test(test_object_is_passed_on),
		cmocka_unit_test(test_then_is_silent_after_the_client_left),
		cmocka_unit_test(test_definer_units_have_no_caller),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

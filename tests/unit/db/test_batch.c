/* Batches against a real server: who travels together, who is refused alone, who is left behind. */
#include "db/batch.h"

#include <inttypes.h>
#include <unistd.h>

#include "db/pool.h"
#include "fixture.h"

static const Oid arrays[] = {DB_INT8_ARRAY_OID, DB_TEXT_ARRAY_OID};

enum {
	WRITE,
	STATEMENTS,
	CROWD = 12,
	WAITING_MAX = 20
};
static struct db_statement table[STATEMENTS] = {
	[WRITE] = {"batch_write", "select ord, told from batch_write($1, $2)", 2, arrays,
		.definer_only = true},
};

/* Waits for the gate, then writes a note for each element; some texts mean something else. */
static const char schema[] =
	"create function batch_write(ids bigint[], texts text[]) returns table (ord bigint, told text)"
	" language plpgsql as $$ begin"
	"  perform pg_advisory_xact_lock_shared(1);"
	"  if 'divide' = any (texts) then perform 1 / 0; end if;"
	"  if 'busy' = any (texts) then raise exception 'x' using errcode = '53200'; end if;"
	"  insert into rating select 1 from unnest(texts) t where t = 'rate';"
	"  insert into note select i, t from unnest(ids, texts) x (i, t) where t <> 'nothing';"
	"  return query select o, 'note ' || i || ' ' || t from unnest(ids, texts) with ordinality x (i, t, "
	"o)"
	"   where t <> 'nothing' order by o desc;"
	" end $$;";

static struct fixture *f;

struct row {
	struct str text;
	int64_t id;
};

#define COLUMN(member)                                                                                       \
	{                                                                                                    \
		&row->member, n, sizeof(*row)                                                                \
	}

static unsigned units_most; /* waited in the pool when another batch went */

static void add_writes(struct db_unit *u, const void *rows, size_t n)
{
	unsigned units = f->app.db->pools[DB_FAST].waiting[LANE_OTHERS].n;

	units_most = units > units_most ? units : units_most;
	const struct row *row = rows;
	struct db_value values[] = {db_value_ints(u, (struct db_ints)COLUMN(id)),
		db_value_texts(u, (struct db_texts)COLUMN(text))};

	assert_true(n > 0 && n <= BATCH_MAX);
	db_unit_add(u, &table[WRITE], values);
}

static void written(struct req *req, const PGresult *result, int row)
{
	if (row < 0)
		reply_problem(req, PROBLEM_not_found, STR_NONE);
	else
		reply_json(req, 201, arena_str(req->arena, db_cell(result, row, "told")));
}

static const struct batch_plan writes = {
	.name = "batch_write", .row_size = sizeof(struct row), .add = add_writes, .then = written};

static bool full; /* the line has no room */

/* The path is /ID/TEXT. */
static void handle(struct req *req)
{
	struct row row = {.text = {req->path.at + 1, req->path.len - 1}};
	struct str id;

	assert_true(str_next(&row.text, '/', &id));
	assert_int_equal(str_to_i64(id, &row.id), 0);
	batch_join(req, &writes, &row);
	assert_int_equal(req->state, full ? REQ_ANSWERED : REQ_UNIT);
}

static struct client *write_note(int id, const char *text)
{
	char request[64];

	snprintf(request, sizeof(request), "POST /%d/%s", id, text);
	return client_new(f, request, handle);
}

static void close_gate(void)
{
	fixture_sql(f, "select pg_advisory_lock(1)");
}

static void open_gate(void)
{
	fixture_sql(f, "select pg_advisory_unlock(1)");
}

static void assert_answer(struct client *c, int status, const char *has)
{
	fixture_until(f, client_done(c));
	if (client_status(c) != status || !client_has(c, has))
		fail_msg("neither %d nor %s: %s", status, has, c->text);
	client_free(c);
}

/* As many clients as a crowd has, the first of which goes alone; texts[i] may be NULL. */
static void crowd(int first_id, const char *const *texts, struct client **ret_clients)
{
	close_gate();
	for (int i = 0; i < CROWD; i++)
		ret_clients[i] = write_note(first_id + i, texts[i] ? texts[i] : "text");
	for (int turns = 0; turns < 5; turns++)
		event_base_loop(f->app.loop, EVLOOP_NONBLOCK);
	open_gate();
}

static int64_t count(const char *sql)
{
	return strtoll(fixture_sql(f, sql), NULL, 10);
}

static void test_those_who_wait_travel_together(void **state)
{
	static const char *const texts[CROWD] = {0};
	struct client *c[CROWD];
	char told[32];

	(void)state;
	crowd(100, texts, c);
	for (int i = 0; i < CROWD; i++) {
		snprintf(told, sizeof(told), "note %d text", 100 + i);
		assert_answer(c[i], 201, told);
	}
	assert_int_equal(count("select count(*) from note where id between 100 and 199"), CROWD);
	assert_int_equal(
		count("select count(distinct xmin::text) from note where id between 100 and 199"), 2);
}

static struct client *write_and_turn(int id)
{
	struct client *c = write_note(id, "text");

	for (int turns = 0; turns < 5; turns++)
		event_base_loop(f->app.loop, EVLOOP_NONBLOCK);
	return c;
}

static void test_who_comes_late_does_not_wait_for_a_long_batch(void **state)
{
	int64_t before = metric_total(METRIC_db_batches);
	struct client *first, *second;

	(void)state;
	close_gate();
	first = write_and_turn(900);
	usleep(BATCH_LONG_US + 100000);
	second = write_and_turn(901);
	assert_int_equal(metric_total(METRIC_db_batches) - before, 2);
	open_gate();
	assert_answer(first, 201, "note 900");
	assert_answer(second, 201, "note 901");
}

static void test_one_alone_goes_at_once(void **state)
{
	(void)state;
	assert_answer(write_note(200, "alone"), 201, "note 200 alone");
	assert_answer(write_note(201, "nothing"), 404, "not-found");
}

/* The two who rate fail together and are parted; whose half comes first is the one who has rated. */
static void test_only_the_guilty_are_refused(void **state)
{
	static const char *const texts[CROWD] = {
		[3] = "divide", [6] = "rate", [7] = "nothing", [11] = "rate"};
	struct client *c[CROWD];

	(void)state;
	crowd(300, texts, c);
	fixture_until(f, client_done(c[6]));
	fixture_until(f, client_done(c[11]));
	int first = client_status(c[6]) == 201 ? 6 : 11;
	for (int i = 0; i < CROWD; i++) {
		if (i == 3)
			assert_answer(c[i], 500, "internal");
		else if (i == 7)
			assert_answer(c[i], 404, "not-found");
		else if (i == 6 + 11 - first)
			assert_answer(c[i], 409, "already-rated");
		else
			assert_answer(c[i], 201, "note ");
	}
	assert_int_equal(count("select count(*) from note where id between 300 and 399"), CROWD - 3);
}

static void test_trouble_of_all_is_not_halved(void **state)
{
	static const char *const texts[CROWD] = {[5] = "busy"};
	struct client *c[CROWD];

	(void)state;
	crowd(400, texts, c);
	for (int i = 0; i < CROWD; i++)
		assert_answer(c[i], i < 1 ? 201 : 503, i < 1 ? "note " : "Retry-After: 1");
	assert_int_equal(count("select count(*) from note where id between 400 and 499"), 1);
}

/* Of what was out nobody knows more; who was still waiting goes with the next connection. */
static void test_a_lost_connection_is_503_to_those_who_were_out(void **state)
{
	struct client *c[CROWD];
	int written = 0;

	(void)state;
	close_gate();
	for (int i = 0; i < CROWD; i++)
		c[i] = write_note(500 + i, "text");
	fixture_until(
		f, count("select count(*) from pg_locks where locktype = 'advisory' and not granted") >= 1);
	fixture_sql(f,
		"select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and not granted");
	assert_answer(c[0], 503, "Retry-After: 1");
	open_gate();
	for (int i = 1; i < CROWD; i++) {
		fixture_until(f, client_done(c[i]));
		bool made = client_status(c[i]) == 201;
		assert_answer(c[i], made ? 201 : 503, made ? "text" : "Retry-After: 1");
		written += made;
	}
	assert_in_range(written, 1, CROWD - 1);
	assert_int_equal(count("select count(*) from note where id between 500 and 599"), written);
	fixture_until(f, fixture_all_ready(f, 2));
	assert_answer(write_note(599, "back"), 201, "note 599 back");
}

static void test_a_line_is_bounded(void **state)
{
	/* One goes, and if this takes long all who have come by then. */
	struct client *c[1 + 2 * WAITING_MAX];
	int n = 0;

	(void)state;
	close_gate();
	while (!batch_crowded(f->app.db, &writes)) {
		assert_true(n < 1 + 2 * WAITING_MAX);
		c[n] = write_note(600 + n, "text");
		n++;
	}
	assert_true(n > WAITING_MAX);
	full = true;
	assert_answer(write_note(699, "late"), 503, "Retry-After: 1");
	full = false;
	open_gate();
	for (int i = 0; i < n; i++)
		assert_answer(c[i], 201, "note ");
}

/* Of as many as there is room for each one fails, again and again, until it is alone: none is turned away for
 * that. */
static void test_who_fails_crowds_nobody_out(void **state)
{
	struct client *c[1 + 2 * WAITING_MAX];
	int n = 0;

	(void)state;
	close_gate();
	while (!batch_crowded(f->app.db, &writes)) {
		assert_true(n < 1 + 2 * WAITING_MAX);
		c[n] = write_note(1000 + n, "divide");
		n++;
	}
	units_most = 0;
	open_gate();
	for (int i = 0; i < n; i++)
		assert_answer(c[i], 500, "internal");
	assert_in_range(units_most, 0, BATCHES_OUT);
}

static struct req *request_without_client(bool read_only, const char *path)
{
	struct req *req = req_new(&f->app, NULL);

	req->server = &fixture_server;
	req->read_only = read_only;
	req->path = str_of(path);
	req_become(req, REQ_STEPS);
	handle(req);
	req_leave(req);
	return req;
}

/* Those who have left and wanted only to read are dropped; what they wanted to write is written. */
static void test_unwanted_reads_are_dropped(void **state)
{
	struct client *c[BATCHES_OUT];

	(void)state;
	close_gate();
	for (int i = 0; i < BATCHES_OUT; i++)
		c[i] = write_note(700 + i, "text");
	request_without_client(true, "/710/read");
	request_without_client(false, "/711/write");
	open_gate();
	for (int i = 0; i < BATCHES_OUT; i++)
		assert_answer(c[i], 201, "note ");
	fixture_until(f, count("select count(*) from note where id = 711") == 1);
	assert_int_equal(count("select count(*) from note where id = 710"), 0);
}

static void test_closing_answers_those_who_wait(void **state)
{
	struct client *c[CROWD];

	(void)state;
	close_gate();
	for (int i = 0; i < CROWD; i++)
		c[i] = write_note(800 + i, "text");
	fixture_close(f);
	for (int i = 0; i < CROWD; i++)
		assert_answer(c[i], 503, "Retry-After: 1");
	open_gate();
	fixture_open(f, table, STATEMENTS);
	assert_answer(write_note(899, "open"), 201, "note 899 open");
}

static int setup(void **state)
{
	(void)state;
	f = fixture_new();
	log_set_level((enum log_level)(LOG_ERROR + 1));
	fixture_sql(f, schema);
	f->config.db_queue = WAITING_MAX;
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
		cmocka_unit_test(test_those_who_wait_travel_together),
		cmocka_unit_test(test_who_comes_late_does_not_wait_for_a_long_batch),
		cmocka_unit_test(test_one_alone_goes_at_once),
		cmocka_unit_test(test_only_the_guilty_are_refused),
		cmocka_unit_test(test_trouble_of_all_is_not_halved),
		cmocka_unit_test(test_a_lost_connection_is_503_to_those_who_were_out),
		cmocka_unit_test(test_a_line_is_bounded),
		cmocka_unit_test(test_who_fails_crowds_nobody_out),
		cmocka_unit_test(test_unwanted_reads_are_dropped),
		cmocka_unit_test(test_closing_answers_those_who_wait),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

/* Results in binary form: what PostgreSQL says is what C reads, NULLs and what is empty included. */
#include "fixture.h"

#include "db/raw.h"

static const struct db_statement table[] = {
	{"raw",
		"select * from (values"
		" ('0190c0de-0000-7000-8000-00000000000a'::uuid, -2::bigint, 'Đ|'::text, "
		"timestamptz '2026-11-23 03:15:00.125999Z', array['a', '', '!Đ']),"
		" (null, null, null, null, null),"
		" (null, 9223372036854775807, '', 'infinity', '{}'),"
		" (null, 0, '', timestamptz '1969-12-31 23:59:59.9999Z', array['b'])) v (id, n, t, at, list)",
		.definer_only = true, .binary = true},
};

enum {
	ID,
	N,
	T,
	AT,
	LIST
};

static struct fixture *f;
static bool done;

static void on_done(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	const PGresult *rows = results ? results[0] : NULL;
	struct raw_texts list;
	struct str s;
	int64_t at;

	if (sqlstate)
		fail_msg("SQLSTATE %s", sqlstate);
	struct uuid id = raw_uuid(rows, 0, ID), nil = raw_uuid(rows, 1, ID);
	assert_int_equal(((const unsigned char *)&id)[15], 10);
	assert_true(uuid_is_nil(&nil));
	assert_int_equal(raw_int(rows, 0, N), -2);
	assert_int_equal(raw_int(rows, 1, N), DB_NO_INT);
	assert_int_equal(raw_int(rows, 2, N), INT64_MAX);
	assert_true(str_eq(raw_text(rows, 0, T), STR("Đ|")));
	assert_null(raw_text(rows, 1, T).at);
	assert_true(str_eq(raw_text(rows, 2, T), STR("")));
	assert_int_equal(clock_parse(STR("2026-11-23T03:15:00.125Z"), &at), 0);
	assert_int_equal(raw_time_ms(rows, 0, AT), at);
	assert_int_equal(raw_time_ms(rows, 1, AT), DB_NO_INT);
	assert_int_equal(raw_time_ms(rows, 2, AT), DB_NO_INT);
	assert_int_equal(raw_time_ms(rows, 3, AT), -1);
	list = raw_texts(rows, 0, LIST);
	assert_true(raw_next(&list, &s) && str_eq(s, STR("a")));
	assert_true(raw_next(&list, &s) && str_eq(s, STR("")));
	assert_true(raw_next(&list, &s) && str_eq(s, STR("!Đ")));
	assert_false(raw_next(&list, &s));
	for (int row = 1; row <= 2; row++) {
		list = raw_texts(rows, row, LIST);
		assert_false(raw_next(&list, &s));
	}
	done = true;
	arena_free(job->arena);
}

static void test_cells(void **state)
{
	struct db_job job = {.app = &f->app, .arena = arena_new()};
	struct db_unit *u = db_unit_job(&job);

	(void)state;
	db_unit_add(u, &table[0], NULL);
	db_run_job(u, on_done);
	fixture_until(f, done);
}

static int setup(void **state)
{
	(void)state;
	f = fixture_new();
	fixture_open(f, table, 1);
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
		cmocka_unit_test(test_cells),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

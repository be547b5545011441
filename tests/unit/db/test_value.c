/* Parameters: what C sends is what PostgreSQL reads, NULLs included. */
#include "fixture.h"

#include <math.h>

enum {
	VALUES_MAX = 10
};

/* clang-format off */
static const Oid scalars[] = {DB_TEXT_OID, DB_BYTEA_OID, DB_INT8_OID, DB_BOOL_OID, DB_FLOAT8_OID, DB_UUID_OID, DB_TIMESTAMPTZ_OID,
			      DB_DATE_OID, DB_JSONB_OID};
static const Oid arrays[] = {DB_TEXT_ARRAY_OID, DB_BYTEA_ARRAY_OID, DB_INT8_ARRAY_OID, DB_BOOL_ARRAY_OID, DB_FLOAT8_ARRAY_OID,
			     DB_UUID_ARRAY_OID, DB_TIMESTAMPTZ_ARRAY_OID};
/* clang-format on */

enum {
	SCALARS,
	ARRAYS,
	STATEMENTS
};
static const struct db_statement table[STATEMENTS] = {
	[SCALARS] = {"scalars",
		"select concat_ws('|', coalesce($1, '-'), coalesce(encode($2, 'hex'), '-'), "
		"coalesce($3::text, '-'), $4::text,"
		" coalesce($5::text, '-'), coalesce($6::text, '-'), coalesce($7::text, '-'), "
		"coalesce($8::text, '-'),"
		" coalesce($9::text, '-'))",
		9, scalars, .definer_only = true},
	[ARRAYS] = {"arrays",
		"select concat_ws('|', coalesce($1::text, '-'), coalesce((select array_agg(encode(b, 'hex')) "
		"from unnest($2) b)::text, '-'),"
		" coalesce($3::text, '-'), coalesce($4::text, '-'), coalesce($5::text, '-'), "
		"coalesce($6::text, '-'),"
		" coalesce($7::text, '-'))",
		7, arrays, .definer_only = true},
};

static struct fixture *f;
static char cell[1024];
static bool done;

static void on_done(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	if (sqlstate)
		fail_msg("SQLSTATE %s", sqlstate);
	snprintf(cell, sizeof(cell), "%s", PQgetvalue(results[0], 0, 0));
	done = true;
	arena_free(job->arena);
}

static struct db_unit *unit(struct db_job *job)
{
	*job = (struct db_job){.app = &f->app, .arena = arena_new()};
	return db_unit_job(job);
}

static const char *echo(struct db_unit *u, int statement, const struct db_value *values)
{
	db_unit_add(u, &table[statement], values);
	done = false;
	db_run_job(u, on_done);
	fixture_until(f, done);
	return cell;
}

static struct uuid uuid_of(const char *text)
{
	struct uuid id;

	assert_true(uuid_parse(str_of(text), &id));
	return id;
}

#define ID "0190c0de-0000-7000-8000-00000000000a"

static void test_scalars(void **state)
{
	struct db_job job;
	struct db_unit *u = unit(&job);
	int64_t at;

	(void)state;
	assert_int_equal(clock_parse(STR("2026-11-23T03:15:00.125Z"), &at), 0);
	const struct db_value values[] = {
		db_value_text(u, STR("Hà Nội")),
		db_value_bytes(u, (struct str){"\0\xff", 2}),
		db_value_int(u, -42),
		db_value_bool(u, true),
		db_value_float(u, 105.8542),
		db_value_uuid(u, uuid_of(ID)),
		db_value_time(u, at),
		db_value_literal(u, (struct str){"2026-02-28 and more", 10}),
		db_value_literal(u, STR("{\"a\": [1, \"đ\"]}")),
	};
	assert_string_equal(echo(u, SCALARS, values),
		"Hà Nội|00ff|-42|true|105.8542|" ID
		"|2026-11-23 03:15:00.125+00|2026-02-28|{\"a\": [1, \"đ\"]}");
}

static void test_extremes(void **state)
{
	struct db_job job;
	struct db_unit *u = unit(&job);
	int64_t at;

	(void)state;
	assert_int_equal(clock_parse(STR("0001-01-01T00:00:00Z"), &at), 0);
	const struct db_value values[] = {
		db_value_text(u, STR("")),
		db_value_bytes(u, STR("")),
		db_value_int(u, INT64_MAX),
		db_value_bool(u, false),
		db_value_float(u, -INFINITY),
		db_value_uuid(u, uuid_of(ID)),
		db_value_time(u, at),
		db_value_literal(u, STR("1969-12-31")),
		db_value_literal(u, STR("null")),
	};
	assert_string_equal(echo(u, SCALARS, values),
		"||9223372036854775807|false|-Infinity|" ID "|0001-01-01 00:00:00+00|1969-12-31|null");
}

static void test_nulls(void **state)
{
	struct db_job job;
	struct db_unit *u = unit(&job);
	const struct db_value values[] = {
		db_value_text(u, STR_NONE),
		db_value_bytes(u, STR_NONE),
		db_value_int(u, DB_NO_INT),
		db_value_bool(u, false),
		db_value_float(u, NAN),
		db_value_uuid(u, (struct uuid){{0}}),
		db_value_time(u, DB_NO_INT),
		db_value_literal(u, STR_NONE),
		db_value_literal(u, STR_NONE),
	};

	(void)state;
	assert_string_equal(echo(u, SCALARS, values), "-|-|-|false|-|-|-|-|-");
}

static void test_arrays_with_nulls(void **state)
{
	static const struct str texts[] = {{"a,b", 3}, {NULL, 0}, {"", 0}, {"NULL", 4}};
	static const struct str bytes[] = {{"\0\1", 2}, {NULL, 0}};
	static const int64_t ints[] = {1, DB_NO_INT, -9007199254740993};
	static const bool bools[] = {true, false};
	static const double floats[] = {0.5, NAN};
	static const int64_t times[] = {0, DB_NO_INT, 946684800000};
	struct uuid ids[] = {uuid_of(ID), {{0}}};
	struct db_job job;
	struct db_unit *u = unit(&job);
	const struct db_value values[] = {
		db_value_texts(u, (struct db_texts){texts, 4}),
		db_value_bytes_array(u, (struct db_texts){bytes, 2}),
		db_value_ints(u, (struct db_ints){ints, 3}),
		db_value_bools(u, (struct db_bools){bools, 2}),
		db_value_floats(u, (struct db_floats){floats, 2}),
		db_value_uuids(u, (struct db_uuids){ids, 2}),
		db_value_times(u, (struct db_times){times, 3}),
	};

	(void)state;
	assert_string_equal(echo(u, ARRAYS, values),
		"{\"a,b\",NULL,\"\",\"NULL\"}|{0001,NULL}|{1,NULL,-9007199254740993}|{t,f}|{0.5,NULL}|{" ID
		",NULL}|{\"1970-01-01 00:00:00+00\",NULL,\"2000-01-01 00:00:00+00\"}");
}

static void test_empty_and_absent_arrays(void **state)
{
	static const struct str no_text;
	static const int64_t no_int;
	struct db_job job;
	struct db_unit *u = unit(&job);
	const struct db_value values[] = {
		db_value_texts(u, (struct db_texts){&no_text, 0}),
		db_value_bytes_array(u, (struct db_texts){NULL, 0}),
		db_value_ints(u, (struct db_ints){&no_int, 0}),
		db_value_bools(u, (struct db_bools){NULL, 0}),
		db_value_floats(u, (struct db_floats){NULL, 0}),
		db_value_uuids(u, (struct db_uuids){NULL, 0}),
		db_value_times(u, (struct db_times){&no_int, 0}),
	};

	(void)state;
	assert_string_equal(echo(u, ARRAYS, values), "{}|-|{}|-|-|-|{}");
}

/* A batch of filings: its texts go as one array of megabytes. */
static void test_large_array(void **state)
{
	enum {
		N = 256,
		SIZE = 10000
	};
	static char text[SIZE];
	static struct str texts[N];
	struct db_job job;
	struct db_unit *u = unit(&job);
	struct db_value values[7] = {{0}};

	(void)state;
	memset(text, 'x', SIZE);
	for (int i = 0; i < N; i++)
		texts[i] = (struct str){text, SIZE};
	for (int i = 1; i < 7; i++)
		values[i] = db_value_ints(u, (struct db_ints){NULL, 0});
	values[0] = db_value_texts(u, (struct db_texts){texts, N});
	assert_true(values[0].length > N * SIZE);
	assert_int_equal(strncmp(echo(u, ARRAYS, values), "{xxx", 4), 0);
}

static int setup(void **state)
{
	(void)state;
	f = fixture_new();
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
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_nulls),
		cmocka_unit_test(test_arrays_with_nulls),
		cmocka_unit_test(test_empty_and_absent_arrays),
		cmocka_unit_test(test_large_array),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

/* Legal deadlines: the worked examples in deadline_vectors.csv, the edges of each unit, and their codes. */
#include "calendars.h"

#include <errno.h>

static struct arena *arena;
static const struct calendar *office;

static int begin(void **state)
{
	(void)state;
	arena = arena_new();
	if (!arena)
		return -1;
	office = hanoi_calendar(arena);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static int compute(
	const struct calendar *c, int64_t start, enum deadline_unit unit, int64_t amount, int64_t *ret_due)
{
	const struct deadline_question q = {.start = start, .terms = {.unit = unit, .amount = amount}};

	return deadline_compute(c, &q, NULL, ret_due);
}

static void worked_examples(void **state)
{
	struct csv csv = csv_open(test_file(arena, "deadline_vectors.csv"));
	struct str fields[CSV_FIELDS_MAX];
	unsigned n = 0;
	(void)state;

	assert_int_equal(csv_read(&csv, arena, fields), 5);
	while (csv_read(&csv, arena, fields) > 0) {
		enum deadline_unit unit;
		int64_t amount, due = 0;

		assert_true(deadline_unit_parse(fields[2], &unit));
		assert_int_equal(str_to_i64(fields[1], &amount), 0);
		assert_int_equal(compute(office, hanoi(arena_cstr(arena, fields[0])), unit, amount, &due), 0);
		if (due != hanoi(arena_cstr(arena, fields[3])))
			fail_msg("line %u: %.*s", csv.line, STR_ARG(fields[4]));
		n++;
	}
	assert_null(csv.fault);
	assert_int_equal(n, 9);
}

static void check(const char *start, int64_t amount, enum deadline_unit unit, const char *due)
{
	int64_t got = 0;

	assert_int_equal(compute(office, hanoi(start), unit, amount, &got), 0);
	assert_int_equal(got, hanoi(due));
}

static void edges(void **state)
{
	(void)state;
	/* The closing instant still belongs to the day. */
	check("2026-11-19T17:00", 1, DEADLINE_WORKING_DAYS, "2026-11-20T17:00");
	check("2026-11-19T17:01", 1, DEADLINE_WORKING_DAYS, "2026-11-23T17:00");
	check("2026-11-19T03:00", 1, DEADLINE_WORKING_DAYS, "2026-11-20T17:00");
	check("2026-11-21T09:00", 1, DEADLINE_WORKING_DAYS, "2026-11-25T17:00");
	check("2026-11-19T09:00", 0, DEADLINE_WORKING_DAYS, "2026-11-19T17:00");
	check("2026-11-19T17:00", 4, DEADLINE_WORKING_HOURS, "2026-11-20T12:00");
	check("2026-11-20T12:00", 4, DEADLINE_WORKING_HOURS, "2026-11-20T17:00");
	check("2026-11-21T09:00", 0, DEADLINE_WORKING_HOURS, "2026-11-21T09:00");
	check("2026-11-19T23:59", 1, DEADLINE_CALENDAR_DAYS, "2026-11-20T17:00");
	check("2026-11-20T09:00", 1, DEADLINE_CALENDAR_DAYS, "2026-11-23T17:00");
	check("2026-11-20T09:00", 0, DEADLINE_CALENDAR_DAYS, "2026-11-20T17:00");
	check("2026-11-21T23:50", 15, DEADLINE_IMMEDIATE, "2026-11-22T00:05");
	check("2026-12-31T23:00", 24, DEADLINE_HOURS, "2027-01-01T23:00");
}

static void leaves_the_span(void **state)
{
	static const enum deadline_unit units[] = {DEADLINE_WORKING_HOURS, DEADLINE_WORKING_DAYS,
		DEADLINE_CALENDAR_DAYS, DEADLINE_HOURS, DEADLINE_IMMEDIATE};
	static const int64_t amounts[] = {
		-1, INT64_MIN, INT64_MAX, INT64_MAX / 3600, INT64_MAX / 3600 + 1, INT32_MAX, 1000000};
	int64_t due;
	(void)state;

	for (unsigned u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
		for (unsigned a = 0; a < sizeof(amounts) / sizeof(amounts[0]); a++) {
			int64_t start = hanoi("2027-12-30T09:00");

			if (units[u] == DEADLINE_IMMEDIATE && amounts[a] == 1000000)
				continue;
			assert_int_equal(compute(office, start, units[u], amounts[a], &due), -ERANGE);
		}
		assert_int_equal(compute(office, hanoi("2023-12-31T23:59"), units[u], 1, &due), -ERANGE);
		assert_int_equal(compute(office, hanoi("2028-01-01T00:00"), units[u], 1, &due), -ERANGE);
		assert_int_equal(compute(office, INT64_MAX, units[u], 1, &due), -ERANGE);
		assert_int_equal(compute(office, INT64_MIN, units[u], 1, &due), -ERANGE);
	}
	assert_int_equal(compute(office, hanoi("2027-12-31T09:00"), DEADLINE_WORKING_HOURS, 7, &due), 0);
	assert_int_equal(due, hanoi("2027-12-31T17:00"));
	assert_int_equal(
		compute(office, hanoi("2027-12-31T09:00"), DEADLINE_WORKING_HOURS, 8, &due), -ERANGE);
	assert_int_equal(compute(office, hanoi("2027-12-31T17:30"), DEADLINE_WORKING_DAYS, 0, &due), -ERANGE);
	assert_int_equal(compute(office, hanoi("2027-12-31T23:00"), DEADLINE_HOURS, 1, &due), 0);
	assert_int_equal(compute(office, hanoi("2027-12-31T23:01"), DEADLINE_HOURS, 1, &due), -ERANGE);
	assert_int_equal(compute(office, 0, DEADLINE_NONE, 1, &due), -ENOENT);
}

static void codes(void **state)
{
	static const char *const known[] = {"wh", "wd", "cd", "h", "now", "none"};
	enum deadline_unit unit;
	(void)state;

	for (unsigned i = 0; i < 6; i++) {
		assert_true(deadline_unit_parse(str_of(known[i]), &unit));
		assert_int_equal(unit, i);
		assert_string_equal(deadline_unit_code(unit), known[i]);
	}
	assert_false(deadline_unit_parse(STR(""), &unit));
	assert_false(deadline_unit_parse(STR("WH"), &unit));
	assert_false(deadline_unit_parse(STR("w"), &unit));
	assert_false(deadline_unit_parse(STR_NONE, &unit));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worked_examples),
		cmocka_unit_test(edges),
		cmocka_unit_test(leaves_the_span),
		cmocka_unit_test(codes),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

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
	/* No limit ends before it starts. */
	check("2026-11-19T18:00", 0, DEADLINE_CALENDAR_DAYS, "2026-11-20T17:00");
	check("2026-11-19T18:00", 0, DEADLINE_WORKING_DAYS, "2026-11-20T17:00");
	/* The leap day, the year's end. */
	check("2024-02-28T09:00", 1, DEADLINE_WORKING_DAYS, "2024-02-29T17:00");
	check("2024-02-28T09:00", 2, DEADLINE_CALENDAR_DAYS, "2024-03-01T17:00");
	check("2024-02-29T16:00", 2, DEADLINE_WORKING_HOURS, "2024-03-01T09:00");
	check("2025-02-28T20:00", 24, DEADLINE_HOURS, "2025-03-01T20:00");
	check("2024-12-31T16:00", 2, DEADLINE_WORKING_HOURS, "2025-01-02T09:00");
}

/* The same question with pauses, of which "" never ends. */
static int compute_paused(struct deadline_terms terms, const char *start, const char *const (*pauses)[2],
	size_t n, int64_t *ret_due)
{
	struct deadline_pause list[4];
	const struct deadline_question q = {
		.start = hanoi(start), .terms = terms, .pauses = list, .npauses = n};

	for (size_t i = 0; i < n; i++)
		list[i] = (struct deadline_pause){
			hanoi(pauses[i][0]), *pauses[i][1] ? hanoi(pauses[i][1]) : INT64_MAX};
	return deadline_compute(office, &q, NULL, ret_due);
}

static void check_paused(
	struct deadline_terms terms, const char *start, const char *from, const char *until, const char *due)
{
	const char *const pause[][2] = {{from, until}};
	int64_t got = 0;

	assert_int_equal(compute_paused(terms, start, pause, 1, &got), 0);
	assert_int_equal(got, hanoi(due));
}

static void pauses(void **state)
{
	const struct deadline_terms hours = {DEADLINE_WORKING_HOURS, .amount = 8};
	const struct deadline_terms days = {DEADLINE_WORKING_DAYS, .amount = 2};
	const struct deadline_terms calendar = {DEADLINE_CALENDAR_DAYS, .amount = 2};
	const struct deadline_terms clock = {DEADLINE_HOURS, .amount = 24};
	(void)state;

	/* An hour and a half of open time, of 19 hours. */
	check_paused(hours, "2026-11-18T09:00", "2026-11-18T16:00", "2026-11-19T08:30", "2026-11-19T10:30");
	/* Before the start, after the due time, and from the due time on: nothing. */
	check_paused(hours, "2026-11-18T09:00", "2026-11-17T09:00", "2026-11-18T09:00", "2026-11-19T09:00");
	check_paused(hours, "2026-11-18T09:00", "2026-11-19T09:00", "", "2026-11-19T09:00");
	check_paused(days, "2026-11-18T09:00", "2026-11-20T17:01", "", "2026-11-20T17:00");
	/* What is paused up to its close does not count; what only was paused before does. */
	check_paused(days, "2026-11-18T09:00", "2026-11-19T10:00", "2026-11-19T16:59", "2026-11-20T17:00");
	check_paused(days, "2026-11-18T09:00", "2026-11-19T10:00", "2026-11-19T17:00", "2026-11-23T17:00");
	check_paused(days, "2026-11-18T09:00", "2026-11-19T10:00", "2026-11-19T17:01", "2026-11-23T17:00");
	/* A question that nobody answered: asked on Thursday evening, over at the close of Friday a week later,
	 * of which there was nothing; so five working days end on Friday. */
	check_paused((struct deadline_terms){DEADLINE_WORKING_DAYS, .amount = 5}, "2026-11-26T17:00",
		"2026-11-26T17:05", "2026-12-04T17:00", "2026-12-11T17:00");
	/* The same of the last day, of either sort. */
	check_paused(days, "2026-11-18T09:00", "2026-11-20T14:00", "2026-11-20T17:00", "2026-11-23T17:00");
	check_paused(
		calendar, "2026-11-17T09:00", "2026-11-19T10:00", "2026-11-19T17:00", "2026-11-20T17:00");
	/* A calendar day counts at its midnight. */
	check_paused(
		calendar, "2026-11-17T09:00", "2026-11-18T10:00", "2026-11-18T23:59", "2026-11-19T17:00");
	check_paused(
		calendar, "2026-11-17T09:00", "2026-11-18T10:00", "2026-11-19T00:00", "2026-11-20T17:00");
	/* The last day closes in the pause, though it counted; the evening after its close is too late. */
	check_paused(
		calendar, "2026-11-17T09:00", "2026-11-19T16:00", "2026-11-19T18:00", "2026-11-20T17:00");
	check_paused(
		calendar, "2026-11-17T09:00", "2026-11-19T18:00", "2026-11-20T18:00", "2026-11-19T17:00");
	/* It rolls to Monday, which closes in a pause, and Tuesday is off. */
	check_paused(
		calendar, "2026-11-20T09:00", "2026-11-23T08:00", "2026-11-23T18:00", "2026-11-25T17:00");
	check_paused(clock, "2026-11-18T09:00", "2026-11-18T10:00", "2026-11-19T10:00", "2026-11-20T09:00");
}

static void pauses_that_give_no_date(void **state)
{
	const char *const open[][2] = {{"2026-11-18T10:00", "2026-11-18T11:00"}, {"2026-11-18T15:00", ""}};
	const char *const touching[][2] = {{"2026-11-18T10:00", "2026-11-18T11:00"},
		{"2026-11-18T11:00", "2026-11-18T11:00"}, {"2026-11-18T11:00", "2026-11-18T12:00"}};
	const char *const overlapping[][2] = {
		{"2026-11-18T10:00", "2026-11-18T11:00"}, {"2026-11-18T10:59", "2026-11-18T12:00"}};
	const char *const backwards[][2] = {{"2026-11-18T10:00", "2026-11-18T09:59"}};
	int64_t due = 0;
	(void)state;

	for (enum deadline_unit unit = DEADLINE_WORKING_HOURS; unit < DEADLINE_NONE; unit++) {
		const struct deadline_terms terms = {
			unit, .amount = unit == DEADLINE_IMMEDIATE ? 600 : 10, .extension = 1};

		assert_int_equal(compute_paused(terms, "2026-11-18T09:00", open, 2, &due), -EINPROGRESS);
		assert_int_equal(compute_paused(terms, "2026-11-18T09:00", open, 1, &due), 0);
		assert_int_equal(compute_paused(terms, "2026-11-18T09:00", touching, 3, &due), 0);
		assert_int_equal(compute_paused(terms, "2026-11-18T09:00", overlapping, 2, &due), -EINVAL);
		assert_int_equal(compute_paused(terms, "2026-11-18T09:00", backwards, 1, &due), -EINVAL);
	}
}

static void extensions_are_more_of_the_same(void **state)
{
	int64_t both, sum;
	(void)state;

	for (enum deadline_unit unit = DEADLINE_WORKING_HOURS; unit < DEADLINE_NONE; unit++) {
		const struct deadline_question q = {
			.start = hanoi("2026-11-18T09:00"), .terms = {unit, .amount = 7, .extension = 6}};

		assert_int_equal(deadline_compute(office, &q, NULL, &both), 0);
		assert_int_equal(compute(office, q.start, unit, 13, &sum), 0);
		assert_int_equal(both, sum);
	}
}

static void check_share(const char *start, struct deadline_terms terms, int permille, const char *at)
{
	const struct deadline_pause pause = {hanoi("2026-11-20T10:00"), hanoi("2026-11-20T12:00")};
	const struct deadline_question q = {
		.start = hanoi(start), .terms = terms, .pauses = &pause, .npauses = 1};
	int64_t due = 0, got = 0;

	assert_int_equal(deadline_compute(office, &q, NULL, &due), 0);
	assert_int_equal(deadline_share(office, &q, due, permille, &got), 0);
	assert_int_equal(got, hanoi(at));
}

static void shares(void **state)
{
	const struct deadline_terms hours = {DEADLINE_WORKING_HOURS, .amount = 10};
	const struct deadline_terms days = {DEADLINE_WORKING_DAYS, .amount = 4};
	const struct deadline_terms clock = {DEADLINE_HOURS, .amount = 10};
	const struct deadline_question q = {.start = hanoi("2026-11-18T08:00"), .terms = hours};
	int64_t at = 0;
	(void)state;

	check_share("2026-11-18T08:00", hours, 800, "2026-11-18T17:00");
	check_share("2026-11-18T08:00", hours, 1000, "2026-11-19T10:00");
	check_share("2026-11-18T08:00", hours, 0, "2026-11-18T08:00");
	/* Received on Wednesday evening: open from Thursday to Thursday are 38 hours, a day off and the pause
	 * left out. */
	check_share("2026-11-18T18:00", days, 500, "2026-11-23T14:00");
	check_share("2026-11-18T18:00", days, 1000, "2026-11-26T17:00");
	check_share("2026-11-20T09:00", clock, 500, "2026-11-20T16:00");
	assert_int_equal(deadline_share(office, &q, q.start - 1, 800, &at), -EINVAL);
	assert_int_equal(deadline_share(office, &q, q.start, 1001, &at), -EINVAL);
	assert_int_equal(deadline_share(office, &q, q.start, -1, &at), -EINVAL);
	assert_int_equal(deadline_share(office, &q, INT64_MAX, 800, &at), -ERANGE);
	assert_int_equal(deadline_share(office, &q, q.start, 800, &at), 0);
	assert_int_equal(at, q.start);
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
		cmocka_unit_test(pauses),
		cmocka_unit_test(pauses_that_give_no_date),
		cmocka_unit_test(extensions_are_more_of_the_same),
		cmocka_unit_test(shares),
		cmocka_unit_test(leaves_the_span),
		cmocka_unit_test(codes),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

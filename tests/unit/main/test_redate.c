/* A portion of running clocks dated anew: what follows what, and what stays as it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "db/unit.h"
#include "jobs/redate.h"
#include "jobs/redate_count.h"

enum {
	HOUR = 3600,
	DAY = 24 * HOUR,
	NCLOCK_COLUMNS = 16,
	NPAUSE_COLUMNS = 4
};

/* 2026-11-23 is a Monday; 08:00 in Ha Noi, when offices open until 12 and from 13 to 17. */
static const int64_t MONDAY = INT64_C(1795395600);

static const struct zone_offset seven_east[] = {{INT64_MIN, 7 * HOUR}};
static const struct department departments[] = {
	{.id = 1, .code = STR("HUB"), .valid_from = INT32_MIN, .valid_to = INT32_MAX}};
/* In the order of their keys, not of their ids. */
static const struct policy policies[] = {{.id = 9,
						 .profile = STR("a"),
						 .limit = {[CLOCK_ACCEPT] = {DEADLINE_WORKING_HOURS, 16},
							 [CLOCK_ANSWER] = {DEADLINE_WORKING_DAYS, 5}},
						 .valid_to = INT32_MAX},
	{.id = 2,
		.profile = STR("b"),
		.limit = {[CLOCK_ANSWER] = {DEADLINE_NONE, 0}},
		.valid_to = INT32_MAX}};
static const struct alarm_level alarms[] = {{.level = 1, .share = 1000}};

#define A "01940000-0000-7000-8000-00000000000a"
#define B "01940000-0000-7000-8000-00000000000b"
#define C "01940000-0000-7000-8000-00000000000c"

static const struct city *make_city(struct arena *arena)
{
	struct calendar_hours *hours = arena_alloc(arena, 10 * sizeof(*hours));
	const struct calendar **calendars = arena_alloc(arena, sizeof(*calendars));
	struct city *city = arena_alloc(arena, sizeof(*city));
	struct str reason;

	for (int i = 0; i < 10; i++)
		hours[i] = (struct calendar_hours){
			i / 2, (i % 2 ? 13 : 8) * HOUR, (i % 2 ? 17 : 12) * HOUR, CALENDAR_ALWAYS};
	calendars[0] = calendar_compile(arena, &(struct calendar_source){.code = STR("office"),
						       .version = 2,
						       .hours = hours,
						       .nhours = 10,
						       .offsets = seven_east,
						       .noffsets = 1,
						       .first_year = 2024,
						       .last_year = 2030});
	*city = (struct city){.hub = STR("HUB"),
		.departments = departments,
		.ndepartments = 1,
		.policies = policies,
		.npolicies = 2,
		.alarms = alarms,
		.nalarms = 1,
		.calendars = calendars,
		.ncalendars = 1,
		.calendar = calendars[0]};
	return city_build(arena, city, &reason);
}

/* One line a row, an empty cell is NULL. */
static PGresult *rows_of(const char *text, int ncolumns)
{
	static char name[] = "column";
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc columns[NCLOCK_COLUMNS] = {{NULL}};
	struct str rest = str_of(text), line, cell;

	for (int i = 0; i < ncolumns; i++)
		columns[i].name = name;
	assert_true(PQsetResultAttrs(result, ncolumns, columns));
	for (int row = 0; str_next(&rest, '\n', &line) && line.len > 0; row++)
		for (int i = 0; i < ncolumns; i++) {
			if (!str_next(&line, '|', &cell) || cell.len == 0)
				cell = (struct str){NULL, (size_t)-1};
			assert_true(PQsetvalue(result, row, i, (char *)(uintptr_t)cell.at, (int)cell.len));
		}
	return result;
}

static void clear(PGresult *result)
{
	PQclear(result);
}

static struct redate_portion run(
	struct arena *arena, const char *clocks, const char *pauses, bool with_policies, int limit)
{
	PGresult *c = rows_of(clocks, NCLOCK_COLUMNS), *p = rows_of(pauses, NPAUSE_COLUMNS);
	struct redate_input in = {c, p, limit, {{0}}, with_policies, (MONDAY + DAY) * 1000000};
	struct redate_portion portion;

	arena_defer(arena, clear, c);
	arena_defer(arena, clear, p);
	assert_true(uuid_parse(STR(C), &in.end));
	redate(arena, make_city(arena), &in, &portion);
	return portion;
}

static int64_t due(const struct redate_portion *p, size_t row)
{
	return p->rows[row].due / 1000 - MONDAY;
}

/* ticket, kind, round, mark, holder, policy, unit, amount, extension, calendar, start, due, waits, parked, pauses, level */
#define ROW(ticket, kind, round, policy, unit, amount, extension, calendar, start, due, waits, pauses)       \
	ticket "|" kind "|" round "|-655360|7|" policy "|" unit "|" amount "|" extension "|" calendar        \
	       "|" start "|" due "|" waits "|f|" pauses "|1\n"

static void waiting_answers_follow_the_first_acceptance(void **state)
{
	const struct redate_portion p = run(*state,
		ROW(A, "accept", "1", "9", "wh", "8", "0", "office", "1795395600", "1795300000000000", "f",
			"t") ROW(A, "answer", "1", "9", "wd", "2", "0", "office", "1795300000",
			"1795300000000000", "t", "t") ROW(B, "accept", "2", "9", "wh", "8", "0", "office",
			"1795395600", "1795300000000000", "f", "t") ROW(B, "answer", "1", "9", "wd", "2", "1",
			"office", "1795395600", "1795300000000000", "t", "t"),
		"", false, 100);

	assert_int_equal(p.n, 4);
	assert_int_equal(due(&p, 0), 9 * HOUR);
	assert_int_equal(p.rows[0].start, DB_NO_INT);
	assert_int_equal(p.rows[1].start, p.rows[0].due);
	assert_int_equal(due(&p, 1), 2 * DAY + 9 * HOUR);
	/* A later round of acceptance moves nothing; an extension counts. */
	assert_int_equal(p.rows[3].start, DB_NO_INT);
	assert_int_equal(due(&p, 3), 3 * DAY + 9 * HOUR);
	assert_true(p.rows[0].first && !p.rows[1].first && p.rows[2].first && !p.rows[3].first);
	assert_int_equal(p.rows[0].alarm, p.rows[0].due);
	assert_int_equal(p.rows[0].mark, -655360);
	assert_int_equal(p.mark, -40);
	assert_true(!p.rows[0].unit.at);
	assert_true(str_eq(
		p.counts, STR("{\"tickets\":2,\"clocks\":4,\"kinds\":{\"accept\":[2,2],\"answer\":[2,2]},"
			      "\"holders\":{\"7\":[2,4,2,0,0,2]}}")));
}

static void pauses_stop_what_they_stop(void **state)
{
	const struct redate_portion p = run(*state,
		ROW(B, "answer", "1", "9", "wh", "8", "0", "office", "1795395600", "1795300000000000", "f",
			"t") ROW(B, "route", "1", "9", "wh", "8", "0", "office", "1795395600",
			"1795300000000000", "f", "f") ROW(C, "answer", "1", "9", "wh", "8", "0", "office",
			"1795395600", "1795300000000000", "f", "t"),
		A "|1795395600|1795399200|t\n" B "|1795395600|1795399200|t\n" B "|1795402800|1795406400|f\n",
		false, 100);

	assert_int_equal(due(&p, 0), DAY + 2 * HOUR);
	assert_int_equal(due(&p, 1), 9 * HOUR);
	assert_int_equal(due(&p, 2), 9 * HOUR);
	assert_int_equal(p.questions, 3);
	assert_int_equal(p.ended, 2);
}

static void amounts_of_the_policy_only_when_asked_for(void **state)
{
	static const char row[] = ROW(
		A, "answer", "1", "9", "wh", "8", "0", "office", "1795395600", "1795300000000000", "f", "t");
	struct redate_portion p = run(*state, row, "", false, 100);

	assert_int_equal(due(&p, 0), 9 * HOUR);
	assert_int_equal(p.rows[0].amount, DB_NO_INT);
	p = run(*state, row, "", true, 100);
	assert_int_equal(due(&p, 0), 7 * DAY + 9 * HOUR);
	assert_true(str_eq(p.rows[0].unit, STR("wd")) && p.rows[0].amount == 5);
	p = run(*state,
		ROW(A, "answer", "1", "2", "wh", "8", "0", "office", "1795395600", "1795300000000000", "f",
			"t"),
		"", true, 100);
	assert_int_equal(due(&p, 0), 9 * HOUR); /* its policy has no such limit any more */
}

static void what_cannot_be_dated_stays(void **state)
{
	const struct redate_portion p = run(*state,
		ROW(A, "accept", "1", "9", "wh", "8", "0", "office", "1000000000", "1000003600000000", "f",
			"t") ROW(A, "answer", "1", "9", "wd", "2", "0", "gone", "1795395600",
			"1795395601000000", "f", "t")
			ROW(B, "none", "1", "", "", "", "0", "", "", "", "f", "f") ROW(C, "answer", "1", "77",
				"wd", "2", "0", "office", "1795395600", "1795395601000000", "f", "t"),
		"", true, 100);

	assert_int_equal(p.n, 4);
	for (size_t i = 0; i < p.n; i++) {
		assert_int_equal(p.rows[i].due, DB_NO_INT);
		assert_int_equal(p.rows[i].start, DB_NO_INT);
		assert_true(!p.rows[i].unit.at);
	}
	assert_true(p.rows[0].first && !p.rows[1].first && p.rows[2].first && p.rows[3].first);
}

static void a_ticket_that_is_cut_off_comes_with_the_next_portion(void **state)
{
	static const char rows[] = ROW(A, "answer", "1", "9", "wd", "2", "0", "office", "1795395600",
		"1795300000000000", "f", "t") ROW(B, "accept", "1", "9", "wd", "2", "0", "office",
		"1795395600", "1795300000000000", "f", "t") ROW(B, "answer", "1", "9", "wd", "2", "0",
		"office", "1795395600", "1795300000000000", "f", "t");
	struct redate_portion p =
		run(*state, rows, A "|1795395600|1795399200|t\n" B "|1795395600|1795399200|t\n", false, 3);
	struct uuid until;

	assert_int_equal(p.n, 1);
	assert_false(p.last);
	assert_true(uuid_parse(STR(A), &until) && uuid_eq(&p.until, &until));
	assert_int_equal(p.questions, 1);
	p = run(*state, rows, "", false, 4);
	assert_int_equal(p.n, 3);
	assert_true(p.last && uuid_parse(STR(C), &until) && uuid_eq(&p.until, &until));
	p = run(*state, "", "", false, 4);
	assert_true(p.n == 0 && p.last);
}

/* now: the ninth hour */
static const struct redate_move moves[] = {{"a", STR("accept"), 1, 1, 2, false},
	{"a", STR("answer"), 1, 8, 9, false}, /* leaves breach, as another clock of it does */
	{"a", STR("step"), 1, 7, 12, false}, {"b", STR("accept"), 2, 10, 10, false},
	{"b", STR("answer"), 2, 10, 8, false}, /* enters it */
	{"b", STR("step"), 2, 10, 11, false}, {"c", STR("none"), 1, INT64_MAX, INT64_MAX, false},
	{"d", STR("answer"), 1, 5, 10, true}, {"e", STR("answer"), 1, 20, 19, false},
	{"f", STR("answer"), 1, 20, 21, false}};

static void what_moves_is_counted_by_kind_and_holder(void **state)
{
	struct redate_counts *c = redate_counts_new(*state, 9);

	for (size_t i = 0; i < sizeof(moves) / sizeof(*moves); i++)
		redate_count(c, &moves[i]);
	assert_string_equal(redate_counts_json(c).at,
		"{\"tickets\":5,\"clocks\":9,\"kinds\":{\"accept\":[1,1],\"step\":[2,2],\"answer\":[4,2]},"
		"\"holders\":{\"1\":[3,5,2,1,0,1],\"2\":[1,2,0,1,1,0]}}");
}

static void a_portion_may_have_any_number_of_holders(void **state)
{
	struct redate_counts *c = redate_counts_new(*state, 0);
	char ids[1000][8];

	for (int i = 0; i < 1000; i++) {
		assert_true(snprintf(ids[i], sizeof(ids[i]), "%d", i) > 0);
		redate_count(c, &(struct redate_move){ids[i], STR("answer"), i % 333, 1, 2, false});
	}
	const char *json = redate_counts_json(c).at;

	assert_non_null(strstr(json, "\"0\":[4,4,4,0,0,0],\"1\":[3,3,3,0,0,0]"));
	assert_non_null(strstr(json, "\"332\":[3,3,3,0,0,0]}}"));
	assert_string_equal(redate_counts_json(redate_counts_new(*state, 0)).at,
		"{\"tickets\":0,\"clocks\":0,\"kinds\":{},\"holders\":{}}");
}

static int setup(void **state)
{
	*state = arena_new();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(waiting_answers_follow_the_first_acceptance, setup, teardown),
		cmocka_unit_test_setup_teardown(pauses_stop_what_they_stop, setup, teardown),
		cmocka_unit_test_setup_teardown(amounts_of_the_policy_only_when_asked_for, setup, teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_dated_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_ticket_that_is_cut_off_comes_with_the_next_portion, setup, teardown),
		cmocka_unit_test_setup_teardown(what_moves_is_counted_by_kind_and_holder, setup, teardown),
		cmocka_unit_test_setup_teardown(a_portion_may_have_any_number_of_holders, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

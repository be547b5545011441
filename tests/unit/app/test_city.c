/* The city from rows of the database: what the columns become, and data that makes no city. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/reference/city.h"
#include "base/buf.h"
#include "civil/danger.h"
#include "civil/decide.h"

enum {
	COLUMNS_MAX = 32
};

/* 2026-11-23 is a Monday; 10:00 in Ha Noi. */
static const int64_t NOW_MS = INT64_C(1795402800000);

#define POLICY_COLUMNS                                                                                       \
	"id|profile|kind|level|category|department|accept_amount|accept_unit|route_amount|route_unit|"       \
	"first_reply_amount|first_reply_unit|update_amount|update_unit|step_amount|step_unit|"               \
	"answer_amount|answer_unit|appeal_amount|appeal_unit|answer_from_acceptance|receipt|questions|"      \
	"question_amount|question_unit|valid_from|valid_to|citation_vi|citation_en\n"

/* The first line of each names the columns, an empty cell is NULL. */
static const char *const town[CITY_ROWS] = {
	[CITY_VERSION] = "version|parts_days\n7|3\n",
	[CITY_CALENDARS] = "code|zone|version\n"
			   "office|Asia/Ho_Chi_Minh|3\ncounter|Asia/Ho_Chi_Minh|1\n",
	[CITY_HOURS] = "calendar|weekday|opens|closes|valid_from|valid_to\n"
		       "counter|5|28800|43200||\n"
		       "office|0|28800|43200||\noffice|0|46800|61200||\noffice|1|28800|43200||20788\n"
		       "office|1|30600|43200|20788|\n",
	[CITY_DAYS] = "calendar|day|works|weekday|hours|name_vi|name_en|source\n"
		      "office|20780|f|||Nghỉ|Off|Thông báo\n" /* Monday, 2026-11-23 */
		      "office|20782|t||32400-36000 46800-50400|Nửa ngày|Half|\n"
		      "office|20785|t|1||Làm bù|Make-up|\n",
	[CITY_DEPARTMENTS] = "id|code|name_vi|name_en|parent|area|governs|hub|calendar|valid_from|valid_to|"
			     "successor\n"
			     "1|HUB|Trung tâm|Centre||01|f|t|office|||\n"
			     "2|WARD|Phường|Ward|1|0101|t|f|||20000|1\n",
	[CITY_AREAS] = "code|parent|valid_from|valid_to|placed|lon_e6|lat_e6\n01||||f||\n"
		       "0101|01||20000|t|105830000|20980000\n",
	[CITY_CATEGORIES] = "code|parent|department|level|visibility|valid_from|valid_to\n"
			    "roads||WARD|high|public|20000|\n",
	[CITY_KINDS] = "code|sight|visibility|level|emergency_numbers\nfeedback||||[\"113\"]\ndenunciation|"
		       "denunciation|confidential||\n",
	[CITY_POLICIES] = POLICY_COLUMNS
	"5|usual|feedback|||HUB|4|wh||none||none||none|3|cd|2|wd||none|t|same_day|2|5|wd|||Luật 1|Law 1\n",
	[CITY_ALARMS] = "profile|level|share|amount|unit\n|1|800||\nusual|2||30|now\n",
	/* The second calendar of before had its hours in other years; the third is no calendar at all. */
	[CITY_KEPT] = "code|zone|version\n"
		      "office|Asia/Ho_Chi_Minh|1\noffice|Asia/Ho_Chi_Minh|2\ncounter|Nowhere/There|1\n",
	[CITY_KEPT_HOURS] =
		"calendar|version|weekday|opens|closes|valid_from|valid_to\n"
		"office|1|0|28800|43200||\noffice|1|0|46800|50400||\noffice|2|0|28800|43200||9000\n",
	[CITY_KEPT_DAYS] = "calendar|version|day|works|weekday|hours|name_vi|name_en|source\n"
			   "office|1|20787|f|||||\noffice|2|20794|f|||||\n",
	[CITY_DANGER] = "phrase|weight|valid_from|valid_to|told\n"
			"chay nha|10|||\nro "
			"dien|6||20000|\n|10|||{\"numbers\":[\"114\"]}\n|10|20000||{\"numbers\":[\"115\"]}\n",
	[CITY_RULES] =
		"id|number|text\n01940000-0000-7000-8000-000000000001|9|rule r9 when kind = denunciation "
		"then department HUB\n",
	[CITY_LINEAGE] = "before|after|category|area\n2|1||\n2|1|roads|\n",
};

static PGresult *rows_of(const char *text)
{
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	struct str rest = str_of(text), line, cell;
	PGresAttDesc columns[COLUMNS_MAX] = {{NULL}};
	char names[512];
	int ncolumns = 0;

	assert_true(str_next(&rest, '\n', &line) && line.len < sizeof(names));
	memcpy(names, line.at, line.len);
	names[line.len] = '\0';
	for (char *name = names; name; ncolumns++) {
		char *bar = strchr(name, '|');

		columns[ncolumns].name = name;
		if (bar)
			*bar++ = '\0';
		name = bar;
	}
	assert_true(PQsetResultAttrs(result, ncolumns, columns));
	for (int row = 0; str_next(&rest, '\n', &line); row++) {
		for (int i = 0; i < ncolumns; i++) {
			if (!str_next(&line, '|', &cell) || cell.len == 0)
				cell = (struct str){NULL, (size_t)-1};
			assert_true(PQsetvalue(result, row, i, (char *)(uintptr_t)cell.at, (int)cell.len));
		}
	}
	return result;
}

/* The town with the rows `what` exchanged (NULL: as it is). */
static const struct city *build(
	struct arena *arena, enum city_rows what, const char *instead, struct str *ret_reason)
{
	PGresult *rows[CITY_ROWS];
	struct city *city;

	for (int i = 0; i < CITY_ROWS; i++)
		rows[i] = rows_of(instead && i == (int)what ? instead : town[i]);
	*ret_reason = STR_NONE;
	city = city_from_rows(arena, rows, NOW_MS, ret_reason);
	if (city)
		city_compile(arena, city);
	for (int i = 0; i < CITY_ROWS; i++)
		PQclear(rows[i]);
	return city;
}

static void members(void **state)
{
	struct str reason;
	const struct city *city = build(*state, CITY_VERSION, NULL, &reason);
	const struct department *ward;

	assert_non_null(city);
	assert_true(str_eq(city->version, STR("7")));
	assert_true(str_eq(city->hub, STR("HUB")));
	assert_true(str_eq(city->city_area, STR("01")));
	ward = city_department(city, STR("WARD"));
	assert_non_null(ward);
	assert_int_equal(ward->id, 2);
	assert_int_equal(ward->parent, 1);
	assert_int_equal(ward->successor, 1);
	assert_int_equal(ward->valid_from, INT32_MIN);
	assert_int_equal(ward->valid_to, 20000);
	assert_true(ward->governs && str_eq(ward->area, STR("0101")));
	assert_true(str_eq(ward->name[0], STR("Phường")) && str_eq(ward->name[1], STR("Ward")));
	assert_ptr_equal(ward->calendar, city->calendar);
	assert_null(city_area(city, STR("0101"), 20000));
	assert_true(city_may_be_at(city, 105.9, 21.0));
	assert_false(city_may_be_at(city, 0, 0));
	assert_null(city_category(city, STR("roads"), 19999));
	assert_true(str_eq(city_category(city, STR("roads"), 20000)->level, STR("high")));
	assert_false(city_kind(city, STR("feedback"))->sight.at);
	assert_true(str_eq(city_kind(city, STR("denunciation"))->visibility, STR("confidential")));
	assert_true(str_eq(city_kind(city, STR("feedback"))->emergency_numbers, STR("[\"113\"]")));
	assert_true(str_eq(city->policies[0].citation[0], STR("Luật 1")));
	assert_true(str_eq(city->policies[0].citation[1], STR("Law 1")));
	assert_true(str_eq(
		danger_told(city, *state, STR("chay nha"), false, 19999), STR("{\"numbers\":[\"114\"]}")));
	assert_true(str_eq(
		danger_told(city, *state, STR("chay nha"), false, 20000), STR("{\"numbers\":[\"115\"]}")));
}

static void days_and_hours(void **state)
{
	struct str reason;
	const struct city *city = build(*state, CITY_VERSION, NULL, &reason);

	assert_false(calendar_is_working_day(city->calendar, 20780)); /* the exception */
	assert_true(calendar_is_working_day(city->calendar, 20781));
	assert_true(calendar_is_working_day(city->calendar, 20787)); /* a Monday like any other */
	assert_false(calendar_is_working_day(city->calendar, 20783));
}

static int64_t worked(const struct calendar *c, int32_t day)
{
	return calendar_coordinate(c, calendar_instant(c, day + 1, 0)) -
	       calendar_coordinate(c, calendar_instant(c, day, 0));
}

static void exceptions_and_validity(void **state)
{
	struct str reason;
	const struct city *city = build(*state, CITY_VERSION, NULL, &reason);
	const struct calendar *office = city_calendar(city, STR("office"));
	const struct calendar_day *half = calendar_exception(office, 20782);

	assert_ptr_equal(office, city->calendar);
	assert_int_equal(calendar_version(office), 3);
	assert_null(city_calendar(city, STR("offic")));
	assert_null(city_calendar(city, STR("officer")));
	assert_int_equal(worked(city_calendar(city, STR("counter")), 20785), 4 * 3600);
	assert_int_equal(worked(office, 20781), 4 * 3600);	  /* Tuesday */
	assert_int_equal(worked(office, 20788), 3 * 3600 + 1800); /* a week later its new hours */
	assert_int_equal(worked(office, 20782), 2 * 3600);
	assert_int_equal(worked(office, 20785), 4 * 3600); /* a Saturday like a Tuesday */
	assert_non_null(half);
	assert_int_equal(half->rule, DAY_HOURS);
	assert_true(str_eq(half->name[0], STR("Nửa ngày")) && !half->source.at);
	assert_true(str_eq(calendar_exception(office, 20780)->source, STR("Thông báo")));
}

static void versions(void **state)
{
	struct str reason;
	const struct city *city = build(*state, CITY_VERSION, NULL, &reason);
	const struct calendar *newest = city_calendar(city, STR("office")), *first;

	assert_non_null(city);
	assert_int_equal(city->nkept, 1);
	assert_ptr_equal(city_calendar_version(city, STR("office"), 3), newest);
	first = city_calendar_version(city, STR("office"), 1);
	assert_int_equal(calendar_version(first), 1);
	assert_int_equal(worked(first, 20780), 5 * 3600); /* a Monday that was taken off later */
	assert_int_equal(worked(first, 20787), 0);
	assert_int_equal(worked(first, 20794), 5 * 3600); /* off in another version */
	/* What is not kept is the newest. */
	assert_ptr_equal(city_calendar_version(city, STR("office"), 2), newest);
	assert_ptr_equal(city_calendar_version(city, STR("counter"), 7), city_calendar(city, STR("counter")));
	assert_null(city_calendar_version(city, STR("nowhere"), 1));
}

static void decisions(void **state)
{
	struct str reason;
	const struct city *city = build(*state, CITY_VERSION, NULL, &reason);
	struct filing_facts facts = {STR("feedback"), STR("roads"), STR("01"), NOW_MS / 1000};
	struct decision d;

	assert_int_equal(decide_filing(*state, city, &facts, &d), 0);
	assert_int_equal(d.department->id, 1); /* successor of the ward that has ended */
	assert_int_equal(d.policy->id, 5);
	assert_true(d.policy->answer_from_acceptance);
	assert_int_equal(d.policy->limit[CLOCK_ACCEPT].unit, DEADLINE_WORKING_HOURS);
	assert_int_equal(d.policy->limit[CLOCK_ACCEPT].amount, 4);
	assert_int_equal(d.policy->limit[CLOCK_ROUTE].unit, DEADLINE_NONE);
	assert_int_equal(d.policy->limit[CLOCK_STEP].unit, DEADLINE_CALENDAR_DAYS);
	assert_int_equal(d.policy->limit[CLOCK_ANSWER].unit, DEADLINE_WORKING_DAYS);
	assert_int_equal(d.policy->receipt, RECEIPT_SAME_DAY);
	assert_int_equal(d.policy->questions, 2);
	assert_int_equal(d.policy->question.amount, 5);
	assert_int_equal(city->nlineage, 2);
	assert_int_equal(city->lineage[1].before, 2);
	assert_true(str_eq(city->lineage[1].category, STR("roads")));
	assert_int_equal(city->nalarms, 2);
	assert_int_equal(city->alarms[0].share, 800);
	assert_int_equal(city->alarms[1].after.unit, DEADLINE_IMMEDIATE);
	facts.kind = STR("denunciation");
	assert_int_equal(decide_filing(*state, city, &facts, &d), 0);
	assert_true(str_eq(d.rule, STR("r9")));
	assert_int_equal(d.set, 9);
	assert_true(str_eq(d.sight, STR("denunciation")));
	assert_null(d.policy);
}

static void no_city(void **state)
{
	static const struct {
		enum city_rows what;
		const char *instead, *reason;
	} cases[] = {
		{CITY_CALENDARS, "code|zone|version\noffice|Asia/Nowhere|1\n",
			"calendar office: its time zone is not there"},
		{CITY_HOURS, "calendar|weekday|opens|closes|valid_from|valid_to\n",
			"calendar counter: no working time, or overlapping hours"},
		{CITY_HOURS,
			"calendar|weekday|opens|closes|valid_from|valid_to\noffice|0|0|10||\noffice|0|5|20||"
			"\n",
			"calendar office: no working time, or overlapping hours"},
		{CITY_DAYS,
			"calendar|day|works|weekday|hours|name_vi|name_en|source\noffice|20782|t||noon||||\n",
			"calendar office: no working time, or overlapping hours"},
		{CITY_CALENDARS, "code|zone|version\noffice|Asia/Ho_Chi_Minh|1\noffice|Asia/Ho_Chi_Minh|2\n",
			"two calendars office"},
		{CITY_DEPARTMENTS,
			"id|code|name_vi|name_en|parent|area|governs|hub|calendar|valid_from|valid_to|"
			"successor\n"
			"1|HUB|||||f|t||||\n",
			"the hub HUB has no calendar"},
		{CITY_AREAS, "code|parent|valid_from|valid_to|placed|lon_e6|lat_e6\n01||||f||\n01||||f||\n",
			"two areas 01"},
		{CITY_POLICIES,
			POLICY_COLUMNS
			"5|usual|||||4|wh||none||none||none||none|2|moons||none|f|next_opening|0||none||||\n",
			"policy 5 has a unit that this program does not know"},
		{CITY_ALARMS, "profile|level|share|amount|unit\n|1||2|moons\n",
			"an alarm level has a unit that this program does not know"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str reason;

		assert_null(build(*state, cases[i].what, cases[i].instead, &reason));
		assert_string_equal(reason.at, cases[i].reason);
	}
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
		cmocka_unit_test_setup_teardown(members, setup, teardown),
		cmocka_unit_test_setup_teardown(days_and_hours, setup, teardown),
		cmocka_unit_test_setup_teardown(exceptions_and_validity, setup, teardown),
		cmocka_unit_test_setup_teardown(versions, setup, teardown),
		cmocka_unit_test_setup_teardown(decisions, setup, teardown),
		cmocka_unit_test_setup_teardown(no_city, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* shape/shape.h: JSON bodies into structs, with the shapes of the contract. */
#include "input.h"

#include <math.h>
#include <string.h>

#include "gen/shapes.h"

#define FILING                                                                                               \
	"\"kind\":\"feedback\",\"category\":\"roads.surface\",\"title\":\"Ổ gà sâu\","                   \
	"\"text\":\"Trước số nhà 999 có một ổ gà rộng.\""

static const void *fill(struct req *req, const struct shape *shape, const char *json)
{
	return shape_from_json(req, shape, str_of(json));
}

/* One fault, or "" when the body fits. */
static const char *fault_of(const struct shape *shape, const char *json, const char *where)
{
	struct req *req = input_req();
	const void *out = fill(req, shape, json);
	const char *fault = input_fault(req, where);

	assert_true((out == NULL) == (req->nfaults > 0));
	assert_int_equal(req->status, req->nfaults > 0 ? 422 : 0);
	input_end(req);
	return fault;
}

static void fills_everything(void **state)
{
	struct req *req = input_req();
	const struct ticket_file *in = fill(req, &shape_ticket_file,
		"{" FILING ",\"area\":\"00316\",\"language\":\"en\",\"channel\":\"zalo\",\"location_text\":"
		"\" Trước  số 1 \","
		"\"point\":{\"lon\":105.838,\"lat\":-0.0},\"anonymous\":false,"
		"\"contact\":{\"name\":\"Nguyễn Văn Mẫu\",\"phone\":\"0900 000 "
		"001\",\"email\":\"mau@EXAMPLE.org\",\"address\":null}}");

	(void)state;
	assert_non_null(in);
	assert_str(in->kind, "feedback");
	assert_str(in->category, "roads.surface");
	assert_str(in->area, "00316");
	assert_str(in->language, "en");
	assert_str(in->channel, "zalo");
	assert_str(in->location_text, "Trước số 1");
	assert_true(in->point->lon > 105.837 && in->point->lon < 105.839);
	assert_true(in->point->lat == 0 && !signbit(in->point->lat));
	assert_false(in->anonymous);
	assert_str(in->contact->name, "Nguyễn Văn Mẫu");
	assert_str(in->contact->phone, "+84900000001");
	assert_str(in->contact->email, "mau@example.org");
	assert_null(in->contact->address.at);
	input_end(req);
}

static void absent_members_have_their_mark(void **state)
{
	struct req *req = input_req();
	const struct ticket_file *in =
		fill(req, &shape_ticket_file, "{" FILING ",\"area\":null,\"contact\":null}");

	(void)state;
	assert_non_null(in);
	assert_null(in->area.at);
	assert_null(in->location_text.at);
	assert_null(in->point);
	assert_null(in->contact);
	assert_false(in->anonymous);
	assert_str(in->language, "vi");
	assert_str(in->channel, "web");
	input_end(req);
}

static void lists_of_objects_lie_side_by_side(void **state)
{
	struct req *req = input_req();
	const struct ticket_bulk *in = fill(req, &shape_ticket_bulk,
		"{\"action\":\"accept\",\"tickets\":["
		"{\"id\":\"01940000-0000-7000-8000-000000000001\",\"version\":2},"
		"{\"version\":9007199254740993,\"id\":\"01940000-0000-7000-8000-0000000000FF\"}]}");

	(void)state;
	assert_non_null(in);
	assert_int_equal(in->tickets.n, 2);
	const struct ticket_bulk_tickets *t = in->tickets.items;
	assert_int_equal(t[0].version, 2);
	assert_int_equal(t[0].id.byte[15], 1);
	assert_true(t[1].version == INT64_C(9007199254740993));
	assert_int_equal(t[1].id.byte[15], 0xff);
	input_end(req);
}

#define BULK(tickets) "{\"action\":\"accept\",\"tickets\":" tickets "}"

static void faults_in_objects_have_their_place(void **state)
{
	static const struct {
		const char *json, *where, *fault;
	} cases[] = {
		{BULK("[]"), "/tickets", "too_short"},
		{BULK("{}"), "/tickets", "wrong_type"},
		{BULK("[{\"id\":\"01940000-0000-7000-8000-000000000001\",\"version\":1},null]"), "/tickets/1",
			"wrong_type"},
		{BULK("[{\"version\":1}]"), "/tickets/0/id", "required"},
		{BULK("[{\"id\":\"1\",\"version\":1}]"), "/tickets/0/id", "bad_format"},
		{BULK("[{\"id\":\"01940000-0000-7000-8000-000000000001\",\"version\":1,\"x\":1}]"),
			"/tickets/0/x", "unknown"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(
			fault_of(&shape_ticket_bulk, cases[i].json, cases[i].where), cases[i].fault);
}

static void an_object_may_need_members(void **state)
{
	(void)state;
	assert_string_equal(
		fault_of(&shape_ticket_file, "{" FILING ",\"contact\":{}}", "/contact"), "required");
	assert_string_equal(fault_of(&shape_ticket_file, "{" FILING ",\"contact\":null}", "/contact"), "");
	assert_string_equal(
		fault_of(&shape_ticket_file, "{" FILING ",\"contact\":{\"name\":null}}", "/contact"), "");
}

static void rows_have_cells_of_any_name(void **state)
{
	struct req *req = input_req();
	const struct configuration_rows *in = fill(req, &shape_configuration_rows,
		"{\"rows\":[{\"code\":\"a\\\"b\",\"lon\":105.838,\"n\":9007199254740993},{\"hub\":true,"
		"\"governs\":false,\"note\":null,\"area\":\"\"},{}]}");

	(void)state;
	assert_non_null(in);
	assert_true(str_eq(in->rows,
		STR("[{\"line\":1,\"code\":\"a\\\"b\",\"lon\":\"105.838\",\"n\":\"9007199254740993\"},"
		    "{\"line\":2,\"hub\":\"true\",\"governs\":\"false\",\"note\":null,\"area\":null},"
		    "{\"line\":3}]")));
	assert_false(in->dry_run);
	input_end(req);
}

static void faults_in_rows_have_their_place(void **state)
{
	static const struct {
		const char *json, *where, *fault;
	} cases[] = {
		{"{}", "/rows", "required"},
		{"{\"rows\":[]}", "/rows", "too_short"},
		{"{\"rows\":{}}", "/rows", "wrong_type"},
		{"{\"rows\":[{},[]]}", "/rows/1", "wrong_type"},
		{"{\"rows\":[{\"a/b\":{}}]}", "/rows/0/a~1b", "wrong_type"},
		{"{\"rows\":[{\"a\":[\"b\"]}]}", "/rows/0/a", "wrong_type"},
		{"{\"rows\":[{\"line\":7}]}", "/rows/0/line", "unknown"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(
			fault_of(&shape_configuration_rows, cases[i].json, cases[i].where), cases[i].fault);
}

static void every_fault_at_once(void **state)
{
	struct req *req = input_req();

	(void)state;
	assert_null(fill(req, &shape_ticket_file,
		"{\"kind\":\"bribe\",\"category\":7,\"title\":\"Ổ gà\",\"anonymous\":\"yes\",\"a/b~c\":1,"
		"\"point\":{\"lon\":181,\"z\":[]},\"contact\":{\"phone\":\"12\",\"email\":\"x\",\"name\":"
		"\"A\"},\"language\":null}"));
	assert_int_equal(req->status, 422);
	assert_string_equal(input_fault(req, "/kind"), "not_listed");
	assert_string_equal(input_fault(req, "/category"), "wrong_type");
	assert_string_equal(input_fault(req, "/title"), "too_short");
	assert_string_equal(input_fault(req, "/text"), "required");
	assert_string_equal(input_fault(req, "/anonymous"), "wrong_type");
	assert_string_equal(input_fault(req, "/a~1b~0c"), "unknown");
	assert_string_equal(input_fault(req, "/point/lon"), "too_large");
	assert_string_equal(input_fault(req, "/point/lat"), "required");
	assert_string_equal(input_fault(req, "/point/z"), "unknown");
	assert_string_equal(input_fault(req, "/contact/phone"), "bad_format");
	assert_string_equal(input_fault(req, "/contact/email"), "bad_format");
	assert_string_equal(input_fault(req, "/contact/name"), "too_short");
	assert_string_equal(input_fault(req, "/language"), "wrong_type");
	assert_int_equal(req->nfaults, 13);
	assert_string_equal(req->faults[0].in, "pointer");
	input_end(req);
}

static void lengths_count_code_points_of_the_cleaned_text(void **state)
{
	char json[400], text[300];

	(void)state;
	for (int n = 4; n <= 6; n++) {
		text[0] = '\0';
		for (int i = 0; i < n; i++)
			strcat(text, "e\u0302\u0323"); /* three code points that are one in NFC */
		snprintf(json, sizeof json, "{\"reason\":\"  %s \"}", text);
		assert_string_equal(
			fault_of(&shape_ticket_return, json, "/reason"), n < 5 ? "too_short" : "");
	}
}

static void limits_are_inclusive_and_told(void **state)
{
	static char json[20000];
	struct req *req = input_req();

	(void)state;
	for (int n = 1999; n <= 2001; n++) {
		memset(json, 'x', sizeof json);
		memcpy(json, "{\"reason\":\"", 11);
		snprintf(json + 11 + n, 10, "\"}");
		assert_string_equal(
			fault_of(&shape_ticket_return, json, "/reason"), n > 2000 ? "too_long" : "");
	}
	req->lang = LANG_EN;
	assert_null(fill(req, &shape_ticket_return, json));
	assert_str(req->faults[0].detail, "is too long (at most 2000)");
	input_end(req);
}

static void texts_are_cleaned(void **state)
{
	struct req *req = input_req();
	const struct ticket_note *in = fill(
		req, &shape_ticket_note, "{\"text\":\" \\u00d0\\u01b0\\u1eddng\\r\\n\\u202eL\\u00e1ng \"}");

	(void)state;
	assert_non_null(in);
	assert_str(in->text, "Đường\nLáng");
	input_end(req);
	assert_string_equal(fault_of(&shape_ticket_note, "{\"text\":\"a\\u0007b\"}", "/text"), "bad_text");
	assert_string_equal(fault_of(&shape_ticket_note, "{\"text\":\"\\ue000\"}", "/text"), "bad_text");
	assert_string_equal(fault_of(&shape_ticket_note, "{\"text\":\" \\u200b \"}", "/text"), "too_short");
	assert_string_equal(
		fault_of(&shape_session_open, "{\"login\":\"a\",\"code\":\"ab\\u0085cd\"}", "/code"),
		"bad_text");
	assert_string_equal(
		fault_of(&shape_session_open, "{\"login\":\"a\",\"code\":\"abcd\\u007f\"}", "/code"),
		"bad_text");
	assert_string_equal(
		fault_of(&shape_session_open, "{\"login\":\"a\",\"code\":\" ab \"}", "/code"), "");
}

static void lists(void **state)
{
	struct req *req = input_req();
	const struct tracking_rate *in = fill(
		req, &shape_tracking_rate, "{\"score\":\"acceptable\",\"reasons\":[\"too_slow\",\"other\"]}");

	(void)state;
	assert_non_null(in);
	assert_int_equal(in->reasons.n, 2);
	assert_str(in->reasons.items[0], "too_slow");
	assert_str(in->reasons.items[1], "other");
	assert_null(in->comment.at);
	input_end(req);
#define RATING(reasons) "{\"score\":\"satisfied\",\"reasons\":" reasons "}"
	assert_string_equal(fault_of(&shape_tracking_rate, RATING("[]"), ""), "");
	assert_string_equal(fault_of(&shape_tracking_rate, RATING("{}"), "/reasons"), "wrong_type");
	assert_string_equal(fault_of(&shape_tracking_rate, RATING("null"), "/reasons"), "wrong_type");
	assert_string_equal(
		fault_of(&shape_tracking_rate, RATING("[\"other\",1]"), "/reasons/1"), "wrong_type");
	assert_string_equal(
		fault_of(&shape_tracking_rate, RATING("[\"other\",\"slow\"]"), "/reasons/1"), "not_listed");
	assert_string_equal(
		fault_of(&shape_tracking_rate, RATING("[\"other\",\"other\"]"), "/reasons/1"), "duplicate");
	assert_string_equal(
		fault_of(&shape_tracking_rate, RATING("[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]"), "/reasons"),
		"too_many");
}

static void identifiers(void **state)
{
	struct req *req = input_req();
	const struct ticket_assign *in =
		fill(req, &shape_ticket_assign, "{\"person\":\"01940000-0000-7000-8000-00000000004A\"}");

	(void)state;
	assert_non_null(in);
	assert_int_equal(in->person.byte[15], 0x4a);
	input_end(req);
	assert_string_equal(fault_of(&shape_ticket_assign, "{\"person\":\"42\"}", "/person"), "bad_format");
	assert_string_equal(fault_of(&shape_ticket_assign, "{\"person\":42}", "/person"), "wrong_type");
	assert_string_equal(fault_of(&shape_ticket_assign, "{\"person\":null}", "/person"), "wrong_type");
}

static void the_whole_must_be_an_object(void **state)
{
	static const char *const texts[] = {"[]", "1", "\"x\"", "null", "true", "[{}]"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_string_equal(fault_of(&shape_ticket_note, texts[i], ""), "wrong_type");
}

static void not_json_is_a_problem_of_its_own(void **state)
{
	static const char *const texts[] = {
		"", "{", "{\"text\":\"a\",\"text\":\"a\"}", "{\"text\":NaN}", "{\"text\":\"\\u0000\"}"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct req *req = input_req();
		assert_null(fill(req, &shape_ticket_note, texts[i]));
		assert_int_equal(req->status, 400);
		assert_int_equal(req->nfaults, 0);
		input_end(req);
	}
}

static void many_faults_are_cut_off(void **state)
{
	static char json[4000] = "{\"text\":\"a\"";
	struct req *req = input_req();

	(void)state;
	for (int i = 0; i < 200; i++)
		snprintf(json + strlen(json), 16, ",\"x%d\":0", i);
	strcat(json, "}");
	assert_null(fill(req, &shape_ticket_note, json));
	assert_int_equal(req->nfaults, REQ_FAULTS_MAX);
	input_end(req);
}

/* No operation has numbers in its body yet but points; the rules of integers are those of JSON Schema. */
struct counted {
	int64_t n;
	double d;
	struct str day;
	int64_t at;
	bool yes;
};
static const struct shape_field counted_fields[] = {
	{.name = "n", .type = SHAPE_INT, .offset = offsetof(struct counted, n), .min = -3, .max = INT64_MAX},
	{.name = "d",
		.type = SHAPE_NUMBER,
		.offset = offsetof(struct counted, d),
		.min = INT64_MIN + 1,
		.max = INT64_MAX},
	{.name = "day", .type = SHAPE_DATE, .offset = offsetof(struct counted, day)},
	{.name = "at", .type = SHAPE_INSTANT, .offset = offsetof(struct counted, at)},
	{.name = "yes", .type = SHAPE_BOOL, .offset = offsetof(struct counted, yes), .preset = "true"},
};
static const struct shape shape_counted = {"counted", sizeof(struct counted), counted_fields, 5};

static void numbers_and_times(void **state)
{
	struct req *req = input_req();
	const struct counted *in = fill(req, &shape_counted,
		"{\"n\":1e2,\"d\":3,\"day\":\"2028-02-29\",\"at\":\"2026-11-23T07:00:00.5+07:00\",\"yes\":"
		"false}");

	(void)state;
	assert_non_null(in);
	assert_int_equal(in->n, 100);
	assert_true(in->d > 2.5 && in->d < 3.5);
	assert_str(in->day, "2028-02-29");
	assert_int_equal(in->at, INT64_C(1795392000500));
	assert_false(in->yes);
	input_end(req);

	req = input_req();
	in = fill(req, &shape_counted, "{}");
	assert_non_null(in);
	assert_true(in->n == SHAPE_NO_NUMBER && in->at == SHAPE_NO_NUMBER);
	assert_true(isnan(in->d));
	assert_null(in->day.at);
	assert_true(in->yes);
	input_end(req);

	assert_string_equal(fault_of(&shape_counted, "{\"n\":-3.0}", "/n"), "");
	assert_string_equal(fault_of(&shape_counted, "{\"n\":-4}", "/n"), "too_small");
	assert_string_equal(fault_of(&shape_counted, "{\"n\":1.5}", "/n"), "wrong_type");
	assert_string_equal(fault_of(&shape_counted, "{\"n\":1e17}", "/n"), "wrong_type");
	assert_string_equal(fault_of(&shape_counted, "{\"n\":\"1\"}", "/n"), "wrong_type");
	assert_string_equal(fault_of(&shape_counted, "{\"d\":1e300}", "/d"), "too_large");
	assert_string_equal(fault_of(&shape_counted, "{\"day\":\"2027-02-29\"}", "/day"), "bad_format");
	assert_string_equal(fault_of(&shape_counted, "{\"day\":\"2027-2-3\"}", "/day"), "bad_format");
	assert_string_equal(
		fault_of(&shape_counted, "{\"at\":\"2026-11-23T07:00:00\"}", "/at"), "bad_format");
	assert_string_equal(fault_of(&shape_counted, "{\"at\":\"2026-11-23\"}", "/at"), "bad_format");
	assert_string_equal(fault_of(&shape_counted, "{\"yes\":1}", "/yes"), "wrong_type");
}

static void nothing_expected(void **state)
{
	static const struct shape nothing = {.name = "nothing"};
	struct req *req = input_req();

	(void)state;
	assert_non_null(fill(req, &nothing, "{}"));
	input_end(req);
	assert_string_equal(fault_of(&nothing, "{\"a\":1}", "/a"), "unknown");
}

static void memory_may_run_out(void **state)
{
	char spec[32];

	(void)state;
	for (int n = 1; n < 20; n++) {
		struct req *req = input_req();
		snprintf(spec, sizeof spec, "malloc:%d+", n);
		fail_arm(spec);
		const void *in = fill(
			req, &shape_ticket_file, "{" FILING ",\"contact\":{\"name\":\"Trần Thị Ví Dụ\"}}");
		fail_arm(NULL);
		assert_int_equal(req->status, in ? 0 : 503);
		input_end(req);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_everything),
		cmocka_unit_test(absent_members_have_their_mark),
		cmocka_unit_test(lists_of_objects_lie_side_by_side),
		cmocka_unit_test(faults_in_objects_have_their_place),
		cmocka_unit_test(an_object_may_need_members),
		cmocka_unit_test(rows_have_cells_of_any_name),
		cmocka_unit_test(faults_in_rows_have_their_place),
		cmocka_unit_test(every_fault_at_once),
		cmocka_unit_test(lengths_count_code_points_of_the_cleaned_text),
		cmocka_unit_test(limits_are_inclusive_and_told),
		cmocka_unit_test(texts_are_cleaned),
		cmocka_unit_test(lists),
		cmocka_unit_test(identifiers),
		cmocka_unit_test(the_whole_must_be_an_object),
		cmocka_unit_test(not_json_is_a_problem_of_its_own),
		cmocka_unit_test(many_faults_are_cut_off),
		cmocka_unit_test(numbers_and_times),
		cmocka_unit_test(nothing_expected),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests(tests, input_setup, NULL);
}

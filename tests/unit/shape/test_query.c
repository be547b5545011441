/* shape/shape.h: query strings into structs, with the shapes of the contract. */
#include "input.h"

#include <stdio.h>
#include <string.h>

#include "gen/shapes.h"

static const char *fault_of(const struct shape *shape, const char *query, const char *where)
{
	struct req *req = input_req();
	const void *out = shape_from_query(req, shape, str_of(query));
	const char *fault = input_fault(req, where);

	assert_true((out == NULL) == (req->nfaults > 0));
	assert_int_equal(req->status, req->nfaults > 0 ? 422 : 0);
	input_end(req);
	return fault;
}

static void defaults_without_a_query(void **state)
{
	static const char *const texts[] = {NULL, "", "&", "limit=&kind=&state=&mine", "state=&state="};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct req *req = input_req();
		const struct ticket_list *in = shape_from_query(req, &shape_ticket_list, str_of(texts[i]));
		assert_non_null(in);
		assert_int_equal(in->limit, 50);
		assert_int_equal(in->state.n, 0);
		assert_null(in->kind.at);
		assert_null(in->cursor.at);
		assert_false(in->mine);
		assert_null(in->sort.at);
		input_end(req);
	}
}

static void fills_everything(void **state)
{
	struct req *req = input_req();
	const struct ticket_list *in = shape_from_query(req, &shape_ticket_list,
		STR("state=submitted&limit=200&state=in%5Fprogress&mine=true&k%69nd=press&holder=HN-SXD&"
		    "category=roads.surface"
		    "&&cursor=a%2Bb%3D&sort=filed&standing=overdue"));

	(void)state;
	assert_non_null(in);
	assert_int_equal(in->limit, 200);
	assert_int_equal(in->state.n, 2);
	assert_str(in->state.items[0], "submitted");
	assert_str(in->state.items[1], "in_progress");
	assert_true(in->mine);
	assert_str(in->kind, "press");
	assert_str(in->holder, "HN-SXD");
	assert_str(in->cursor, "a+b=");
	assert_str(in->sort, "filed");
	assert_str(in->standing, "overdue");
	input_end(req);
}

static void numbers(void **state)
{
	static const char *const bad[] = {"1e2", "--1", "-", ".5", "5.", "0x10", "nan", "inf", "1,5", "1%00",
		"+1", "1 ", "00000000000000000000000000000000000000001", "181"};
	struct req *req = input_req();
	const struct published_suggest *in =
		shape_from_query(req, &shape_published_suggest, STR("text=duong+lang&lon=-105.8301&lat=20"));

	(void)state;
	assert_non_null(in);
	assert_true(in->lon > -105.83011 && in->lon < -105.83009 && in->lat >= 20 && in->lat <= 20);
	input_end(req);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char query[80];

		snprintf(query, sizeof(query), "text=duong+lang&lat=1&lon=%s", bad[i]);
		assert_non_null(fault_of(&shape_published_suggest, query, "lon"));
	}
}

static void every_fault_at_once(void **state)
{
	struct req *req = input_req();

	(void)state;
	assert_null(shape_from_query(req, &shape_ticket_list,
		STR("limit=201&kind=x&kind=y&mine=yes&colour=red&state=submitted&state=submitted&state=gone&"
		    "area=%zz&level=%ff"
		    "&%00=1&sort=due&holder=a%20b")));
	assert_int_equal(req->status, 422);
	assert_string_equal(input_fault(req, "limit"), "too_large");
	assert_string_equal(input_fault(req, "kind"), "duplicate");
	assert_string_equal(input_fault(req, "mine"), "wrong_type");
	assert_string_equal(input_fault(req, "colour"), "unknown");
	assert_string_equal(input_fault(req, "state"), "duplicate");
	assert_string_equal(input_fault(req, "area"), "bad_text");
	assert_string_equal(input_fault(req, "level"), "bad_text");
	assert_string_equal(input_fault(req, ""), "unknown");
	assert_string_equal(input_fault(req, "holder"), "bad_format");
	assert_int_equal(req->nfaults, 10);
	assert_string_equal(req->faults[0].in, "parameter");
	input_end(req);
}

static void numbers_are_plain_decimals(void **state)
{
	static const char *const bad[] = {"limit=1.0", "limit=+1", "limit=0x1", "limit=1e1", "limit= 1",
		"limit=1%00", "limit=-", "limit=99999999999999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_string_not_equal(fault_of(&shape_ticket_list, bad[i], "limit"), "");
	assert_string_equal(fault_of(&shape_ticket_list, "limit=0", "limit"), "too_small");
	assert_string_equal(fault_of(&shape_ticket_list, "limit=-5", "limit"), "too_small");
	assert_string_equal(fault_of(&shape_ticket_list, "limit=1", "limit"), "");
}

static void dates_and_instants(void **state)
{
	struct req *req = input_req();
	const struct report_sla *in = shape_from_query(req, &shape_report_sla,
		STR("from=2026-11-01&to=2026-11-30&as_of=2026-11-23T00:00:00%2B07:00&bom=true"));

	(void)state;
	assert_non_null(in);
	assert_str(in->from, "2026-11-01");
	assert_str(in->to, "2026-11-30");
	assert_str(in->by, "department");
	assert_int_equal(in->as_of, INT64_C(1795366800000));
	assert_true(in->bom);
	input_end(req);
	assert_string_equal(fault_of(&shape_report_sla, "to=2026-11-30", "from"), "required");
	assert_string_equal(fault_of(&shape_report_sla, "from=&to=2026-11-30", "from"), "required");
	assert_string_equal(
		fault_of(&shape_report_sla, "from=2026-13-01&to=2026-11-30", "from"), "bad_format");
	assert_string_equal(fault_of(&shape_report_sla,
				    "from=2026-11-01&to=2026-11-30&as_of=2026-11-23T00:00:00+07:00", "as_of"),
		"bad_format");
}

static void a_plus_is_a_blank(void **state)
{
	struct req *req = input_req();
	const struct contact_show *in =
		shape_from_query(req, &shape_contact_show, STR("purpose=G%E1%BB%8Di+l%E1%BA%A1i"));

	(void)state;
	assert_non_null(in);
	assert_str(in->purpose, "Gọi lại");
	input_end(req);
}

static void floods_are_bounded(void **state)
{
	static char query[16000];
	struct req *req = input_req();

	(void)state;
	while (strlen(query) < sizeof query - 20)
		strcat(query, "state=accepted&");
	assert_null(shape_from_query(req, &shape_ticket_list, str_of(query)));
	assert_true(req->nfaults <= REQ_FAULTS_MAX);
	assert_string_equal(input_fault(req, "state"), "too_many");
	input_end(req);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_without_a_query),
		cmocka_unit_test(fills_everything),
		cmocka_unit_test(numbers),
		cmocka_unit_test(every_fault_at_once),
		cmocka_unit_test(numbers_are_plain_decimals),
		cmocka_unit_test(dates_and_instants),
		cmocka_unit_test(a_plus_is_a_blank),
		cmocka_unit_test(floods_are_bounded),
	};

	return cmocka_run_group_tests(tests, input_setup, NULL);
}

/* The public calculator of deadlines. */
#include "app/deadline/deadline.h"

#include <errno.h>

#include "base/clock.h"
#include "civil/clock.h"
#include "civil/explain.h"
#include "gen/shapes.h"
#include "http/reply.h"

/* The department that was named, as long as it exists; NULL and a fault when it does not. */
static const struct department *named(struct req *req, struct str code)
{
	const struct city *city = req->app->city;
	const struct department *d = city_department(city, code);

	if (d && d == city_valid_department(
			      city, d, calendar_local_day(city->calendar, clock_wall_ms() / 1000)))
		return d;
	req_fault(req, "parameter", STR("department"), FAULT_ended);
	return NULL;
}

/* What lies outside the calendar: the start, or else the end. */
static void fault_range(struct req *req, const struct calendar *c, int64_t start)
{
	static const char *const ends[LANG_COUNT] = {
		[LANG_VI] = "lịch làm việc chỉ có đến", [LANG_EN] = "the calendar ends at"};
	char text[CLOCK_RFC3339_SIZE];
	int64_t first, last;

	calendar_span(c, &first, &last);
	clock_format(last * 1000, text);
	if (start < first)
		req_fault_limit_at(req, "parameter", STR("start"), FAULT_too_small, first * 1000);
	else if (start >= last)
		req_fault_limit_at(req, "parameter", STR("start"), FAULT_too_large, last * 1000 - 1);
	else
		req_fault_help(req, "parameter", STR("amount"), FAULT_too_large,
			arena_printf(req->arena, "%s %s", ends[req->lang], text));
}

static void explain(struct req *req, const struct explain_facts *facts)
{
	struct buf out = {.arena = req->arena};

	explain_write(&out, facts);
	reply_header(req, "Cache-Control", STR("public, max-age=60"));
	reply_json(req, 200, buf_str(&out));
}

/* GET /v1/deadline?start=2026-11-23T10:15:00+07:00&amount=8&unit=wh */
void deadline_explain(struct req *req)
{
	const struct deadline_explain *in = req->input;
	const struct department *d = NULL;
	struct deadline_run run;
	struct deadline_trace trace = {.runs = &run};
	/* Rounded down, also before 1970. */
	struct deadline_question q = {.start = in->start / 1000 - (in->start % 1000 < 0)};
	struct explain_facts facts = {.question = &q, .trace = &trace, .department = in->department};
	int64_t due;

	if (!req->app->city) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	if (in->department.at)
		d = named(req, in->department);
	facts.calendar = d ? d->calendar : req->app->city->calendar;
	deadline_unit_parse(in->unit, &q.terms.unit);
	q.terms.receipt = clock_receipt(in->receipt);
	q.terms.amount = in->amount;
	if (deadline_compute(facts.calendar, &q, &trace, &due) < 0)
		fault_range(req, facts.calendar, q.start);
	if (!reply_faults(req))
		explain(req, &facts);
}

/* How the date of a ticket's clock came about: counted once more, by the function that made it, in the
 * calendar as it was then. A second unit of work reads that calendar when it is not the one in memory any
 * more. */
#include "app/reference/explanation.h"

#include "app/reference/calendars.h"
#include "base/buf.h"
#include "base/clock.h"
#include "civil/clock.h"
#include "civil/explain.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/reference.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

/* The facts of the clock named in the path and its round, and when it stood still: for staff, or for the
 * citizen. */
static struct db_unit *read_clock(struct req *req)
{
	struct db_unit *u = db_unit(req);

	if (req->who.kind == WHO_TICKET) {
		const struct tracking_explain *in = req->input;

		sql_reference_clock_explained_tracked(u, .number = req->who.ticket_number,
			.generation = req->who.generation, .kind = req->args[0].text, .round = in->round);
		sql_ticket_pause_list_tracked(
			u, .number = req->who.ticket_number, .generation = req->who.generation);
	} else {
		const struct clock_explain *in = req->input;

		sql_reference_clock_explained(
			u, .ticket = req->args[0].uuid, .kind = req->args[1].text, .round = in->round);
		sql_ticket_pause_list(u, .ticket = req->args[0].uuid);
	}
	return u;
}

static void put_second(struct buf *out, const char *name, int64_t seconds)
{
	buf_member_instant(out, name, seconds == DB_NO_INT ? seconds : seconds * 1000);
}

/* What is known of the clock, then its explanation. */
static void put_clock(struct buf *out, const PGresult *clock, const struct explain_facts *facts)
{
	buf_byte(out, '{');
	buf_member(out, "kind", db_cell(clock, 0, "kind"));
	buf_member(out, "name_vi", db_cell(clock, 0, "name_vi"));
	buf_member(out, "name_en", db_cell(clock, 0, "name_en"));
	buf_printf(out, ",\"latest\":%s", db_cell_flag(clock, 0, "waits") ? "true" : "false");
	buf_member(out, "outcome", db_cell(clock, 0, "outcome"));
	put_second(out, "due_at", db_cell_int(clock, 0, "due_s"));
	put_second(out, "stopped_at", db_cell_int(clock, 0, "stop_s"));
	buf_put(out, STR(",\"policy\":{"));
	buf_member(out, "profile", db_cell(clock, 0, "profile"));
	if (db_cell(clock, 0, "department").at)
		buf_member(out, "department", db_cell(clock, 0, "department"));
	buf_member(out, "citation_vi", db_cell(clock, 0, "citation_vi"));
	buf_member(out, "citation_en", db_cell(clock, 0, "citation_en"));
	buf_put(out, STR("},\"explanation\":"));
	explain_write(out, facts);
	buf_byte(out, '}');
}

/* The pauses that the clock has seen: one that began after it had stopped is none of its own. */
static struct deadline_pause *pauses_of(
	struct req *req, const PGresult *clock, const PGresult *rows, size_t *ret_n)
{
	int n = PQntuples(rows);
	struct deadline_pause *pauses = arena_alloc(req->arena, ((size_t)n + 1) * sizeof(*pauses));
	int64_t stop = db_cell_int(clock, 0, "stop_s");

	*ret_n = 0;
	for (int i = 0; db_cell_flag(clock, 0, "pauses") && i < n; i++) {
		struct deadline_pause p = {db_cell_int(rows, i, "from_s"), db_cell_int(rows, i, "until_s")};
		if (stop == DB_NO_INT || p.from < stop)
			pauses[(*ret_n)++] = p;
	}
	return pauses;
}

static void explain(struct req *req, PGresult *const *results, const struct calendar *calendar)
{
	const PGresult *clock = answer_find(results, "citation_vi"), *rows = answer_find(results, "from_s");
	struct deadline_question question = {.start = db_cell_int(clock, 0, "start_s"),
		.terms = {.receipt = clock_receipt(db_cell(clock, 0, "receipt")),
			.amount = db_cell_int(clock, 0, "amount"),
			.extension = db_cell_int(clock, 0, "extension")}};
	struct deadline_trace trace;
	struct buf out = {.arena = req->arena};
	int64_t due;

	question.pauses = pauses_of(req, clock, rows, &question.npauses);
	trace.runs = arena_alloc(req->arena, (question.npauses + 1) * sizeof(*trace.runs));
	if (!deadline_unit_parse(db_cell(clock, 0, "unit"), &question.terms.unit) ||
		deadline_compute(calendar, &question, &trace, &due) < 0) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	put_clock(&out, clock,
		&(struct explain_facts){.calendar = calendar,
			.question = &question,
			.trace = &trace,
			.started = {db_cell(clock, 0, "started_vi"), db_cell(clock, 0, "started_en")}});
	reply_json(req, 200, buf_str(&out));
}

static void with_version(struct req *req, PGresult *const *results)
{
	const struct calendar_rows rows = {.calendars = answer_find(results, "zone"),
		.hours = answer_find(results, "opens"),
		.days = answer_find(results, "works")};
	struct str reason;
	const PGresult *clock = answer_find(results, "citation_vi");
	int year;

	if (PQntuples(clock) == 0) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	clock_civil_from_days(
		(int32_t)(db_cell_int(clock, 0, "start_s") / 86400), &year, &(int){0}, &(int){0});
	const struct calendar *const *then = calendars_from_rows(req->arena, &rows, year, &reason);
	if (!then || PQntuples(rows.calendars) == 0)
		reply_problem(req, PROBLEM_internal, STR_NONE);
	else
		explain(req, results, then[0]);
}

static void with_clock(struct req *req, PGresult *const *results)
{
	const PGresult *clock = answer_find(results, "citation_vi");

	if (PQntuples(clock) == 0) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	struct str code = db_cell(clock, 0, "calendar");
	int64_t version = db_cell_int(clock, 0, "version");
	const struct calendar *now = req->app->city ? city_calendar(req->app->city, code) : NULL;
	if (now && calendar_version(now) == version) {
		explain(req, results, now);
		return;
	}
	struct db_unit *u = read_clock(req);
	sql_reference_version_calendar(u, .calendar = code, .version = version);
	sql_reference_version_hours(u, .calendar = code, .version = version);
	sql_reference_version_days(u, .calendar = code, .version = version);
	db_run(u, with_version);
}

void clock_explain(struct req *req)
{
	db_run(read_clock(req), with_clock);
}

void tracking_explain(struct req *req)
{
	db_run(read_clock(req), with_clock);
}

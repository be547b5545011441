/* One calendar through the API: shown as JSON, iCalendar or CSV, and changed by a text. Changing by iCalendar
 * takes two units, one after the other: the text cannot be read before the zone of the calendar is known. */
#include "app/reference/exchange.h"
#include "app/reference/reference.h"
#include "base/rows.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/reference.h"
#include "http/negotiate.h"
#include "http/reply.h"

/* The order of the statements that make a calendar. */
static struct calendar_rows rows_of(PGresult *const *results)
{
	return (struct calendar_rows){results[0], results[1], results[2]};
}

static void load(struct db_unit *u, struct str code, int64_t version)
{
	sql_reference_version_calendar(u, .calendar = code, .version = version);
	sql_reference_version_hours(u, .calendar = code, .version = version);
	sql_reference_version_days(u, .calendar = code, .version = version);
}

static bool is_missing(struct req *req, PGresult *const *results)
{
	if (PQntuples(results[0]) > 0)
		return false;
	reply_problem(req, PROBLEM_not_found, STR_NONE);
	return true;
}

static void answer_file(struct req *req, PGresult *const *results, const char *type, struct str text)
{
	const char *suffix = str_starts(str_of(type), STR("text/csv")) ? "csv" : "ics";

	reply_header(req, "Content-Disposition",
		arena_printf(req->arena, "attachment; filename=\"%.*s-%.*s.%s\"",
			STR_ARG(db_cell(results[0], 0, "code")), STR_ARG(db_cell(results[0], 0, "version")),
			suffix));
	/* A tag of its own: the file is another representation than the JSON of the same version. */
	reply_etag(
		req, arena_printf(req->arena, "%.*s-%s", STR_ARG(db_cell(results[0], 0, "version")), suffix));
	reply_bytes(req, 200, type, text);
}

static void answer_ical(struct req *req, PGresult *const *results)
{
	const struct calendar_rows rows = rows_of(results);

	if (is_missing(req, results))
		return;
	struct str text = exchange_ical(req->arena, &rows);
	if (text.at)
		answer_file(req, results, "text/calendar; charset=utf-8", text);
	else
		reply_problem(req, PROBLEM_internal, STR_NONE);
}

static void answer_csv(struct req *req, PGresult *const *results)
{
	if (!is_missing(req, results))
		answer_file(req, results, "text/csv; charset=utf-8; header=present",
			exchange_csv(req->arena, results[2]));
}

void calendar_show(struct req *req)
{
	const struct calendar_show *in = req->input;
	struct str accept = req_field(req, "Accept"), code = req->args[0].text;
	int json = negotiate_media(accept, STR("application/json")),
	    ical = negotiate_media(accept, STR("text/calendar")),
	    csv = negotiate_media(accept, STR("text/csv"));

	reply_header(req, "Vary", STR("Accept"));
	if (json == 0 && ical == 0 && csv == 0) {
		reply_problem(req, PROBLEM_not_acceptable, STR_NONE);
		return;
	}
	if (!str_is_utf8(code)) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	struct db_unit *u = db_unit(req);
	if (json >= ical && json >= csv) {
		sql_reference_calendar_show(u, .calendar = code, .version = in->version);
		db_run(u, answer_object);
		return;
	}
	load(u, code, in->version);
	db_run(u, ical >= csv ? answer_ical : answer_csv);
}

/* The faults that the database found, or what has changed. */
static void put_done(struct req *req, PGresult *const *results)
{
	const PGresult *r = answer_find(results, "message");
	const char *told = req->lang == LANG_VI ? "message_vi" : "message";

	for (int i = 0; i < PQntuples(r); i++)
		if (db_cell(r, i, told).at)
			req_fault_line(req, STR("/text"), (unsigned)db_cell_int(r, i, "line"),
				arena_str(req->arena, db_cell(r, i, told)));
	if (!reply_faults(req))
		answer_object(req, results);
}

/* Absent hours stay as they are. */
static void put(struct req *req, struct str hours, struct str days)
{
	const struct calendar_put *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_reference_calendar_put(u, .calendar = req->args[0].text, .version = req->if_match, .hours = hours,
		.days = days, .dry_run = in->dry_run, .event = uuid_new());
	db_run(u, put_done);
}

static void put_csv(struct req *req)
{
	const struct calendar_put *in = req->input;
	struct rows_fault fault;
	struct str rows = rows_from_csv(req->arena, in->text, &fault);

	if (rows.at) {
		put(req, STR_NONE, rows);
		return;
	}
	req_fault_line(req, STR("/text"), fault.line, fault.reason[req->lang]);
	reply_faults(req);
}

/* The calendar is known: the text can be read. */
static void put_ical(struct req *req, PGresult *const *results)
{
	const struct calendar_put *in = req->input;
	const struct ical_reading *r = NULL;
	struct ical of;

	if (is_missing(req, results))
		return;
	if (exchange_open(req->arena, results[0], &of))
		r = ical_read(req->arena, in->text, &of);
	if (!r) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	for (unsigned i = 0; i < r->nfaults; i++)
		req_fault_line(req, STR("/text"), r->faults[i].line,
			ical_fault_text(req->arena, &r->faults[i], req->lang == LANG_EN));
	if (!reply_faults(req))
		put(req, exchange_hours(req->arena, &r->calendar), exchange_days(req->arena, &r->calendar));
}

void calendar_put(struct req *req)
{
	const struct calendar_put *in = req->input;

	if (!str_is_utf8(req->args[0].text)) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	if (str_eq(in->format, STR("csv"))) {
		put_csv(req);
		return;
	}
	struct db_unit *u = db_unit(req);
	sql_reference_version_calendar(u, .calendar = req->args[0].text, .version = DB_NO_INT);
	db_run(u, put_ical);
}

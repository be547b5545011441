/* The backlog: days, rows and the total come in one result. */
#include "app/report/backlog.h"

#include "app/report/form.h"
#include "base/clock.h"
#include "base/config.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/report.h"
#include "http/reply.h"

enum {
	DAYS_MAX = 366
};

static const char *const columns[] = {"key", "name_vi", "name_en", "first", "last", "filed", "came",
	"reopened", "answered", "refused", "withdrawn", "merged", "passed", "open", "overdue"};
enum {
	NCOLUMNS = sizeof(columns) / sizeof(columns[0]),
	NWHAT = 5, /* which days of what; then counts */
	NCOUNTS = NCOLUMNS - NWHAT
};

static bool is_what(const PGresult *rows, int r, const char *what)
{
	return str_eq(db_cell(rows, r, "what"), str_of(what));
}

/* Answers 422 when the key that was asked for has no name. */
static bool is_known(struct req *req, const PGresult *rows)
{
	for (int r = 0; r < PQntuples(rows); r++)
		if (is_what(rows, r, "row") && !db_cell(rows, r, "name_vi").at) {
			req_fault(req, "parameter", STR("key"), FAULT_not_listed);
			reply_faults(req);
			return false;
		}
	return true;
}

static void answer_csv(struct req *req, PGresult *const *results)
{
	const struct report_backlog *in = req->input;
	const struct form form = {"backlog", in->from, in->to, in->bom, columns, NCOLUMNS};

	if (is_known(req, results[0]))
		form_csv(req, &form, results[0]);
}

static void put_counts(struct buf *b, const PGresult *rows, int r)
{
	form_put_counts(b, columns + NWHAT, NCOUNTS, rows, r);
	buf_byte(b, '}');
}

static void put_days(struct buf *b, const PGresult *rows)
{
	bool first = true;

	for (int r = 0; r < PQntuples(rows); r++) {
		if (!is_what(rows, r, "day"))
			continue;
		buf_printf(b, "%s{\"day\":\"%.*s\",", first ? "" : ",", STR_ARG(db_cell(rows, r, "first")));
		put_counts(b, rows, r);
		first = false;
	}
}

static void put_rows(struct buf *b, const PGresult *rows)
{
	bool first = true;

	for (int r = 0; r < PQntuples(rows); r++) {
		if (!is_what(rows, r, "row"))
			continue;
		buf_put(b, first ? STR("{") : STR(",{"));
		form_put_names(b, rows, r);
		put_counts(b, rows, r);
		first = false;
	}
}

static void answer_json(struct req *req, PGresult *const *results)
{
	const struct report_backlog *in = req->input;
	const PGresult *rows = results[0];
	struct buf b = {.arena = req->arena};
	char as_of[CLOCK_RFC3339_SIZE];

	if (!is_known(req, rows))
		return;
	clock_format(req_began_ms(req), as_of);
	buf_printf(&b, "{\"from\":\"%.*s\",\"to\":\"%.*s\",\"by\":\"%.*s\",\"key\":", STR_ARG(in->from),
		STR_ARG(in->to), STR_ARG(in->by));
	buf_json(&b, in->key);
	buf_printf(&b, ",\"as_of\":\"%s\",\"days\":[", as_of);
	put_days(&b, rows);
	buf_put(&b, STR("],\"rows\":["));
	put_rows(&b, rows);
	buf_put(&b, STR("],\"total\":{"));
	put_counts(&b, rows, PQntuples(rows) - 1); /* the last row */
	buf_byte(&b, '}');
	reply_json(req, 200, buf_str(&b));
}

static void refuse_to(struct req *req, int32_t most)
{
	req_fault_limit(req, "parameter", STR("to"), FAULT_too_large, clock_date_text(req->arena, most));
	reply_faults(req);
}

void report_backlog(struct req *req)
{
	const struct report_backlog *in = req->input;
	int32_t from, to;
	bool csv;

	if (!form_asked(req, in->from, in->to, &csv))
		return;
	if (clock_parse_date(in->from, &from) == 0 && clock_parse_date(in->to, &to) == 0 &&
		to - from >= DAYS_MAX) {
		refuse_to(req, from + DAYS_MAX - 1);
		return;
	}
	struct db_unit *u = db_unit(req);
	sql_report_backlog(u, .from = in->from, .to = in->to, .by = in->by, .key = in->key,
		.now = req_began_ms(req), .zone = str_of(req->app->config->zone));
	db_run(u, csv ? answer_csv : answer_json);
}

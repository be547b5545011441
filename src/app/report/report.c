/* The 2x2: rows come from PostgreSQL; JSON or CSV is a matter of taste of the caller. */
#include "app/report/report.h"

#include "app/report/form.h"
#include "base/clock.h"
#include "base/config.h"
#include "civil/times.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/report.h"
#include "http/reply.h"

/* Names first, then counts; last, when departments are rolled to those of today, the codes of those that a
 * row came from, and which of them were divided. The last row of the result, without key, is the total. */
static const char *const columns[] = {"key", "name_vi", "name_en", "answered_on_time", "answered_late",
	"open_in_time", "open_overdue", "no_clock", "merged", "withdrawn", "total", "returned", "rolled_from",
	"split_from"};
enum {
	NNAMES = 3,
	NALL = sizeof(columns) / sizeof(columns[0]),
	NCOLUMNS = NALL - 2
};

static bool is_rolled(const struct req *req)
{
	const struct report_sla *in = req->input;

	return str_eq(in->lineage, STR("rolled")) && str_eq(in->by, STR("department"));
}

/* The instant the figures stand for: what was asked for, else when the request came. */
static int64_t instant_of(struct req *req)
{
	const struct report_sla *in = req->input;

	return in->as_of != SHAPE_NO_NUMBER ? in->as_of
					    : clock_wall_ms() - (clock_mono_us() - req->began_us) / 1000;
}

static void answer_csv(struct req *req, PGresult *const *results)
{
	const struct report_sla *in = req->input;
	const struct form form = {
		"sla", in->from, in->to, in->bom, columns, is_rolled(req) ? NALL : NCOLUMNS};

	form_csv(req, &form, results[0]);
}

static void put_counts(struct buf *b, const PGresult *rows, int r)
{
	form_put_counts(b, columns + NNAMES, NCOLUMNS - NNAMES, rows, r);
}

/* How long the answers that a row counts took; null: there are none. */
static void put_times(struct buf *b, const PGresult *rows, int r)
{
	static const int percents[] = {50, 90, 95};
	struct times times;

	buf_put(b, STR(",\"answer_time\":"));
	if (!times_read(db_cell(rows, r, "times"), &times) || times.n == 0) {
		buf_put(b, STR("null"));
		return;
	}
	buf_printf(b, "{\"answers\":%ld", (long)times.n);
	for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++)
		buf_printf(b, ",\"p%d_s\":%ld", percents[i], (long)times_percentile(&times, percents[i]));
	buf_byte(b, '}');
}

/* A member with codes that stand in one cell, separated by blanks. */
static void put_codes(struct buf *b, const char *name, struct str cell)
{
	struct str code;

	buf_printf(b, ",\"%s\":[", name);
	for (bool first = true; str_next(&cell, ' ', &code); first = false) {
		buf_put(b, first ? STR_NONE : STR(","));
		buf_json(b, code);
	}
	buf_byte(b, ']');
}

static void put_row(struct req *req, struct buf *b, const PGresult *rows, int r)
{
	buf_put(b, r == 0 ? STR("{") : STR(",{"));
	form_put_names(b, rows, r);
	put_counts(b, rows, r);
	put_times(b, rows, r);
	for (int c = NCOLUMNS; is_rolled(req) && c < NALL; c++)
		put_codes(b, columns[c], db_cell(rows, r, columns[c]));
	buf_byte(b, '}');
}

static void answer_json(struct req *req, PGresult *const *results)
{
	const struct report_sla *in = req->input;
	const PGresult *rows = results[0];
	int total = PQntuples(rows) - 1;
	struct buf b = {.arena = req->arena};
	char as_of[CLOCK_RFC3339_SIZE];

	clock_format(instant_of(req), as_of);
	buf_printf(&b,
		"{\"from\":\"%.*s\",\"to\":\"%.*s\",\"by\":\"%.*s\",\"as_of\":\"%s\",\"lineage\":"
		"\"%s\",\"rows\":[",
		STR_ARG(in->from), STR_ARG(in->to), STR_ARG(in->by), as_of,
		is_rolled(req) ? "rolled" : "then");
	for (int r = 0; r < total; r++)
		put_row(req, &b, rows, r);
	buf_put(&b, STR("],\"total\":{"));
	put_counts(&b, rows, total);
	buf_byte(&b, '}');
	put_times(&b, rows, total);
	buf_byte(&b, '}');
	reply_json(req, 200, buf_str(&b));
}

void report_sla(struct req *req)
{
	const struct report_sla *in = req->input;
	bool csv;

	if (!form_asked(req, in->from, in->to, &csv))
		return;
	struct db_unit *u = db_unit(req);
	if (is_rolled(req))
		sql_report_sla_rolled(u, .from = in->from, .to = in->to, .as_of = instant_of(req),
			.zone = str_of(req->app->config->zone));
	else
		sql_report_sla(u, .from = in->from, .to = in->to, .by = in->by, .as_of = instant_of(req),
			.zone = str_of(req->app->config->zone));
	db_run(u, csv ? answer_csv : answer_json);
}

/* How long tickets stay: rows come from PostgreSQL, percentiles are read from their histograms. */
#include "app/report/stays.h"

#include <inttypes.h>

#include "app/report/form.h"
#include "base/clock.h"
#include "base/config.h"
#include "civil/times.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/report.h"
#include "http/reply.h"

enum column {
	KEY,
	NAME_VI,
	NAME_EN,
	ENDED,
	MEAN,
	P50,
	P90,
	LASTING,
	OLDEST,
	NCOLUMNS
};
static const char *const columns[NCOLUMNS] = {
	"key", "name_vi", "name_en", "ended", "mean_s", "p50_s", "p90_s", "lasting", "oldest_s"};

/* A number of a row; DB_NO_INT: there is none. */
static int64_t number_of(const PGresult *rows, int r, enum column column)
{
	int64_t ended = db_cell_int(rows, r, "ended");
	struct times times;

	switch (column) {
	case MEAN:
		return ended > 0 ? db_cell_int(rows, r, "seconds") / ended : DB_NO_INT;
	case P50:
	case P90:
		return ended > 0 && times_read(db_cell(rows, r, "times"), &times)
			       ? times_percentile(&times, column == P50 ? 50 : 90)
			       : DB_NO_INT;
	default:
		return db_cell_int(rows, r, columns[column]);
	}
}

static struct str cell_of(struct req *req, const PGresult *rows, int r, int column)
{
	if (column <= NAME_EN)
		return db_cell(rows, r, columns[column]);
	int64_t n = number_of(rows, r, (enum column)column);

	return n == DB_NO_INT ? STR_NONE : arena_printf(req->arena, "%" PRId64, n);
}

static void answer_csv(struct req *req, PGresult *const *results)
{
	const struct report_stays *in = req->input;
	const struct form form = {"stays", in->from, in->to, in->bom, columns, NCOLUMNS, .cell = cell_of};

	form_csv(req, &form, results[0]);
}

static void put_row(struct buf *b, const PGresult *rows, int r)
{
	buf_put(b, r == 0 ? STR("{") : STR(",{"));
	form_put_names(b, rows, r);
	for (enum column c = ENDED; c < NCOLUMNS; c++) {
		int64_t n = number_of(rows, r, c);

		buf_printf(b, "%s\"%s\":", c == ENDED ? "" : ",", columns[c]);
		if (n == DB_NO_INT)
			buf_put(b, STR("null"));
		else
			buf_printf(b, "%" PRId64, n);
	}
	buf_byte(b, '}');
}

static void answer_json(struct req *req, PGresult *const *results)
{
	const struct report_stays *in = req->input;
	struct buf b = {.arena = req->arena};
	char as_of[CLOCK_RFC3339_SIZE];

	clock_format(req_began_ms(req), as_of);
	buf_printf(&b, "{\"from\":\"%.*s\",\"to\":\"%.*s\",\"by\":\"%.*s\",\"as_of\":\"%s\",\"rows\":[",
		STR_ARG(in->from), STR_ARG(in->to), STR_ARG(in->by), as_of);
	for (int r = 0; r < PQntuples(results[0]); r++)
		put_row(&b, results[0], r);
	buf_put(&b, STR("]}"));
	reply_json(req, 200, buf_str(&b));
}

void report_stays(struct req *req)
{
	const struct report_stays *in = req->input;
	bool csv;

	if (!form_asked(req, in->from, in->to, &csv))
		return;
	struct db_unit *u = db_unit(req);
	sql_report_stays(u, .from = in->from, .to = in->to, .by = in->by, .now = req_began_ms(req),
		.zone = str_of(req->app->config->zone));
	db_run(u, csv ? answer_csv : answer_json);
}

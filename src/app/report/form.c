/* Reports as CSV, and what their JSON has in common. */
#include "app/report/form.h"

#include "base/csv.h"
#include "db/answer.h"
#include "http/negotiate.h"
#include "http/reply.h"

bool form_asked(struct req *req, struct str from, struct str to, bool *ret_csv)
{
	struct str accept = req_field(req, "Accept");
	int json = negotiate_media(accept, STR("application/json")),
	    csv = negotiate_media(accept, STR("text/csv"));

	reply_header(req, "Vary", STR("Accept"));
	*ret_csv = csv > json;
	if (json == 0 && csv == 0) {
		reply_problem(req, PROBLEM_not_acceptable, STR_NONE);
		return false;
	}
	if (str_compare(from, to) > 0) {
		req_fault_limit(req, "parameter", STR("to"), FAULT_too_small, from);
		reply_faults(req);
		return false;
	}
	return true;
}

void form_csv(struct req *req, const struct form *form, const PGresult *rows)
{
	struct buf b = {.arena = req->arena};

	if (form->bom)
		buf_put(&b, STR("\xEF\xBB\xBF"));
	for (int c = 0; c < form->ncolumns; c++)
		csv_cell(&b, str_of(form->columns[c]), c == 0);
	csv_end(&b);
	for (int r = 0; r < PQntuples(rows); r++) {
		for (int c = 0; c < form->ncolumns; c++) {
			struct str cell =
				form->cell ? form->cell(req, rows, r, c) : db_cell(rows, r, form->columns[c]);

			csv_cell(&b, c == 0 && !cell.at ? STR("total") : cell, c == 0);
		}
		csv_end(&b);
	}
	reply_header(req, "Content-Disposition",
		arena_printf(req->arena, "attachment; filename=\"%s-%.*s-%.*s.csv\"", form->name,
			STR_ARG(form->from), STR_ARG(form->to)));
	reply_bytes(req, 200, "text/csv; charset=utf-8; header=present", buf_str(&b));
}

void form_put_counts(struct buf *b, const char *const *columns, int ncolumns, const PGresult *rows, int r)
{
	for (int c = 0; c < ncolumns; c++)
		buf_printf(b, "%s\"%s\":%ld", c == 0 ? "" : ",", columns[c],
			(long)db_cell_int(rows, r, columns[c]));
}

void form_put_names(struct buf *b, const PGresult *rows, int r)
{
	static const char *const names[] = {"key", "name_vi", "name_en"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		buf_printf(b, "\"%s\":", names[i]);
		buf_json(b, db_cell(rows, r, names[i]));
		buf_byte(b, ',');
	}
}

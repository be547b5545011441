/* The configuration through the API: each kind as rows or as a file, changed as a whole or by some rows,
 * compared with files, all of it in one archive, and who changed what. */
#include "app/configuration/configuration.h"

#include "app/configuration/sheet.h"
#include "base/digest.h"
#include "base/rows.h"
#include "base/tar.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/configuration.h"
#include "http/negotiate.h"
#include "http/reply.h"

void configuration_list(struct req *req)
{
	const struct configuration_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_configuration_list(u, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

/* --- reading one kind ----------------------------------------------------------------------------------- */

static void answer_csv(struct req *req, PGresult *const *results)
{
	const struct configuration_show *in = req->input;
	struct buf b = {.arena = req->arena};
	struct sheet sheet;
	int row = 0;

	if (!sheet_next(req->arena, results[0], &row, &sheet)) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	if (in->bom)
		buf_put(&b, STR("\xEF\xBB\xBF"));
	buf_put(&b, sheet.text);
	reply_header(req, "Content-Disposition",
		arena_printf(req->arena, "attachment; filename=\"%.*s\"", STR_ARG(sheet.name)));
	/* A tag of its own: the file is another representation than the JSON of the same version. */
	reply_etag(req, arena_printf(req->arena, "%.*s-csv%s", STR_ARG(sheet.etag), in->bom ? "-bom" : ""));
	reply_bytes(req, 200, "text/csv; charset=utf-8; header=present", buf_str(&b));
}

/* Nothing in the database has a name that is not UTF-8. */
static bool is_named(struct req *req)
{
	if (str_is_utf8(req->args[0].text))
		return true;
	reply_problem(req, PROBLEM_not_found, STR_NONE);
	return false;
}

void configuration_show(struct req *req)
{
	struct str accept = req_field(req, "Accept");
	int json = negotiate_media(accept, STR("application/json")),
	    csv = negotiate_media(accept, STR("text/csv"));

	reply_header(req, "Vary", STR("Accept"));
	if (json == 0 && csv == 0) {
		reply_problem(req, PROBLEM_not_acceptable, STR_NONE);
		return;
	}
	if (!is_named(req))
		return;
	struct db_unit *u = db_unit(req);
	if (json >= csv) {
		sql_configuration_show(u, .kind = req->args[0].text);
		db_run(u, answer_object);
		return;
	}
	sql_configuration_read(u, .kind = req->args[0].text);
	db_run(u, answer_csv);
}

/* --- changing it ---------------------------------------------------------------------------------------- */

static struct str told(const struct req *req, const PGresult *r, int i)
{
	return arena_str(req->arena, db_cell(r, i, req->lang == LANG_VI ? "message_vi" : "message"));
}

/* The faults that the database found, with the lines of the text, or what has changed. */
static void text_done(struct req *req, PGresult *const *results)
{
	const PGresult *r = answer_find(results, "message");

	for (int i = 0; i < PQntuples(r); i++)
		if (db_cell(r, i, "message").at)
			req_fault_line(
				req, STR("/text"), (unsigned)db_cell_int(r, i, "line"), told(req, r, i));
	if (!reply_faults(req))
		answer_object(req, results);
}

/* Line 0 is a row that was there already, and line 1 also stands for all of them. */
static struct str row_pointer(const struct req *req, const PGresult *r, int i)
{
	int64_t line = db_cell_int(r, i, "line");
	struct str name = db_cell(r, i, "name");

	if (line < 1)
		return STR("/rows");
	return arena_printf(
		req->arena, "/rows/%lld%s%.*s", (long long)line - 1, name.at ? "/" : "", STR_ARG(name));
}

static void rows_done(struct req *req, PGresult *const *results)
{
	const PGresult *r = answer_find(results, "message");

	for (int i = 0; i < PQntuples(r); i++)
		if (db_cell(r, i, "message").at)
			req_fault_line(req, row_pointer(req, r, i), 0, told(req, r, i));
	if (!reply_faults(req))
		answer_object(req, results);
}

void configuration_put(struct req *req)
{
	const struct configuration_put *in = req->input;
	struct rows_fault fault;

	if (!is_named(req))
		return;
	struct str rows = rows_from_csv(req->arena, in->text, &fault);
	if (!rows.at) {
		req_fault_line(req, STR("/text"), fault.line, fault.reason[req->lang]);
		reply_faults(req);
		return;
	}
	struct db_unit *u = db_unit(req);
	sql_configuration_put(
		u, .kind = req->args[0].text, .version = req->if_match, .rows = rows, .dry_run = in->dry_run);
	db_run(u, text_done);
}

void configuration_rows(struct req *req)
{
	const struct configuration_rows *in = req->input;

	if (!is_named(req))
		return;
	struct db_unit *u = db_unit(req);
	sql_configuration_put(u, .kind = req->args[0].text, .version = req->if_match, .rows = in->rows,
		.some = true, .dry_run = in->dry_run);
	db_run(u, rows_done);
}

/* --- all of it ------------------------------------------------------------------------------------------ */

static struct str file_pointer(const struct req *req, int64_t file)
{
	return arena_printf(req->arena, "/files/%lld/text", (long long)file);
}

static void compared(struct req *req, PGresult *const *results)
{
	const PGresult *r = answer_find(results, "message");

	for (int i = 0; i < PQntuples(r); i++)
		if (db_cell(r, i, "message").at)
			req_fault_line(req, file_pointer(req, db_cell_int(r, i, "file")),
				(unsigned)db_cell_int(r, i, "line"), told(req, r, i));
	if (!reply_faults(req))
		answer_object(req, results);
}

void configuration_compare(struct req *req)
{
	const struct configuration_compare *in = req->input;
	const struct configuration_compare_files *files = in->files.items;
	struct buf b = {.arena = req->arena};
	struct rows_fault fault;

	for (size_t i = 0; i < in->files.n; i++) {
		struct str rows = rows_from_csv(req->arena, files[i].text, &fault);
		if (!rows.at)
			req_fault_line(
				req, file_pointer(req, (int64_t)i), fault.line, fault.reason[req->lang]);
		buf_put(&b, i > 0 ? STR(",{\"kind\":") : STR("[{\"kind\":"));
		buf_json(&b, files[i].kind);
		buf_printf(&b, ",\"rows\":%.*s}", STR_ARG(rows));
	}
	buf_byte(&b, ']');
	if (req->nfaults > 0) {
		reply_faults(req);
		return;
	}
	struct db_unit *u = db_unit(req);
	sql_configuration_compare(u, .files = buf_str(&b));
	db_run(u, compared);
}

static void answer_archive(struct req *req, PGresult *const *results)
{
	struct sheets all;
	struct buf b = {.arena = req->arena};

	sheets_all(req->arena, answer_find(results, "is_last"), answer_find(results, "number"), &all);
	for (unsigned i = 0; i < all.n; i++)
		tar_put(&b, all.sheet[i].name, all.sheet[i].text);
	for (unsigned i = 0; i < all.nrules; i++)
		tar_put(&b, all.rules[i].name, all.rules[i].text);
	struct str manifest = sheets_manifest(req->arena, &all);
	struct digest hash = digest_sha256(manifest);
	tar_put(&b, STR(SHEET_MANIFEST), manifest);
	tar_end(&b);
	reply_header(req, "Content-Disposition", STR("attachment; filename=\"configuration.tar\""));
	reply_etag(req, digest_hex(req->arena, digest_bytes(&hash)));
	reply_bytes(req, 200, "application/x-tar", buf_str(&b));
}

void configuration_archive(struct req *req)
{
	if (negotiate_media(req_field(req, "Accept"), STR("application/x-tar")) == 0) {
		reply_problem(req, PROBLEM_not_acceptable, STR_NONE);
		return;
	}
	struct db_unit *u = db_unit(req);
	sql_configuration_read(u, .kind = STR_NONE);
	sql_configuration_rules(u);
	db_run(u, answer_archive);
}

/* --- who changed what ----------------------------------------------------------------------------------- */

void configuration_change_list(struct req *req)
{
	const struct configuration_change_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_configuration_change_list(u, .kind = in->kind, .from = in->from, .to = in->to,
		.after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

void configuration_change_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_configuration_change_show(u, .id = req->args[0].uuid);
	db_run(u, answer_object);
}

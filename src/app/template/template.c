/* Reply templates: keeping them, and those that fit a ticket, filled in. */
#include "app/template/template.h"

#include "app/record/once.h"
#include "base/clock.h"
#include "civil/template.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/template.h"
#include "http/reply.h"

enum {
	VARIABLES = 7
};

/* The words of a template, with its variables when they are of a ticket. */
static struct str words_of(struct req *req, const PGresult *rows, int row)
{
	/* Names and columns; the same names as in the constraint reply_template_variables. */
	static const char *const names[VARIABLES] = {
		"code", "title", "department", "category", "area", "filed", "today"};
	struct template_value values[VARIABLES];
	struct buf out = {.arena = req->arena};
	struct str words = db_cell(rows, row, "words");

	for (int i = 0; i < VARIABLES; i++)
		values[i] = (struct template_value){str_of(names[i]), db_cell(rows, row, names[i])};
	if (!values[0].value.at || template_fill(&out, words, TEMPLATE_TEXT, values, VARIABLES))
		return words;
	return buf_str(&out);
}

/* The item is a JSON object; its text is added. */
static void put_item(struct req *req, const PGresult *rows, int row, struct buf *out)
{
	struct str item = db_cell(rows, row, "item");

	buf_put(out, (struct str){item.at, item.len - 1});
	buf_member(out, "text", words_of(req, rows, row));
	buf_byte(out, '}');
}

void reply_template_list(struct req *req)
{
	const struct reply_template_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	page_items(req, put_item);
	struct db_unit *u = db_unit(req);
	sql_template_list(u, .ticket = in->ticket, .purpose = in->purpose, .language = in->language,
		.now = clock_wall_ms(), .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

void reply_template_add(struct req *req)
{
	const struct reply_template_add *in = req->input;
	struct uuid id = uuid_new();
	struct db_unit *u = db_unit(req);

	once_claim_versioned(u, req);
	sql_template_save(u, .id = id, .version = DB_NO_INT, .department = in->department,
		.purpose = in->purpose, .language = in->language, .category = in->category, .kind = in->kind,
		.title = in->title, .text = in->text, .valid_from = in->valid_from, .at = clock_wall_ms());
	if (req->once_key.at)
		sql_template_made(u, .key = req->once_key, .id = id);
	db_run(u, answer_created);
}

void reply_template_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_template_show(u, .id = req->args[0].uuid);
	db_run(u, answer_object);
}

void reply_template_put(struct req *req)
{
	const struct reply_template_put *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_template_save(u, .id = req->args[0].uuid, .version = req->if_match, .purpose = in->purpose,
		.language = in->language, .category = in->category, .kind = in->kind, .title = in->title,
		.text = in->text, .valid_from = in->valid_from, .at = clock_wall_ms());
	db_run(u, answer_object);
}

void reply_template_end(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_template_end(u, .id = req->args[0].uuid, .version = req->if_match, .at = clock_wall_ms());
	db_run(u, answer_nothing);
}

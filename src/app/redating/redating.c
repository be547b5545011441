/* Re-dating: asking, the preview, and the switch. */
#include "app/redating/redating.h"

#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/redating.h"
#include "http/reply.h"

static void asked(struct req *req, PGresult *const *results)
{
	struct str body = db_cell(answer_find(results, "body"), 0, "body");

	reply_header(req, "Location", req->made);
	reply_json(req, 201, body);
}

void redating_ask(struct req *req)
{
	const struct redating_ask *in = req->input;
	struct uuid id = uuid_new();
	char text[UUID_TEXT_SIZE];
	struct db_unit *u = db_unit(req);

	uuid_format(&id, text);
	req->made = arena_printf(req->arena, "/v1/redatings/%s", text);
	sql_redating_ask(u, .id = id, .reason = in->reason, .policies = in->policies, .event = uuid_new());
	db_run(u, asked);
}

void redating_list(struct req *req)
{
	const struct redating_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_redating_list(u, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

void redating_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_redating_show(u, .id = req->args[0].uuid);
	db_run(u, answer_object);
}

void redating_tickets(struct req *req)
{
	const struct redating_tickets *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_redating_tickets(u, .redating = req->args[0].uuid, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

/* Changes that need nothing but the id. */
#define CHANGE(name)                                                                                         \
	void redating_##name(struct req *req)                                                                \
	{                                                                                                    \
		struct db_unit *u = db_unit(req);                                                            \
                                                                                                             \
		sql_redating_##name(u, .id = req->args[0].uuid, .event = uuid_new());                        \
		db_run(u, answer_object);                                                                    \
	}

CHANGE(apply)
CHANGE(undo)
CHANGE(settle)
CHANGE(drop)

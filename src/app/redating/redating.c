/* Re-dating: asking, the preview, and the switch. */
#include "app/redating/redating.h"

#include "app/record/once.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/redating.h"
#include "http/reply.h"

void redating_ask(struct req *req)
{
	const struct redating_ask *in = req->input;
	struct uuid id = uuid_new();
	struct db_unit *u = db_unit(req);

	once_claim_created(u, req);
	sql_redating_ask(u, .id = id, .reason = in->reason, .policies = in->policies, .event = uuid_new());
	if (req->once_key.at)
		sql_redating_made(u, .key = req->once_key, .id = id);
	db_run(u, answer_created);
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

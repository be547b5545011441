/* Standing in for a colleague. */
#include "app/delegation/delegation.h"

#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/delegation.h"

void delegation_make(struct req *req)
{
	const struct delegation_make *in = req->input;
	int64_t from = in->from == SHAPE_NO_NUMBER ? req_began_ms(req) : in->from;
	struct db_unit *u = db_unit(req);

	sql_delegation_make(u, .id = uuid_new(), .giver = in->giver, .taker = in->taker,
		.roles = {in->roles.items, in->roles.n, 0}, .from = from, .until = in->until,
		.reason = in->reason);
	db_run(u, answer_created);
}

void delegation_list(struct req *req)
{
	const struct delegation_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_delegation_list(u, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

void delegation_end(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_delegation_end(u, .id = req->args[0].uuid);
	db_run(u, answer_nothing);
}

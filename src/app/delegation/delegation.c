/* Standing in for a colleague, and breaking the glass. */
#include "app/delegation/delegation.h"

#include "app/ticket/named.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/delegation.h"
#include "http/reply.h"

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

/* The answer is known only when it has happened, so nothing is read before it is told. */
void ticket_break_glass(struct req *req)
{
	const struct ticket_break_glass *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_delegation_break_glass(u, .ticket = req->args[0].uuid, .reason = in->reason, .event = uuid_new(),
		.at = req_began_ms(req));
	db_run(u, answer_object);
}

void ticket_break_glass_code(struct req *req)
{
	const struct ticket_break_glass_code *in = req->input;
	struct named named;

	if (!named_by_code(req, in->code, &named)) {
		req_fault(req, "pointer", STR("/code"), FAULT_bad_format);
		reply_faults(req);
		return;
	}
	struct db_unit *u = db_unit(req);
	sql_delegation_break_glass_code(u, .number = named.number, .code = named.code, .reason = in->reason,
		.event = uuid_new(), .at = req_began_ms(req));
	db_run(u, answer_object);
}

/* Breaking the glass: reading for a while a ticket that one does not see, found by its id or its code. */
#include "app/ticket/named.h"
#include "app/ticket/ticket.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

/* The answer is known only when it has happened, so nothing is read before it is told. */
void ticket_break_glass(struct req *req)
{
	const struct ticket_break_glass *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_ticket_break_glass(u, .ticket = req->args[0].uuid, .reason = in->reason, .event = uuid_new(),
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
	sql_ticket_break_glass_code(u, .number = named.number, .code = named.code, .reason = in->reason,
		.event = uuid_new(), .at = req_began_ms(req));
	db_run(u, answer_object);
}

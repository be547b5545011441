/* Internal notes. */
#include "app/ticket/ticket.h"

#include "app/record/once.h"
#include "app/record/record.h"
#include "base/clock.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"

void note_list(struct req *req)
{
	const struct note_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_ticket_visible(u, .ticket = req->args[0].uuid);
	sql_ticket_note_list(u, .ticket = req->args[0].uuid, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

void ticket_note(struct req *req)
{
	const struct ticket_note *in = req->input;
	struct uuid id = uuid_new(), ticket = req->args[0].uuid;
	int64_t now_ms = clock_wall_ms();
	struct db_unit *u = db_unit(req);

	answer_make(req, id, now_ms);
	once_claim(u, req);
	sql_ticket_note(u, .id = id, .ticket = ticket, .text = in->text, .at = now_ms);
	record(u, "ticket.noted", ticket, STR_NONE);
	once_finish(u, req, 201, req->made);
	db_run(u, answer_made);
}

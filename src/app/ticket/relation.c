/* Tickets that have to do with each other: merges, relations, and all messages about one matter. */
#include "app/ticket/ticket.h"

#include "app/record/once.h"
#include "app/ticket/clocks.h"
#include "app/ticket/named.h"
#include "base/clock.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"

void ticket_merge(struct req *req)
{
	const struct ticket_merge *in = req->input;
	int64_t now_ms = clock_wall_ms();
	struct named into;

	if (!named_read(req, in->into, STR("/into"), &into))
		return;
	struct db_unit *u = db_unit(req);
	sql_ticket_merge(u, .ticket = req->args[0].uuid, .version = req->if_match, .into = into.id,
		.number = into.number, .code = into.code, .reason = in->reason, .at = now_ms,
		.event = uuid_new());
	clocks_add(u, req, now_ms);
	db_run(u, answer_ticket);
}

void ticket_unmerge(struct req *req)
{
	const struct ticket_unmerge *in = req->input;
	int64_t now_ms = clock_wall_ms();
	struct db_unit *u = db_unit(req);

	sql_ticket_unmerge(u, .ticket = req->args[0].uuid, .version = req->if_match, .reason = in->reason,
		.at = now_ms, .event = uuid_new());
	clocks_add(u, req, now_ms);
	db_run(u, answer_ticket);
}

void message_list(struct req *req)
{
	const struct message_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_ticket_message_list(u, .ticket = req->args[0].uuid, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

void relation_list(struct req *req)
{
	const struct relation_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_ticket_relation_list(u, .ticket = req->args[0].uuid, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

void relation_add(struct req *req)
{
	const struct relation_add *in = req->input;
	struct uuid id = uuid_new();
	int64_t now_ms = clock_wall_ms();
	struct named other;

	if (!named_read(req, in->other, STR("/other"), &other))
		return;
	struct db_unit *u = db_unit(req);
	answer_make(req, id, now_ms);
	once_claim(u, req);
	sql_ticket_relation_add(u, .id = id, .ticket = req->args[0].uuid, .kind = in->kind,
		.other = other.id, .number = other.number, .code = other.code, .reason = in->reason,
		.at = now_ms);
	once_finish(u, req, 201, req->made);
	db_run(u, answer_made);
}

void relation_remove(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_ticket_relation_remove(
		u, .ticket = req->args[0].uuid, .relation = req->args[1].uuid, .at = clock_wall_ms());
	db_run(u, answer_nothing);
}

/* Rehearsals of rules: asked for and read here, carried out by the job worker (jobs/rehearsals.h). */
#include "app/routing/routing.h"

#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/routing.h"
#include "http/reply.h"

/* Its address, which is not below that of the set, waits in req->made. */
static void asked(struct req *req, PGresult *const *results)
{
	reply_header(req, "Location", req->made);
	reply_json(req, 201, db_cell(answer_find(results, "body"), 0, "body"));
}

void rehearsal_ask(struct req *req)
{
	const struct rehearsal_ask *in = req->input;
	struct uuid id = uuid_new();
	char text[UUID_TEXT_SIZE];
	struct db_unit *u = db_unit(req);

	uuid_format(&id, text);
	req->made = arena_printf(req->arena, "/v1/rehearsals/%s", text);
	sql_routing_rehearsal_ask(
		u, .id = id, .rule_set = req->args[0].uuid, .tickets = in->tickets, .event = uuid_new());
	db_run(u, asked);
}

void rehearsal_list(struct req *req)
{
	const struct rehearsal_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_routing_rehearsal_list(
		u, .rule_set = req->args[0].uuid, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

void rehearsal_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_routing_rehearsal_show(u, .id = req->args[0].uuid);
	db_run(u, answer_object);
}

void rehearsal_tickets(struct req *req)
{
	const struct rehearsal_tickets *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_routing_rehearsal_tickets(u, .rehearsal = req->args[0].uuid, .from = in->from, .to = in->to,
		.after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

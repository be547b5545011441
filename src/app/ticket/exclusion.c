/* Who must not get a ticket: the person it complains about, or who handled it before. */
#include "app/ticket/ticket.h"

#include "base/clock.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"

void exclusion_list(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_ticket_exclusion_list(u, .ticket = req->args[0].uuid);
	db_run(u, answer_object);
}

void exclusion_set(struct req *req)
{
	const struct exclusion_set *in = req->input;
	const struct exclusion_set_items *i = in->items.items;
	struct db_unit *u = db_unit(req);

	sql_ticket_exclusion_set(u, .ticket = req->args[0].uuid, .version = req->if_match,
		.people = DB_COLUMN(i, in->items.n, person), .reasons = DB_COLUMN(i, in->items.n, reason),
		.at = clock_wall_ms(), .event = uuid_new());
	db_run(u, answer_object);
}

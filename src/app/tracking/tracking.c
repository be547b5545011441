/* The citizen's view of a ticket: follow it, add to it, rate it. */
#include "app/tracking/tracking.h"

#include "app/record/once.h"
#include "base/clock.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/tracking.h"
#include "http/reply.h"

void tracking_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_tracking_show(u, .number = req->who.ticket_number, .generation = req->who.generation,
		.now = clock_wall_ms());
	db_run(u, answer_object);
}

static void stored(struct req *req, PGresult *const *results)
{
	(void)results;
	reply_json(req, 201, req->made);
}

void tracking_message(struct req *req)
{
	const struct tracking_message *in = req->input;
	struct uuid id = uuid_new();
	int64_t now_ms = clock_wall_ms();
	char id_text[UUID_TEXT_SIZE], at_text[CLOCK_RFC3339_SIZE];
	struct db_unit *u = db_unit(req);

	uuid_format(&id, id_text);
	clock_format(now_ms, at_text);
	req->made = arena_printf(req->arena, "{\"id\":\"%s\",\"at\":\"%s\"}", id_text, at_text);
	once_claim(u, req);
	sql_tracking_message(u, .number = req->who.ticket_number, .generation = req->who.generation, .id = id,
		.text = in->text, .at = now_ms, .event = uuid_new());
	once_finish(u, req, 201, req->made);
	db_run(u, stored);
}

void tracking_rate(struct req *req)
{
	const struct tracking_rate *in = req->input;
	int64_t now_ms = clock_wall_ms();
	char at_text[CLOCK_RFC3339_SIZE];
	struct db_unit *u = db_unit(req);

	clock_format(now_ms, at_text);
	req->made =
		arena_printf(req->arena, "{\"score\":\"%.*s\",\"at\":\"%s\"}", STR_ARG(in->score), at_text);
	sql_tracking_rate(u, .number = req->who.ticket_number, .generation = req->who.generation,
		.score = in->score, .reasons = {in->reasons.items, in->reasons.n}, .comment = in->comment,
		.at = now_ms, .event = uuid_new());
	db_run(u, stored);
}

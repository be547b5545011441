/* What is held about people. */
#include "app/privacy/privacy.h"

#include "auth/citizen_code.h"
#include "auth/seal.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/privacy.h"
#include "http/reply.h"

enum {
	FOUND_MOST = 200
};

/* The members of the body behind the contact, which only this process can open. */
static void held(struct req *req, PGresult *const *results)
{
	const PGresult *row = results[0];
	struct uuid ticket = db_cell_uuid(row, 0, "ticket");
	const struct sealed sealed = sealed_of(req->arena, row, 0);
	struct str owner = {(const char *)ticket.byte, sizeof(ticket.byte)}, body = db_cell(row, 0, "body"),
		   plain = STR("null");

	if (sealed.box.at)
		plain = seal_open(req->arena, req->app->keys, owner, &sealed);
	if (!plain.at) {
		reply_problem(req, PROBLEM_internal, STR_NONE);
		return;
	}
	reply_json(req, 200,
		arena_printf(req->arena, "{\"contact\":%.*s,%.*s", STR_ARG(plain), (int)body.len - 1,
			body.at + 1));
}

void tracking_personal_data(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_privacy_held(u, .number = req->who.ticket_number, .generation = req->who.generation);
	db_run(u, held);
}

void tracking_contact_erase(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_privacy_erase_tracked(u, .number = req->who.ticket_number, .generation = req->who.generation,
		.event = uuid_new(), .at = req_began_ms(req));
	db_run(u, answer_nothing);
}

void contact_erase(struct req *req)
{
	const struct contact_erase *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_privacy_erase(u, .ticket = req->args[0].uuid, .reason = in->reason, .event = uuid_new(),
		.at = req_began_ms(req));
	db_run(u, answer_nothing);
}

static struct str index_of(struct req *req, struct str text)
{
	return text.at ? seal_blind_index(req->arena, req->app->keys, text) : STR_NONE;
}

void personal_data_search(struct req *req)
{
	const struct personal_data_search *in = req->input;
	struct uuid *events = arena_alloc(req->arena, FOUND_MOST * sizeof(*events));

	if (!in->phone.at && !in->email.at) {
		req_fault(req, "pointer", STR("/email"), FAULT_required);
		reply_faults(req);
		return;
	}
	for (int i = 0; i < FOUND_MOST; i++)
		events[i] = uuid_new();
	struct db_unit *u = db_unit(req);
	sql_privacy_search(u, .phone = index_of(req, in->phone), .email = index_of(req, in->email),
		.account =
			in->email.at ? citizen_email_index(req->arena, req->app->keys, in->email) : STR_NONE,
		.purpose = in->purpose, .events = {events, FOUND_MOST, 0}, .at = req_began_ms(req));
	db_run(u, answer_object);
}

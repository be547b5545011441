/* POST /v1/joins: a citizen joins a public ticket instead of filing the same again. It is a filing all the
 * same, with a code, a secret and a sealed contact of its own, and merged at once: so following, writing,
 * being told and being forgotten work as for any ticket. */
#include "app/ticket/ticket.h"

#include "app/ticket/filing.h"
#include "auth/contact.h"
#include "auth/seal.h"
#include "base/config.h"
#include "civil/code.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

static void joined(struct req *req, PGresult *const *results)
{
	struct str body = db_cell(answer_find(results, "joined"), 0, "joined");

	filing_answer(
		req, answer_find(results, "outcome"), 0, body.at ? arena_str(req->arena, body) : STR_NONE);
}

static void take_contact(struct req *req, const struct ticket_join_contact *in, struct filing *f)
{
	const struct keys *keys = req->app->keys;

	if (!in)
		return;
	const struct contact contact = {in->name, in->phone, in->email, in->address};
	f->contact = contact_write(req->arena, &contact);
	if (in->phone.at)
		f->phone_index = seal_blind_index(req->arena, keys, in->phone);
	if (in->email.at)
		f->email_index = seal_blind_index(req->arena, keys, in->email);
}

/* The other ticket's words stay its own: a filing needs some, so it says what it is. */
static void take_words(struct req *req, struct str code, struct filing *f)
{
	const struct ticket_join *in = req->input;
	bool english = str_eq(in->language, STR("en"));

	f->title = arena_printf(
		req->arena, english ? "Joined ticket %.*s" : "Tham gia phiếu %.*s", STR_ARG(code));
	f->text = arena_printf(req->arena,
		english ? "The citizen joined ticket %.*s.%s%.*s" : "Người gửi tham gia phiếu %.*s.%s%.*s",
		STR_ARG(code), in->note.at ? "\n\n" : "", STR_ARG(in->note));
}

static void join(struct req *req, PGresult *const *found)
{
	const struct ticket_join *in = req->input;
	const PGresult *target = answer_find(found, "department");
	struct str area = db_cell(target, 0, "area");
	struct filing f = {.kind = arena_str(req->arena, db_cell(target, 0, "kind")),
		.category = arena_str(req->arena, db_cell(target, 0, "category")),
		.area = area.at ? arena_str(req->arena, area) : STR_NONE,
		.language = in->language,
		.channel = in->channel,
		.anonymous = !in->contact,
		.filed_at = req_began_ms(req),
		.joined_department = db_cell_int(target, 0, "department")};
	struct uuid into;

	if (!uuid_parse(db_cell(target, 0, "id"), &into)) {
		reply_problem(req, PROBLEM_internal, STR_NONE);
		return;
	}
	take_contact(req, in->contact, &f);
	take_words(req, db_cell(target, 0, "code"), &f);
	const void *made = filing_make(req, &f);
	if (!made)
		return;
	struct db_unit *u = db_unit(req);
	filing_add(u, &made, 1);
	sql_ticket_join(u, .ticket = f.id, .once_key = req->once_key, .into = into, .at = f.filed_at + 1,
		.event = uuid_new());
	db_run(u, joined);
}

void ticket_join(struct req *req)
{
	const struct ticket_join *in = req->input;
	struct code code;

	if (in->contact && !in->contact->name.at && !in->contact->phone.at && !in->contact->email.at &&
		!in->contact->address.at)
		req_fault(req, "pointer", STR("/contact"), FAULT_required);
	if (reply_faults(req))
		return;
	if (code_parse(keys_purpose(req->app->keys, KEY_TICKET_CODE), str_of(req->app->config->code_prefix),
		    in->ticket, &code) < 0) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	struct db_unit *u = db_unit(req);
	sql_ticket_join_target(u, .number = code.number, .once_key = req->once_key);
	db_run(u, join);
}

/* Requests about personal data. */
#include "app/privacy/data_request.h"

#include "app/privacy/opened.h"
#include "app/record/once.h"
#include "auth/contact.h"
#include "auth/seal.h"
#include "civil/city.h"
#include "civil/deadline.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/privacy.h"
#include "http/reply.h"

struct span {
	int64_t amount, extension;
	struct str unit;
};

/* Milliseconds, in the calendar of the city; false after the answer that this is not possible just now. */
static bool date_of(struct req *req, int64_t start_ms, const struct span *span, int64_t *ret_ms)
{
	const struct city *city = req->app->city;
	struct deadline_question q = {
		.start = start_ms / 1000, .terms = {.amount = span->amount, .extension = span->extension}};
	int64_t due = 0;

	if (!city || !deadline_unit_parse(span->unit, &q.terms.unit) ||
		deadline_compute(city->calendar, &q, NULL, &due) < 0) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return false;
	}
	*ret_ms = due * 1000;
	return true;
}

/* Both dates of a request that is made now. */
static bool dates_of(struct req *req, PGresult *const *terms, int64_t *ret_first_ms, int64_t *ret_due_ms)
{
	const PGresult *row = answer_find(terms, "first_amount");
	const struct span first = {
		.amount = db_cell_int(row, 0, "first_amount"), .unit = db_cell(row, 0, "first_unit")};
	const struct span whole = {.amount = db_cell_int(row, 0, "amount"), .unit = db_cell(row, 0, "unit")};

	return date_of(req, req_began_ms(req), &first, ret_first_ms) &&
	       date_of(req, req_began_ms(req), &whole, ret_due_ms);
}

/* --- the citizen of a ticket ---------------------------------------------------------------------------- */

static void file_tracked(struct req *req, PGresult *const *terms)
{
	const struct tracking_data_request *in = req->input;
	struct uuid id = uuid_new();
	int64_t now_ms = req_began_ms(req), first_ms, due_ms;

	if (!dates_of(req, terms, &first_ms, &due_ms))
		return;
	struct db_unit *u = db_unit(req);
	answer_make(req, id, now_ms);
	once_claim(u, req);
	sql_privacy_request_file_tracked(u, .number = req->who.ticket_number,
		.generation = req->who.generation, .id = id, .kind = in->kind, .text = in->text, .at = now_ms,
		.first = first_ms, .due = due_ms, .event = uuid_new());
	once_finish(u, req, 201, req->made);
	db_run(u, answer_made);
}

void tracking_data_request(struct req *req)
{
	const struct tracking_data_request *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_privacy_terms(u, .kind = in->kind);
	db_run(u, file_tracked);
}

void tracking_data_request_list(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_privacy_requests_tracked(u, .number = req->who.ticket_number, .generation = req->who.generation);
	db_run(u, answer_object);
}

/* --- the data protection officer ------------------------------------------------------------------------ */

static void file_staff(struct req *req, PGresult *const *terms)
{
	const struct data_request_file *in = req->input;
	struct uuid id = uuid_new();
	const struct contact contact = {
		in->contact->name, in->contact->phone, in->contact->email, in->contact->address};
	struct sealed sealed;
	int64_t first_ms, due_ms;

	if (!dates_of(req, terms, &first_ms, &due_ms))
		return;
	seal(req->arena, req->app->keys, uuid_bytes(&id), contact_write(req->arena, &contact), &sealed);
	struct db_unit *u = db_unit(req);
	sql_privacy_request_file_staff(u, .id = id, .ticket = in->ticket, .channel = in->channel,
		.identity = in->identity, .language = in->language, .kind = in->kind, .text = in->text,
		.at = req_began_ms(req), .first = first_ms, .due = due_ms, .epoch = sealed.epoch,
		.wrapped = sealed.wrapped, .box = sealed.box, .commitment = sealed.commitment,
		.phone = index_of(req, contact.phone), .email = index_of(req, contact.email),
		.event = uuid_new());
	db_run(u, answer_created);
}

void data_request_file(struct req *req)
{
	const struct data_request_file *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_privacy_terms(u, .kind = in->kind);
	db_run(u, file_staff);
}

void data_request_list(struct req *req)
{
	const struct data_request_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_privacy_request_list(u, .ended = in->ended, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

static void shown(struct req *req, PGresult *const *results)
{
	reply_etag(req, db_cell(results[0], 0, "etag"));
	opened_answer(req, results[0]);
}

void data_request_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_privacy_request_show(u, .id = req->args[0].uuid);
	db_run(u, shown);
}

void data_request_acknowledge(struct req *req)
{
	const struct data_request_acknowledge *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_privacy_request_acknowledge(u, .id = req->args[0].uuid, .version = req->if_match,
		.text = in->text, .at = req_began_ms(req), .event = uuid_new());
	db_run(u, answer_object);
}

static void extend(struct req *req, PGresult *const *facts)
{
	const struct data_request_extend *in = req->input;
	const PGresult *row = answer_find(facts, "filed_ms");
	const struct span span = {.amount = db_cell_int(row, 0, "amount"),
		.extension = db_cell_int(row, 0, "extension"),
		.unit = db_cell(row, 0, "unit")};
	int64_t due_ms;

	if (!date_of(req, db_cell_int(row, 0, "filed_ms"), &span, &due_ms))
		return;
	struct db_unit *u = db_unit(req);
	sql_privacy_request_extend(u, .id = req->args[0].uuid, .version = req->if_match, .reason = in->reason,
		.due = due_ms, .at = req_began_ms(req), .event = uuid_new());
	db_run(u, answer_object);
}

void data_request_extend(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_privacy_request_facts(
		u, .id = req->args[0].uuid, .version = req->if_match, .at = req_began_ms(req));
	db_run(u, extend);
}

static void end(struct req *req, struct str reason_code, struct str text)
{
	struct db_unit *u = db_unit(req);

	sql_privacy_request_end(u, .id = req->args[0].uuid, .version = req->if_match,
		.reason_code = reason_code, .text = text, .at = req_began_ms(req), .event = uuid_new());
	db_run(u, answer_object);
}

void data_request_answer(struct req *req)
{
	const struct data_request_answer *in = req->input;

	end(req, STR_NONE, in->text);
}

void data_request_refuse(struct req *req)
{
	const struct data_request_refuse *in = req->input;

	end(req, in->reason_code, in->text);
}

void restriction_lift(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_privacy_restriction_lift(
		u, .ticket = req->args[0].uuid, .event = uuid_new(), .at = req_began_ms(req));
	db_run(u, answer_nothing);
}

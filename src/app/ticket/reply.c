/* Replies before they are published: versions, what changed between them, drafts, reviews and requests. */
#include "app/ticket/ticket.h"

#include <inttypes.h>

#include "app/record/once.h"
#include "app/ticket/clocks.h"
#include "base/clock.h"
#include "civil/difference.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

void reply_list(struct req *req)
{
	const struct reply_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_ticket_visible(u, .ticket = req->args[0].uuid);
	sql_ticket_reply_list(u, .ticket = req->args[0].uuid, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

static void put_runs(struct buf *out, const struct difference_run *runs, size_t n)
{
	static const char *const kinds[] = {
		[DIFFERENCE_EQUAL] = "equal", [DIFFERENCE_DELETE] = "delete", [DIFFERENCE_INSERT] = "insert"};

	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "%s{\"kind\":\"%s\",\"text\":", i > 0 ? "," : "", kinds[runs[i].kind]);
		buf_json(out, runs[i].text);
		buf_byte(out, '}');
	}
}

static void changes(struct req *req, PGresult *const *results)
{
	const PGresult *pair = answer_find(results, "before");
	struct buf out = {.arena = req->arena};
	size_t n = 0;

	if (PQntuples(pair) == 0) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	const struct difference_run *runs =
		difference_words(req->arena, db_cell(pair, 0, "before"), db_cell(pair, 0, "after"), &n);
	if (!runs)
		return; /* memory is out: who drives the request answers */
	buf_printf(&out, "{\"version\":%" PRId64 ",\"from\":%" PRId64 ",\"changes\":[", req->args[1].number,
		db_cell_int(pair, 0, "from_version"));
	put_runs(&out, runs, n);
	buf_put(&out, STR("]}"));
	reply_json(req, 200, buf_str(&out));
}

void reply_changes(struct req *req)
{
	const struct reply_changes *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_ticket_visible(u, .ticket = req->args[0].uuid);
	sql_ticket_reply_pair(
		u, .ticket = req->args[0].uuid, .version = req->args[1].number, .from = in->from);
	db_run(u, changes);
}

static void drafted(struct req *req, PGresult *const *results)
{
	struct str conflict = db_cell(answer_find(results, "conflict"), 0, "conflict");

	if (conflict.at)
		reply_problem_with(req, PROBLEM_draft_conflict, STR_NONE, conflict);
	else
		answer_ticket(req, results);
}

void reply_draft(struct req *req)
{
	const struct reply_draft *in = req->input;
	int64_t now_ms = clock_wall_ms();
	struct db_unit *u = db_unit(req);

	sql_ticket_reply_draft(u, .id = uuid_new(), .ticket = req->args[0].uuid, .base = in->base_version,
		.text = in->text, .at = now_ms, .event = uuid_new());
	clocks_add(u, req, now_ms);
	db_run(u, drafted);
}

void reply_review(struct req *req)
{
	const struct reply_review *in = req->input;
	struct uuid id = uuid_new();
	int64_t now_ms = clock_wall_ms();
	struct db_unit *u = db_unit(req);

	answer_make(req, id, now_ms);
	once_claim(u, req);
	sql_ticket_reply_review(u, .id = id, .ticket = req->args[0].uuid, .version = req->args[1].number,
		.verdict = in->verdict, .comment = in->comment, .at = now_ms, .event = uuid_new());
	once_finish(u, req, 201, req->made);
	db_run(u, answer_made);
}

void review_ask(struct req *req)
{
	const struct review_ask *in = req->input;
	struct uuid id = uuid_new();
	int64_t now_ms = clock_wall_ms();

	if (!uuid_is_nil(&in->person) && in->role.at)
		req_fault(req, "pointer", STR("/role"), FAULT_not_allowed);
	else if (uuid_is_nil(&in->person) && !in->role.at)
		req_fault(req, "pointer", STR("/person"), FAULT_required);
	if (reply_faults(req))
		return;
	struct db_unit *u = db_unit(req);
	answer_make(req, id, now_ms);
	once_claim(u, req);
	sql_ticket_review_ask(u, .id = id, .ticket = req->args[0].uuid, .version = req->args[1].number,
		.person = in->person, .role = in->role, .at = now_ms, .event = uuid_new());
	once_finish(u, req, 201, req->made);
	db_run(u, answer_made);
}

void review_request_list(struct req *req)
{
	const struct review_request_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_ticket_review_request_list(u, .own = in->own, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

void review_withdraw(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_ticket_review_withdraw(
		u, .request = req->args[0].uuid, .at = clock_wall_ms(), .event = uuid_new());
	db_run(u, answer_nothing);
}

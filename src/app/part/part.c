/* Parts of an answer that co-handling departments give. */
#include "app/part/part.h"

#include "base/clock.h"
#include "civil/city.h"
#include "civil/clock.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/part.h"
#include "http/reply.h"

/* The close of the n-th working day in the calendar of the department that is asked; of one that is not
 * known, of the city: the database refuses it. Milliseconds; 0, or as deadline_compute(). */
static int due_of(const struct city *city, const struct part_ask *in, int64_t now_ms, int64_t *ret_due)
{
	const struct department *d = city_department(city, in->department);
	const struct deadline_question question = {
		.start = now_ms / 1000, .terms = {.unit = DEADLINE_WORKING_DAYS, .amount = in->days}};
	int64_t due = 0;
	int status = deadline_compute(d ? d->calendar : city->calendar, &question, NULL, &due);

	*ret_due = due * 1000;
	return status;
}

static void asked(struct req *req, PGresult *const *results)
{
	const PGresult *row = answer_find(results, "body");

	reply_header(req, "Location", req->made);
	reply_etag(req, db_cell(row, 0, "etag"));
	reply_json(req, 201, db_cell(row, 0, "body"));
}

void part_ask(struct req *req)
{
	const struct part_ask *in = req->input;
	struct uuid id = uuid_new();
	char text[UUID_TEXT_SIZE];
	int64_t now_ms = clock_wall_ms(), due_ms;

	if (!req->app->city || due_of(req->app->city, in, now_ms, &due_ms) < 0) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	struct db_unit *u = db_unit(req);
	uuid_format(&id, text);
	req->made = arena_printf(req->arena, "/v1/parts/%s", text);
	sql_part_ask(u, .id = id, .ticket = req->args[0].uuid, .version = req->if_match,
		.department = in->department, .task = in->task, .at = now_ms, .due = due_ms,
		.event = uuid_new());
	db_run(u, asked);
}

void part_list(struct req *req)
{
	const struct part_list *in = req->input;
	int64_t now_ms = clock_wall_ms();
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	page_items(req, answer_put_timed);
	struct db_unit *u = db_unit(req);
	sql_part_list(u, .ended = in->ended, .now = now_ms, .soon = clock_soon(req->app->city, now_ms),
		.after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

void part_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_part_show(u, .part = req->args[0].uuid);
	db_run(u, answer_object);
}

void part_give(struct req *req)
{
	const struct part_give *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_part_give(u, .part = req->args[0].uuid, .version = req->if_match, .text = in->text,
		.at = clock_wall_ms(), .event = uuid_new());
	db_run(u, answer_object);
}

void part_decline(struct req *req)
{
	const struct part_decline *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_part_decline(u, .part = req->args[0].uuid, .version = req->if_match, .reason = in->reason,
		.at = clock_wall_ms(), .event = uuid_new());
	db_run(u, answer_object);
}

void part_cancel(struct req *req)
{
	const struct part_cancel *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_part_cancel(u, .part = req->args[0].uuid, .version = req->if_match, .reason = in->reason,
		.at = clock_wall_ms(), .event = uuid_new());
	db_run(u, answer_object);
}

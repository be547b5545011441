/* The roster of those who are told of danger to life. */
#include "app/triage/triage.h"

#include "app/record/once.h"
#include "base/clock.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/triage.h"
#include "http/reply.h"

void duty_list(struct req *req)
{
	const struct duty_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_triage_duty_list(u, .now = clock_wall_ms(), .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

void duty_add(struct req *req)
{
	const struct duty_add *in = req->input;
	struct uuid id = uuid_new();
	int64_t now_ms = clock_wall_ms();

	if (in->until <= in->from) {
		req_fault_limit_at(req, "pointer", STR("/until"), FAULT_too_small, in->from + 1);
		reply_faults(req);
		return;
	}
	struct db_unit *u = db_unit(req);
	answer_make(req, id, now_ms);
	once_claim(u, req);
	sql_triage_duty_add(
		u, .id = id, .account = in->person, .from = in->from, .until = in->until, .at = now_ms);
	once_finish(u, req, 201, req->made);
	db_run(u, answer_made);
}

void duty_remove(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_triage_duty_remove(u, .id = req->args[0].uuid, .at = clock_wall_ms());
	db_run(u, answer_nothing);
}

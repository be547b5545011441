/* What officers read: the queue, the events of a ticket, its alarms, its contact. */
#include "app/ticket/ticket.h"

#include "app/ticket/line.h"
#include "app/ticket/named.h"
#include "auth/seal.h"
#include "base/clock.h"
#include "civil/clock.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

enum {
	MARKED_MOST = 1000 /* tickets with a tag or flag that one page looks at */
};

/* A queue is one person's, or nobody's, and a code is one of ours; false after an answer. */
static bool list_fits(struct req *req, const struct ticket_list *in, struct named *ret)
{
	*ret = (struct named){.number = DB_NO_INT, .code = STR_NONE};
	if (in->code.at && !named_by_code(req, in->code, ret))
		req_fault(req, "parameter", STR("code"), FAULT_bad_format);
	if (in->mine + in->unassigned + !uuid_is_nil(&in->person) > 1)
		req_fault(req, "parameter", in->unassigned ? STR("unassigned") : STR("person"),
			FAULT_not_allowed);
	return !reply_faults(req);
}

void ticket_list(struct req *req)
{
	const struct ticket_list *in = req->input;
	struct line_time *time = arena_alloc(req->arena, sizeof(*time));
	struct named named;
	struct page page;

	if (!list_fits(req, in, &named) || !page_begin(req, in->cursor, in->limit, &page))
		return;
	page_items(req, line_put);
	time->now_ms = clock_wall_ms();
	time->soon_ms = clock_soon(req->app->city, time->now_ms);
	req->kept = time;
	struct db_unit *u = db_unit(req);
	sql_ticket_list(u, .filter = in->filter, .states = {in->state.items, in->state.n}, .kind = in->kind,
		.category = in->category, .area = in->area, .level = in->level, .standing = in->standing,
		.holder = in->holder, .mine = in->mine, .person = in->person, .unassigned = in->unassigned,
		.sort = in->sort, .now = time->now_ms, .soon = time->soon_ms, .after = page.after,
		.limit = page.limit, .number = named.number, .code = named.code, .tag = in->tag,
		.flag = in->flag, .most = MARKED_MOST, .publication = in->publication);
	db_run(u, answer_page);
}

void event_list(struct req *req)
{
	const struct event_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_ticket_visible(u, .ticket = req->args[0].uuid);
	sql_ticket_event_list(u, .ticket = req->args[0].uuid, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

void alarm_list(struct req *req)
{
	const struct alarm_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_ticket_visible(u, .ticket = req->args[0].uuid);
	sql_ticket_alarm_list(u, .ticket = req->args[0].uuid, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

/* The event that records the reading has been committed by now. */
static void opened(struct req *req, PGresult *const *results)
{
	const struct sealed sealed = sealed_of(req->arena, results[0], 0);
	struct str owner = uuid_bytes(&req->args[0].uuid);
	struct str plain = seal_open(req->arena, req->app->keys, owner, &sealed);

	if (!plain.at)
		reply_problem(req, PROBLEM_internal, STR_NONE);
	else
		reply_json(req, 200, plain);
}

void contact_show(struct req *req)
{
	const struct contact_show *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_ticket_contact(u, .ticket = req->args[0].uuid, .purpose = in->purpose, .event = uuid_new());
	db_run(u, opened);
}

/* The delivery log, another try, and addresses that bounced. */
#include "app/notice/notice.h"

#include "base/clock.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/notice.h"

void notice_list(struct req *req)
{
	const struct notice_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_notice_list(
		u, .state = in->state, .ticket = in->ticket, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

void notice_retry(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_notice_retry(u, .notice = req->args[0].uuid, .event = uuid_new(), .at = clock_wall_ms());
	db_run(u, answer_nothing);
}

void notice_lift(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_notice_lift(u, .notice = req->args[0].uuid, .event = uuid_new(), .at = clock_wall_ms());
	db_run(u, answer_nothing);
}

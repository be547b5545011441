/* Who am I, and people by login. */
#include "app/account/account.h"

#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/account.h"

void me_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_me(u);
	db_run(u, answer_object);
}

void me_change(struct req *req)
{
	const struct me_change *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_account_me_change(u, .language = in->language);
	db_run(u, answer_object);
}

void account_list(struct req *req)
{
	const struct account_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_account_list(u, .state = in->state, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

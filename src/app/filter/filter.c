/* Saved filters of the queue. */
#include "app/filter/filter.h"

#include "app/record/once.h"
#include "base/clock.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/filter.h"
#include "http/reply.h"

/* The members of a saved query; each operation has a struct of its own for the same schema. */
#define QUERY(q)                                                                                             \
	.states = {(q)->state.items, (q)->state.n}, .kind = (q)->kind, .category = (q)->category,            \
	.area = (q)->area, .level = (q)->level, .standing = (q)->standing, .holder = (q)->holder,            \
	.mine = (q)->mine, .person = (q)->person, .unassigned = (q)->unassigned, .sort = (q)->sort

/* A queue is one person's, or nobody's; false after an answer. */
static bool one_person(struct req *req, bool mine, struct uuid person, bool unassigned)
{
	if (mine + unassigned + !uuid_is_nil(&person) > 1)
		req_fault(req, "pointer", unassigned ? STR("/query/unassigned") : STR("/query/person"),
			FAULT_not_allowed);
	return !reply_faults(req);
}

void filter_list(struct req *req)
{
	const struct filter_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_filter_list(u, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

void filter_make(struct req *req)
{
	const struct filter_make *in = req->input;
	struct uuid id = uuid_new();
	int64_t now_ms = clock_wall_ms();

	if (!one_person(req, in->query->mine, in->query->person, in->query->unassigned))
		return;
	struct db_unit *u = db_unit(req);
	answer_make(req, id, now_ms);
	once_claim_versioned(u, req);
	sql_filter_make(u, .id = id, .name = in->name, .shared = in->shared, QUERY(in->query), .at = now_ms);
	once_finish(u, req, 201, req->made);
	db_run(u, answer_created);
}

void filter_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_filter_show(u, .id = req->args[0].uuid);
	db_run(u, answer_object);
}

void filter_change(struct req *req)
{
	const struct filter_change *in = req->input;

	if (!one_person(req, in->query->mine, in->query->person, in->query->unassigned))
		return;
	struct db_unit *u = db_unit(req);
	sql_filter_change(u, .id = req->args[0].uuid, .version = req->if_match, .name = in->name,
		.shared = in->shared, QUERY(in->query), .at = clock_wall_ms());
	db_run(u, answer_object);
}

void filter_remove(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_filter_remove(u, .id = req->args[0].uuid, .version = req->if_match);
	db_run(u, answer_nothing);
}

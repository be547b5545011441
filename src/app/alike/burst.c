/* Bursts of tickets about one event, and the one decision that makes a case of them. */
#include "app/alike/alike.h"

#include "auth/keys.h"
#include "base/clock.h"
#include "base/config.h"
#include "civil/code.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/alike.h"
#include "http/reply.h"

enum {
	MS_AN_HOUR = 3600000
};

void cluster_list(struct req *req)
{
	const struct cluster_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_alike_cluster_list(u, .since = clock_wall_ms() - in->hours * MS_AN_HOUR, .after = page.after,
		.limit = page.limit, .members = in->members);
	db_run(u, answer_page);
}

/* A ticket of the list: by its id, or by number and code. */
struct gathered {
	struct uuid id, event;
	int64_t number;
	struct str code;
};

static void read_ticket(struct req *req, struct str text, size_t i, struct gathered *ret)
{
	struct str key = keys_purpose(req->app->keys, KEY_TICKET_CODE);
	struct str prefix = str_of(req->app->config->code_prefix);
	struct code code;

	*ret = (struct gathered){.event = uuid_new(), .number = DB_NO_INT};
	if (uuid_parse(text, &ret->id))
		return;
	if (code_parse(key, prefix, text, &code) < 0) {
		req_fault(req, "pointer", arena_printf(req->arena, "/tickets/%zu", i), FAULT_bad_format);
		return;
	}
	ret->number = code.number;
	ret->code = code_format(req->arena, key, prefix, code);
}

/* What a single ticket can be refused for: SQLSTATE, and the problem as a merge of it alone would have it. */
struct refusal {
	struct str sqlstate, problem;
};

static const struct refusal *refusals(struct req *req, size_t *ret_n)
{
	struct refusal *all = arena_alloc(req->arena, PROBLEM_COUNT * sizeof(*all));

	*ret_n = 0;
	for (enum problem p = 0; p < PROBLEM_COUNT; p++) {
		struct str state = str_of(problem_row(p)->raised_by);

		if (str_starts(state, STR("TD")))
			all[(*ret_n)++] = (struct refusal){state, reply_problem_body(req, p)};
	}
	return all;
}

void ticket_gather(struct req *req)
{
	const struct ticket_gather *in = req->input;
	size_t n = in->tickets.n, nrefusals;
	struct gathered *all = arena_alloc(req->arena, (n + 1) * sizeof(*all));
	const struct refusal *r = refusals(req, &nrefusals);

	for (size_t i = 0; i < n; i++)
		read_ticket(req, in->tickets.items[i], i, &all[i]);
	if (reply_faults(req))
		return;
	struct db_unit *u = db_unit(req);
	sql_alike_gather(u, .ticket = req->args[0].uuid, .version = req->if_match,
		.ids = DB_COLUMN(all, n, id), .numbers = DB_COLUMN(all, n, number),
		.codes = DB_COLUMN(all, n, code), .events = DB_COLUMN(all, n, event), .reason = in->reason,
		.at = clock_wall_ms(), .sqlstates = DB_COLUMN(r, nrefusals, sqlstate),
		.problems = DB_COLUMN(r, nrefusals, problem));
	db_run(u, answer_object);
}

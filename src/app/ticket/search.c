/* GET /v1/search: what was typed becomes a question, its hits a page with the places where the words are. */
#include "app/ticket/ticket.h"

#include "app/ticket/named.h"
#include "app/ticket/search_cursor.h"
#include "base/clock.h"
#include "civil/clock.h"
#include "civil/search.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

/* Where words are looked for, by the column of the statement and the name in the answer. */
static const char *const fields[] = {"title", "place", "text", "said"};

static void put_fragment(struct buf *out, const char *field, const struct search_fragment *f)
{
	buf_printf(out, "{\"field\":\"%s\"", field);
	buf_member(out, "text", f->text);
	buf_printf(out, ",\"cut_before\":%s,\"cut_after\":%s,\"marks\":[", f->cut_before ? "true" : "false",
		f->cut_after ? "true" : "false");
	for (size_t i = 0; i < f->n; i++)
		buf_printf(out, "%s{\"from\":%zu,\"length\":%zu}", i ? "," : "", f->marks[i].from,
			f->marks[i].length);
	buf_put(out, STR("]}"));
}

/* An item of the queue, and where the words are. */
static struct str hit(struct req *req, const struct search_query *query, const PGresult *rows, int row)
{
	struct str item = db_cell(rows, row, "item");
	struct buf out = {.arena = req->arena};
	struct search_fragment found;
	bool first = true;

	buf_put(&out, (struct str){item.at, item.len - 1});
	buf_put(&out, STR(",\"fragments\":["));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct str text = db_cell(rows, row, fields[i]);

		if (!text.at || !search_find(req->arena, query, text, &found))
			continue;
		if (!first)
			buf_byte(&out, ',');
		put_fragment(&out, fields[i], &found);
		first = false;
	}
	buf_put(&out, STR("]}"));
	return buf_str(&out);
}

/* The key behind which the list goes on; absent: nowhere. */
static struct str next_key(const PGresult *rows, int64_t limit)
{
	int n = PQntuples(rows), last = n > limit ? (int)limit : n;

	if (last == 0)
		return STR_NONE;
	if (last < n && db_cell(rows, last, "item").at)
		return db_cell(rows, last - 1, "key");
	return db_cell(rows, n - 1, "item").at ? STR_NONE : db_cell(rows, n - 1, "key");
}

static void answer(struct req *req, PGresult *const *results)
{
	const PGresult *rows = answer_find(results, "item");
	const struct ticket_search *in = req->input;
	const struct search_query *query = req->kept;
	struct buf body = {.arena = req->arena};
	struct str key = next_key(rows, in->limit);
	bool partial = false;

	buf_put(&body, STR("{\"items\":["));
	for (int i = 0; i < PQntuples(rows); i++) {
		partial = partial || db_cell_flag(rows, i, "partial");
		if (i >= in->limit || !db_cell(rows, i, "item").at)
			continue;
		if (i > 0)
			buf_byte(&body, ',');
		answer_put_remaining(req, rows, i, hit(req, query, rows, i), &body);
	}
	buf_put(&body, STR("]"));
	buf_member(&body, "next_cursor", key.at ? search_cursor_make(req, key) : STR_NONE);
	buf_printf(&body, ",\"partial\":%s}", partial ? "true" : "false");
	reply_json(req, 200, buf_str(&body));
}

void ticket_search(struct req *req)
{
	const struct ticket_search *in = req->input;
	struct str after = in->cursor.at ? search_cursor_read(req, in->cursor) : STR_NONE;
	struct search_query *query = arena_alloc(req->arena, sizeof(*query));
	int64_t now_ms = clock_wall_ms();
	struct named named;

	if (in->cursor.at && !after.at) {
		reply_problem(req, PROBLEM_bad_cursor, STR_NONE);
		return;
	}
	search_read(req->arena, in->q, query);
	if (!named_by_code(req, in->q, &named))
		named = (struct named){.number = DB_NO_INT, .code = STR_NONE};
	req->kept = query;
	struct db_unit *u = db_unit(req);
	sql_ticket_search_bound(u);
	sql_ticket_search(u, .needed = query->needed, .begun = {query->begun, query->nbegun},
		.typed = query->typed, .number = named.number, .code = named.code,
		.states = {in->state.items, in->state.n}, .kind = in->kind, .category = in->category,
		.area = in->area, .holder = in->holder, .from = in->filed_from, .to = in->filed_to,
		.best = str_eq(in->sort, STR("best")), .now = now_ms,
		.soon = clock_soon(req->app->city, now_ms), .after = after, .limit = in->limit);
	db_run(u, answer);
}

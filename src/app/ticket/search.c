/* GET /v1/search: what was typed becomes a question, its hits a page with the places where the words are. */
#include "app/ticket/ticket.h"

#include "app/ticket/named.h"
#include "base/clock.h"
#include "civil/clock.h"
#include "civil/search.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/publication.h"
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
static void put_hit(struct req *req, const PGresult *rows, int row, struct buf *page)
{
	const struct search_query *query = req->kept;
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
	answer_put_remaining(req, rows, row, buf_str(&out), page);
}

void ticket_search(struct req *req)
{
	const struct ticket_search *in = req->input;
	struct search_query *query = arena_alloc(req->arena, sizeof(*query));
	int64_t now_ms = clock_wall_ms();
	struct named named;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	page_items(req, put_hit);
	search_read(req->arena, in->q, query);
	if (!named_by_code(req, in->q, &named))
		named = (struct named){.number = DB_NO_INT, .code = STR_NONE};
	req->kept = query;
	struct db_unit *u = db_unit(req);
	sql_publication_bound(u);
	sql_ticket_search(u, .needed = query->needed, .begun = {query->begun, query->nbegun},
		.typed = query->typed, .number = named.number, .code = named.code,
		.states = {in->state.items, in->state.n}, .kind = in->kind, .category = in->category,
		.area = in->area, .holder = in->holder, .from = in->filed_from, .to = in->filed_to,
		.best = str_eq(in->sort, STR("best")), .now = now_ms,
		.soon = clock_soon(req->app->city, now_ms), .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

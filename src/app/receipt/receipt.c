/* Roots of the record, and receipts: an event, its path to a root, and what was signed of that root. */
#include "app/receipt/receipt.h"

#include <inttypes.h>
#include <string.h>

#include "auth/receipt.h"
#include "base/merkle.h"
#include "base/must.h"
#include "civil/record.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/receipt.h"
#include "http/reply.h"

/* A page of roots gets no other roots, but may get more. */
#define BRIEFLY "public, max-age=5"

void record_show(struct req *req)
{
	const struct record_show *in = req->input;
	struct db_unit *u = db_unit(req);

	reply_header(req, "Cache-Control", STR("no-cache")); /* but an ETag */
	sql_receipt_head(u, .day = in->day);
	db_run(u, answer_object);
}

void record_root_list(struct req *req)
{
	const struct record_root_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	if (!page.after.at && in->from != DB_NO_INT)
		page.after = arena_printf(req->arena, "%" PRId64, in->from - 1);
	struct db_unit *u = db_unit(req);
	reply_header(req, "Cache-Control", STR(BRIEFLY));
	sql_receipt_roots(u, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

/* With the chain value as a gazette prints it. */
static void put_day(struct req *req, const PGresult *rows, int row, struct buf *out)
{
	struct str item = db_cell(rows, row, "item"), bytes = db_cell_bytes(req->arena, rows, row, "chain");
	struct digest chain = {{0}};

	must(bytes.len == sizeof(chain.byte));
	memcpy(chain.byte, bytes.at, sizeof(chain.byte));
	buf_put(out, (struct str){item.at, item.len - 1});
	buf_member(out, "short", record_short(req->arena, db_cell_int(rows, row, "number"), &chain));
	buf_byte(out, '}');
}

void record_day_list(struct req *req)
{
	const struct record_day_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	page_items(req, put_day);
	struct db_unit *u = db_unit(req);
	reply_header(req, "Cache-Control", STR(BRIEFLY));
	sql_receipt_days(u, .after = page.after, .from = in->from, .limit = page.limit);
	db_run(u, answer_page);
}

void record_keys(struct req *req)
{
	reply_header(req, "Cache-Control", STR("public, max-age=300"));
	reply_bytes(req, 200, "application/jwk-set+json", req->app->keys->record.jwks);
}

/* --- receipts ------------------------------------------------------------------------------------------- */

/* The place of an event among the entries; n when it is not there. */
static size_t find(struct str entries, size_t n, struct uuid event)
{
	for (size_t i = 0; i < n; i++) {
		struct record_entry entry = record_entry(entries, i);

		if (uuid_eq(&entry.event, &event))
			return i;
	}
	return n;
}

static void put_path(struct buf *out, struct str entries, size_t n, size_t place)
{
	struct merkle_path path;

	merkle_path(record_leaves(out->arena, entries), n, place, &path);
	buf_printf(out, ",\"place\":%zu,\"path\":[", place);
	for (unsigned i = 0; i < path.n; i++) {
		if (i > 0)
			buf_byte(out, ',');
		buf_json(out, digest_hex(out->arena, digest_bytes(&path.node[i])));
	}
	buf_byte(out, ']');
}

static void put_event(struct buf *out, const PGresult *row)
{
	struct str hash = db_cell_bytes(out->arena, row, 0, "hash");

	buf_put(out, STR("{\"event\":{"));
	buf_member(out, "id", db_cell(row, 0, "id"));
	buf_member(out, "at", db_cell(row, 0, "at"));
	buf_member(out, "content", db_cell(row, 0, "content"));
	buf_member(out, "hash", digest_hex(out->arena, hash));
	buf_byte(out, '}');
}

/* With the words as they are stored now, so that who holds them against the event needs nothing else. */
static void put_words(struct buf *out, const struct keys *keys, const PGresult *row)
{
	struct uuid ticket = db_cell_uuid(row, 0, "ticket");
	struct digest salt = receipt_salt(keys, &ticket);

	buf_put(out, STR(",\"words\":{"));
	buf_member(out, "title", db_cell(row, 0, "title"));
	buf_member(out, "text", db_cell(row, 0, "text"));
	buf_member(out, "location_text", db_cell(row, 0, "place"));
	buf_member(out, "salt", digest_hex(out->arena, digest_bytes(&salt)));
	buf_byte(out, '}');
}

static void answer(struct req *req, PGresult *const *results)
{
	const PGresult *row = answer_find(results, "entries");
	struct buf out = {.arena = req->arena};

	if (PQntuples(row) == 0) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	struct str entries = db_cell_bytes(req->arena, row, 0, "entries");
	size_t n = entries.len / RECORD_ENTRY_SIZE, place = find(entries, n, db_cell_uuid(row, 0, "id"));
	if (place == n) {
		reply_problem(req, PROBLEM_not_sealed, STR_NONE);
		return;
	}
	put_event(&out, row);
	put_words(&out, req->app->keys, row);
	put_path(&out, entries, n, place);
	buf_printf(&out, ",\"root\":%.*s}", STR_ARG(db_cell(row, 0, "root")));
	reply_json(req, 200, buf_str(&out));
}

void ticket_receipt(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_receipt_staff(u, .ticket = req->args[0].uuid);
	db_run(u, answer);
}

void tracking_receipt(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_receipt_tracked(u, .number = req->who.ticket_number, .generation = req->who.generation);
	db_run(u, answer);
}

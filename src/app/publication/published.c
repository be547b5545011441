/* What everybody reads: published tickets, and what is offered to somebody who is about to file. */
#include "app/publication/publication.h"

#include <math.h>

#include "auth/keys.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/digest.h"
#include "civil/code.h"
#include "civil/personal.h"
#include "civil/text.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/publication.h"
#include "http/reply.h"

enum {
	TAG_BYTES = 12,
	SUGGESTIONS = 5
};

/* The same bytes have the same tag, whoever built them. Anybody may keep them for a minute. */
static void tag(struct req *req, struct str bytes)
{
	struct digest d = digest_sha256(bytes);

	reply_etag(req, digest_b64url(req->arena, (struct str){digest_bytes(&d).at, TAG_BYTES}));
	reply_header(req, "Cache-Control", STR("public, max-age=60"));
}

static void listed(struct req *req, PGresult *const *results)
{
	const PGresult *rows = answer_find(results, "item");
	struct buf all = {.arena = req->arena};

	for (int i = 0; i < PQntuples(rows); i++)
		buf_put(&all, db_cell(rows, i, "item"));
	tag(req, buf_str(&all));
	answer_page(req, results);
}

/* Folded for the search; what is no word asks for nothing. */
static struct str words_of(struct req *req, struct str text)
{
	struct str folded = text_fold(req->arena, text);

	return folded.len > 0 ? folded : STR_NONE;
}

void published_list(struct req *req)
{
	const struct published_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_publication_bound(u);
	sql_publication_published_list(u, .category = in->category, .area = in->area,
		.query = words_of(req, in->q), .after = page.after, .limit = page.limit);
	db_run(u, listed);
}

static void shown(struct req *req, PGresult *const *results)
{
	const PGresult *row = answer_find(results, "body");
	struct str body = db_cell(row, 0, "body");

	if (body.at)
		tag(req, body);
	answer_object(req, results);
}

void published_show(struct req *req)
{
	const struct published_show *in = req->input;
	struct code code;

	if (code_parse(keys_purpose(req->app->keys, KEY_TICKET_CODE), str_of(req->app->config->code_prefix),
		    req->args[0].text, &code) != 0) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	struct db_unit *u = db_unit(req);
	sql_publication_published_show(u, .number = code.number, .key = in->key);
	db_run(u, shown);
}

/* The title of a ticket that nobody has made ready for the public. */
static struct str safe_title(struct arena *arena, struct str title)
{
	struct personal_findings found;

	return personal_find(arena, title, &found) ? personal_mask(arena, title, &found) : STR_NONE;
}

static void put_answers(struct buf *out, const PGresult *rows)
{
	buf_put(out, STR("{\"answers\":["));
	for (int i = 0; i < PQntuples(rows); i++) {
		if (i)
			buf_byte(out, ',');
		buf_put(out, db_cell(rows, i, "answer"));
	}
	buf_byte(out, ']');
}

static void put_open(struct buf *out, const PGresult *rows)
{
	buf_put(out, STR(",\"open\":["));
	for (int i = 0; i < PQntuples(rows); i++) {
		struct str item = db_cell(rows, i, "ticket"), title = db_cell(rows, i, "title");

		buf_put(out, i ? STR(",{\"title\":") : STR("{\"title\":"));
		buf_json(out, safe_title(out->arena, title));
		buf_printf(out, ",%.*s", (int)item.len - 1, item.at + 1);
	}
	buf_put(out, STR("]}"));
}

static void suggested(struct req *req, PGresult *const *results)
{
	struct buf out = {.arena = req->arena};

	put_answers(&out, answer_find(results, "answer"));
	put_open(&out, answer_find(results, "ticket"));
	reply_json(req, 200, buf_str(&out));
}

void published_suggest(struct req *req)
{
	const struct published_suggest *in = req->input;

	if (!isnan(in->lon) != !isnan(in->lat))
		req_fault(req, "parameter", isnan(in->lon) ? STR("lon") : STR("lat"), FAULT_required);
	if (reply_faults(req))
		return;
	struct db_unit *u = db_unit(req);
	sql_publication_bound(u);
	sql_publication_published_similar(
		u, .title = words_of(req, in->text), .category = in->category, .limit = SUGGESTIONS);
	sql_publication_open_similar(u, .category = in->category, .area = in->area, .lon = in->lon,
		.lat = in->lat, .now = clock_wall_ms(), .limit = SUGGESTIONS);
	db_run(u, suggested);
}

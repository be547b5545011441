/* What everybody reads: published tickets. */
#include "app/publication/publication.h"

#include "auth/keys.h"
#include "base/config.h"
#include "base/digest.h"
#include "civil/code.h"
#include "civil/text.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/publication.h"
#include "http/reply.h"

enum {
	TAG_BYTES = 12
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

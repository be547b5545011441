/* What everybody reads: published tickets. */
#include "app/publication/publication.h"

#include "auth/keys.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/digest.h"
#include "base/epoch.h"
#include "base/kept.h"
#include "base/must.h"
#include "civil/code.h"
#include "civil/text.h"
#include "db/answer.h"
#include "db/batch.h"
#include "gen/shapes.h"
#include "gen/sql/publication.h"
#include "http/reply.h"

enum {
	TAG_BYTES = 12,
	TAG_LEN = 16,	  /* base64url of these */
	NAMES_MS = 10000, /* a kept page may have names of categories and departments that are so old */
};

/* The same bytes have the same tag, whoever built them. */
static struct str tag_of(struct req *req, struct str bytes)
{
	struct digest d = digest_sha256(bytes);

	return digest_b64url(req->arena, (struct str){digest_bytes(&d).at, TAG_BYTES});
}

/* Anybody may keep it for a minute. */
static void tag(struct req *req, struct str of_bytes)
{
	reply_etag(req, of_bytes);
	reply_header(req, "Cache-Control", STR("public, max-age=60"));
}

static void listed(struct req *req, PGresult *const *results)
{
	const PGresult *rows = answer_find(results, "item");
	struct buf all = {.arena = req->arena};

	for (int i = 0; i < PQntuples(rows); i++) {
		buf_put(&all, db_cell(rows, i, "item"));
		buf_put(&all, db_cell(rows, i, "key"));
	}
	tag(req, tag_of(req, buf_str(&all)));
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

/* -1: the code in the path is none of ours. */
static int64_t published_number(struct req *req)
{
	const struct str permutation = keys_purpose(req->app->keys, KEY_TICKET_CODE);
	struct code code;

	return code_parse(permutation, str_of(req->app->config->code_prefix), req->args[0].text, &code) == 0
		       ? code.number
		       : -1;
}

struct row {
	int64_t number, known;
	struct str key;
};

static void add_pages(struct db_unit *u, const void *rows, size_t n)
{
	const struct row *row = rows;

	sql_publication_published_pages(u, .numbers = DB_COLUMN(row, n, number),
		.keys = DB_COLUMN(row, n, key), .known = DB_COLUMN(row, n, known));
}

/* What is kept: the tag and the bytes that it is of. */
static void show(struct req *req, struct str page)
{
	must(page.len > TAG_LEN);
	tag(req, (struct str){page.at, TAG_LEN});
	reply_json(req, 200, (struct str){page.at + TAG_LEN, page.len - TAG_LEN});
}

/* A page that may be kept, and what its next readers will be shown unasked by. */
struct asked {
	struct kept_key key;
	struct kept_lease lease;
};

static void keep(struct req *req, int64_t version, bool built)
{
	const struct asked *asked = req->kept;
	const int64_t now_ms = clock_wall_ms();
	const struct kept_stamp stamp = {
		.version = version, .fresh_until_ms = now_ms + NAMES_MS, .lease = asked->lease};

	if (!built)
		kept_renew(req->app->published, &asked->key, version, asked->lease);
	else if (!arena_failed(req->arena))
		kept_keep(req->app->published, &asked->key, stamp, now_ms, req->made);
}

/* The page that PostgreSQL built, or the kept one (req->made) when it says that the version is still the
 * same. */
static void shown(struct req *req, const PGresult *result, int row)
{
	if (row < 0) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	const struct str body = db_cell(result, row, "body");
	if (body.at)
		req->made = arena_printf(req->arena, "%.*s%.*s", STR_ARG(tag_of(req, body)), STR_ARG(body));
	if (req->kept)
		keep(req, db_cell_int(result, row, "version"), body.at);
	show(req, req->made);
}

static const struct batch_plan pages = {
	.name = "published_pages", .row_size = sizeof(struct row), .add = add_pages, .then = shown};

static bool holds(const struct app *app, const struct kept_lease *lease)
{
	return lease->epoch == epoch_now(app->epoch) && clock_mono_us() < lease->until_us;
}

/* Whether it was shown: PostgreSQL has said lately that it may be. */
static bool show_kept(struct req *req, struct row *row)
{
	struct asked *asked = arena_alloc(req->arena, sizeof(*asked));
	const struct kept_key key = {{(uint64_t)row->number}};
	const struct kept_stamp stamp =
		kept_find(req->app->published, &key, clock_wall_ms(), req->arena, &req->made);
	const struct kept_lease lease = {
		.until_us = clock_mono_us() + req->app->config->published_lease_ms * 1000,
		.epoch = epoch_now(req->app->epoch)};

	row->known = stamp.version;
	*asked = (struct asked){key, lease};
	req->kept = asked;
	if (!req->made.at || !holds(req->app, &stamp.lease))
		return false;
	show(req, req->made);
	return true;
}

/* What is read with a key is not kept: it is for few. */
void published_show(struct req *req)
{
	const struct published_show *in = req->input;
	struct row row = {.number = published_number(req), .known = DB_NO_INT, .key = in->key};

	if (row.number < 0) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	if (in->key.at || !show_kept(req, &row))
		batch_join(req, &pages, &row);
}

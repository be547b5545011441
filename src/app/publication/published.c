/* What everybody reads: published tickets. */
#include "app/publication/publication.h"

#include "auth/keys.h"
#include "base/digest.h"
#include "civil/city.h"
#include "civil/code.h"
#include "civil/text.h"
#include "db/answer.h"
#include "db/batch.h"
#include "db/shared.h"
#include "gen/shapes.h"
#include "gen/sql/publication.h"
#include "http/reply.h"

enum {
	NAMES_MS = 10000, /* a kept page may have names of categories and departments that are so old */
};

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

	if (!page_begin_for_all(req, in->cursor, in->limit, &page) || shared_told_list(req))
		return;
	struct db_unit *u = db_unit(req);
	sql_publication_bound(u);
	sql_publication_published_list(u, .category = in->category, .area = in->area,
		.query = words_of(req, in->q), .after = page.after, .limit = page.limit);
	db_run(u, shared_tell_page);
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

/* The page that PostgreSQL built, or the kept one when it says that the version is still the same. */
static void shown(struct req *req, const PGresult *result, int row)
{
	if (row < 0) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	const struct str body = arena_str(req->arena, db_cell(result, row, "body"));
	if (!body.at) {
		shared_tell_known(req);
		return;
	}
	shared_tell(req, db_cell_int(result, row, "version"), NAMES_MS, body);
}

static const struct batch_plan pages = {
	.name = "published_pages", .row_size = sizeof(struct row), .add = add_pages, .then = shown};

/* With other names of categories and departments it is another page. */
static struct kept_key page_key(const struct req *req, int64_t number)
{
	static const uint64_t open_key[2] = {0};
	const struct str names = req->app->city ? req->app->city->version : STR("");

	return (struct kept_key){{(uint64_t)number, digest_siphash(open_key, names)}};
}

/* What is read with a key is not kept: it is for few. */
void published_show(struct req *req)
{
	const struct published_show *in = req->input;
	struct row row = {.number = published_number(req), .key = in->key};

	if (row.number < 0) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	if (shared_told(req, in->key.at ? NULL : req->app->published, page_key(req, row.number)))
		return;
	row.known = shared_known(req);
	batch_join(req, &pages, &row);
}

/* Pages of a list: signed cursors, and the link to the next page. */
#include "db/answer.h"

#include <string.h>

#include "base/digest.h"
#include "base/must.h"
#include "http/parse.h"
#include "http/reply.h"

/* A cursor is base64url(version, MAC, key). The MAC binds the key to the list it came from and to the reader,
 * and hides it: a list may go on behind something that its reader does not see. */
enum {
	CURSOR_VERSION = 3,
	CURSOR_MAC = 16,
	CURSOR_HEAD = 1 + CURSOR_MAC,
};

/* The next name=value of the query string, as sent; between two & there may be none. */
static bool next_pair(struct str *query, struct str *ret_pair, struct str *ret_name, struct str *ret_value)
{
	do {
		if (!str_next(query, '&', ret_pair))
			return false;
	} while (ret_pair->len == 0);
	*ret_value = *ret_pair;
	str_next(ret_value, '=', ret_name);
	return true;
}

static struct str decode(struct req *req, struct str text)
{
	struct str plain = http_percent_decode(req->arena, text, true);

	return plain.at ? plain : text;
}

static bool is_paging(struct str name)
{
	return str_eq(name, STR("cursor")) || str_eq(name, STR("limit"));
}

/* The filters of the query, decoded and with their lengths in front, so that no two queries look alike. */
static struct str filters(struct req *req)
{
	struct str rest = req->query_text, pair, name, value;
	struct buf out = {.arena = req->arena};

	while (next_pair(&rest, &pair, &name, &value)) {
		name = decode(req, name);
		if (is_paging(name))
			continue;
		value = decode(req, value);
		buf_printf(&out, "%zu:%zu:", name.len, value.len);
		buf_put(&out, name);
		buf_put(&out, value);
	}
	return buf_str(&out);
}

/* Where everybody sees the same rows, a cursor is nobody's own. */
static struct str reader(struct req *req, bool for_all)
{
	static const struct who anyone = {.kind = WHO_ANYONE};
	const struct who *who = for_all ? &anyone : &req->who;
	char account[UUID_TEXT_SIZE];

	uuid_format(&who->account, account);
	return arena_printf(req->arena, "%d %s %lld", (int)who->kind, account, (long long)who->ticket_number);
}

static struct digest cursor_mac(struct req *req, bool for_all, struct str key)
{
	static const char version[] = {CURSOR_VERSION};
	struct str parts[] = {{version, sizeof(version)}, req->path, filters(req), reader(req, for_all), key};

	return digest_hmac(req->app->cursor_key, parts, sizeof(parts) / sizeof(parts[0]));
}

/* The key with a stream that follows from its MAC laid over it, or taken off again. */
static struct str veil(struct req *req, struct str mac, struct str key)
{
	char *out = arena_alloc(req->arena, key.len + 1);

	for (size_t at = 0; at < key.len; at += DIGEST_SIZE) {
		const unsigned char block = (unsigned char)(at / DIGEST_SIZE);
		const struct str parts[] = {STR("veil"), mac, {(const char *)&block, 1}};
		struct digest stream = digest_hmac(req->app->cursor_key, parts, 3);

		for (size_t i = at; i < key.len && i < at + DIGEST_SIZE; i++)
			out[i] = (char)(key.at[i] ^ digest_bytes(&stream).at[i - at]);
	}
	return (struct str){out, key.len};
}

static struct str make_cursor(struct req *req, bool for_all, struct str key)
{
	struct digest mac = cursor_mac(req, for_all, key);
	struct buf raw = {.arena = req->arena};

	buf_byte(&raw, CURSOR_VERSION);
	struct str tag = {digest_bytes(&mac).at, CURSOR_MAC};
	buf_put(&raw, tag);
	buf_put(&raw, veil(req, tag, key));
	return digest_b64url(req->arena, buf_str(&raw));
}

/* The key inside; absent when the cursor is not ours. */
static struct str read_cursor(struct req *req, bool for_all, struct str cursor)
{
	struct str raw = digest_b64url_decode(req->arena, cursor);

	if (!raw.at || raw.len < CURSOR_HEAD || raw.at[0] != CURSOR_VERSION)
		return STR_NONE;
	struct str tag = {raw.at + 1, CURSOR_MAC};
	struct str key = veil(req, tag, (struct str){raw.at + CURSOR_HEAD, raw.len - CURSOR_HEAD});
	struct digest mac = cursor_mac(req, for_all, key);
	if (!str_eq_secret(tag, (struct str){digest_bytes(&mac).at, CURSOR_MAC}))
		return STR_NONE;
	return key;
}

static void put_cell(struct req *req, const PGresult *rows, int row, struct buf *out)
{
	(void)req;
	buf_put(out, db_cell(rows, row, "item"));
}

static bool begin(struct req *req, struct str cursor, int64_t limit, bool for_all, struct page *ret)
{
	struct page *page = arena_alloc(req->arena, sizeof(*page));

	page->limit = limit;
	page->for_all = for_all;
	page->put_item = put_cell;
	if (cursor.at) {
		page->after = read_cursor(req, for_all, cursor);
		if (!page->after.at) {
			reply_problem(req, PROBLEM_bad_cursor, STR_NONE);
			return false;
		}
	}
	req->page = page;
	*ret = *page;
	return true;
}

bool page_begin(struct req *req, struct str cursor, int64_t limit, struct page *ret)
{
	return begin(req, cursor, limit, false, ret);
}

bool page_begin_for_all(struct req *req, struct str cursor, int64_t limit, struct page *ret)
{
	return begin(req, cursor, limit, true, ret);
}

/* Part of the target as the client sent it, safe between < and > in a header. */
static void put_uri(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if (c <= ' ' || c >= 0x7f || strchr("<>\"\\", c))
			buf_printf(out, "%%%02X", c);
		else
			buf_byte(out, (char)c);
	}
}

/* The same list with all filters, behind this cursor. */
static struct str next_link(struct req *req, struct str cursor)
{
	struct str rest = req->query_text, pair, name, value;
	struct buf out = {.arena = req->arena};

	buf_byte(&out, '<');
	put_uri(&out, req->path);
	buf_byte(&out, '?');
	while (next_pair(&rest, &pair, &name, &value)) {
		if (str_eq(decode(req, name), STR("cursor")))
			continue;
		put_uri(&out, pair);
		buf_byte(&out, '&');
	}
	buf_printf(&out, "cursor=%.*s>; rel=\"next\"", STR_ARG(cursor));
	return buf_str(&out);
}

void page_items(
	struct req *req, void (*put_item)(struct req *req, const PGresult *rows, int row, struct buf *out))
{
	req->page->put_item = put_item;
}

static bool has_item(const PGresult *rows, int row)
{
	return db_cell(rows, row, "item").at != NULL;
}

/* Behind which the list goes on; absent: it ends with this page. */
static struct str next_key(const PGresult *rows, int last)
{
	int n = PQntuples(rows);

	if (last > 0 && last < n && has_item(rows, last))
		return db_cell(rows, last - 1, "key");
	return n == 0 || has_item(rows, n - 1) ? STR_NONE : db_cell(rows, n - 1, "key");
}

static void put_partial(struct buf *body, const PGresult *rows)
{
	bool partial = false;

	if (db_column(rows, "partial") < 0)
		return;
	for (int i = 0; i < PQntuples(rows); i++)
		partial |= db_cell_flag(rows, i, "partial");
	buf_printf(body, ",\"partial\":%s", partial ? "true" : "false");
}

struct str answer_page_body(struct req *req, PGresult *const *results)
{
	const PGresult *rows = answer_find(results, "item");
	const struct page *page = req->page;
	struct buf body = {.arena = req->arena};
	struct str cursor = STR_NONE;
	bool first = true;

	must(page);
	int n = PQntuples(rows), last = n > page->limit ? (int)page->limit : n;
	struct str key = next_key(rows, last);
	if (key.at) {
		cursor = make_cursor(req, page->for_all, key);
		reply_header(req, "Link", next_link(req, cursor));
	}
	buf_put(&body, STR("{\"items\":["));
	for (int i = 0; i < last; i++) {
		if (!has_item(rows, i))
			continue;
		if (!first)
			buf_byte(&body, ',');
		page->put_item(req, rows, i, &body);
		first = false;
	}
	buf_put(&body, STR("],\"next_cursor\":"));
	buf_json(&body, cursor);
	put_partial(&body, rows);
	buf_byte(&body, '}');
	return buf_str(&body);
}

void answer_page(struct req *req, PGresult *const *results)
{
	reply_json(req, 200, answer_page_body(req, results));
}

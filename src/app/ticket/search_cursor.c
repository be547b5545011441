/* Signed cursors: base64url(version, MAC, key). */
#include "app/ticket/search_cursor.h"

#include "base/digest.h"
#include "gen/shapes.h"

enum {
	CURSOR_VERSION = 2,
	CURSOR_MAC = 16,
	CURSOR_HEAD = 1 + CURSOR_MAC
};

static struct digest mac_of(struct req *req, struct str key)
{
	static const char version[] = {CURSOR_VERSION};
	const struct ticket_search *in = req->input;
	struct buf states = {.arena = req->arena};

	for (size_t i = 0; i < in->state.n; i++)
		buf_json(&states, in->state.items[i]);
	const struct str parts[] = {{version, sizeof(version)}, uuid_bytes(&req->who.account), in->q,
		in->sort, in->kind, in->category, in->area, in->holder, in->filed_from, in->filed_to,
		buf_str(&states), key};
	return digest_hmac(req->app->cursor_key, parts, sizeof(parts) / sizeof(parts[0]));
}

struct str search_cursor_make(struct req *req, struct str key)
{
	struct digest mac = mac_of(req, key);
	struct buf raw = {.arena = req->arena};

	buf_byte(&raw, CURSOR_VERSION);
	buf_put(&raw, (struct str){digest_bytes(&mac).at, CURSOR_MAC});
	buf_put(&raw, key);
	return digest_b64url(req->arena, buf_str(&raw));
}

struct str search_cursor_read(struct req *req, struct str cursor)
{
	struct str raw = digest_b64url_decode(req->arena, cursor);

	if (!raw.at || raw.len < CURSOR_HEAD || raw.at[0] != CURSOR_VERSION)
		return STR_NONE;
	struct str key = {raw.at + CURSOR_HEAD, raw.len - CURSOR_HEAD};
	struct digest mac = mac_of(req, key);
	bool ours = str_eq_secret(
		(struct str){raw.at + 1, CURSOR_MAC}, (struct str){digest_bytes(&mac).at, CURSOR_MAC});
	return ours ? key : STR_NONE;
}

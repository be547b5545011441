/* Answers that are the same for everybody, kept with what belongs to them. */
#include "db/shared.h"

#include <string.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/digest.h"
#include "base/epoch.h"
#include "base/must.h"
#include "http/reply.h"

/* What is kept: the tag, the Link, the length of the body, the body, and the same packed. */
#define BETWEEN '\n'

struct answer {
	struct str tag, link, body, packed; /* link, packed: empty where there is none */
};

/* What was asked for, in req->kept. */
struct asked {
	struct kept *pages; /* NULL: it is not kept */
	struct kept_key key;
	struct kept_lease lease; /* of an answer by who is asked now */
	struct kept_stamp stamp;
	struct answer answer;
};

enum {
	TAG_BYTES = 12,
	HEAD_ROOM = 2048 /* for what is kept in front of the body; a Link may be long */
};

static struct answer answer_read(struct str kept)
{
	struct answer a = {.packed = STR_NONE};
	struct str length;
	int64_t len;

	str_next(&kept, BETWEEN, &a.tag);
	str_next(&kept, BETWEEN, &a.link);
	str_next(&kept, BETWEEN, &length);
	must(str_to_i64(length, &len) == 0 && len >= 0 && (size_t)len <= kept.len);
	a.body = (struct str){kept.at, (size_t)len};
	a.packed = (struct str){kept.at + len, kept.len - (size_t)len};
	return a;
}

static struct str answer_written(struct arena *arena, const struct answer *a)
{
	struct buf out = {.arena = arena};

	buf_printf(&out, "%.*s%c%.*s%c%zu%c", STR_ARG(a->tag), BETWEEN, STR_ARG(a->link), BETWEEN,
		a->body.len, BETWEEN);
	buf_put(&out, a->body);
	buf_put(&out, a->packed);
	return buf_str(&out);
}

static bool fits_packed(const struct asked *asked)
{
	const struct answer *a = &asked->answer;

	return kept_fits(asked->pages, a->body.len + a->packed.len + HEAD_ROOM);
}

/* Both forms, or the plain one where there is no room for both. */
static void keep(struct req *req, const struct asked *asked)
{
	struct answer a = asked->answer;

	if (!fits_packed(asked))
		a.packed = STR_NONE;
	struct str bytes = answer_written(req->arena, &a);
	if (!arena_failed(req->arena)) /* else the bytes may be those of another request */
		kept_keep(asked->pages, &asked->key, asked->stamp, clock_wall_ms(), bytes);
}

/* Packing it costs more than all else: what was packed for one is kept for the others. */
static bool is_worth_keeping(const struct asked *asked, bool is_new, bool had_packed)
{
	if (!asked->pages)
		return false;
	return is_new || (asked->answer.packed.len > 0 && !had_packed && fits_packed(asked));
}

static void tell(struct req *req, struct asked *asked, bool is_new)
{
	struct answer *a = &asked->answer;
	bool had_packed = a->packed.len > 0;

	reply_etag(req, a->tag);
	if (asked->pages)
		reply_header(req, "Cache-Control", STR("public, max-age=60"));
	if (a->link.len > 0)
		reply_header(req, "Link", a->link);
	req->packed = a->packed;
	req_pin(req); /* it may have left with its answer */
	reply_json(req, 200, a->body);
	a->packed = req->packed;
	if (is_worth_keeping(asked, is_new, had_packed))
		keep(req, asked);
	req_unpin(req);
}

static bool holds(const struct app *app, const struct kept_lease *lease)
{
	return lease->epoch == epoch_now(app->epoch) && clock_mono_us() < lease->until_us;
}

bool shared_told(struct req *req, struct kept *pages, struct kept_key key)
{
	struct asked *asked = arena_alloc(req->arena, sizeof(*asked));
	struct str kept = STR_NONE;

	req->kept = asked;
	asked->pages = pages;
	asked->key = key;
	asked->lease.epoch = epoch_now(req->app->epoch);
	asked->lease.until_us = clock_mono_us() + req->app->config->public_lease_ms * 1000;
	asked->stamp.version = KEPT_NONE;
	if (!pages)
		return false;
	asked->stamp = kept_find(pages, &key, clock_wall_ms(), req->arena, &kept);
	if (!kept.at || arena_failed(req->arena))
		return false;
	asked->answer = answer_read(kept);
	if (!holds(req->app, &asked->stamp.lease))
		return false;
	tell(req, asked, false);
	return true;
}

static struct kept_key key_of_list(const struct req *req)
{
	struct digest digest = digest_sha256(req->target);
	struct kept_key key;

	_Static_assert(sizeof(key) == sizeof(digest), "a key is a digest");
	memcpy(&key, &digest, sizeof(key));
	return key;
}

bool shared_told_list(struct req *req)
{
	return shared_told(req, req->app->lists, key_of_list(req));
}

int64_t shared_known(const struct req *req)
{
	const struct asked *asked = req->kept;

	return asked->stamp.version;
}

/* The same bytes have the same tag, whoever built them. */
static struct str tag_of(struct req *req, struct str bytes)
{
	struct digest d = digest_sha256(bytes);

	return digest_b64url(req->arena, (struct str){digest_bytes(&d).at, TAG_BYTES});
}

void shared_tell(struct req *req, int64_t version, int64_t keep_ms, struct str body)
{
	struct asked asked = *(const struct asked *)req->kept;

	asked.stamp = (struct kept_stamp){
		.version = version, .fresh_until_ms = clock_wall_ms() + keep_ms, .lease = asked.lease};
	asked.answer =
		(struct answer){.tag = tag_of(req, body), .link = reply_header_of(req, "Link"), .body = body};
	tell(req, &asked, true);
}

void shared_tell_page(struct req *req, PGresult *const *results)
{
	shared_tell(req, 0, req->app->config->public_lease_ms, answer_page_body(req, results));
}

void shared_tell_known(struct req *req)
{
	struct asked asked = *(const struct asked *)req->kept;

	asked.stamp.lease = asked.lease;
	kept_renew(asked.pages, &asked.key, asked.stamp.version, asked.lease);
	tell(req, &asked, false);
}

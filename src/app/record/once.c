/* Idempotency-Key: the claim and the effect are one transaction. */
#include "app/record/once.h"

#include "base/metric.h"
#include "db/answer.h"
#include "gen/sql/record.h"
#include "http/reply.h"

/* The stored answer: status, a blank, the body. */
void once_again(struct req *req, struct str detail)
{
	struct str status, body = detail;
	int64_t code;

	if (!str_next(&body, ' ', &status) || str_to_i64(status, &code) < 0) {
		reply_problem(req, PROBLEM_internal, STR_NONE);
		return;
	}
	metric_add(METRIC_idempotent_replays, 1);
	reply_header(req, "Idempotent-Replayed", STR("true"));
	reply_json(req, (int)code, arena_str(req->arena, body));
}

static void replay_created(struct req *req, struct str detail)
{
	answer_located(req, detail);
	once_again(req, detail);
}

static void replay_versioned(struct req *req, struct str detail)
{
	reply_etag(req, STR("1"));
	replay_created(req, detail);
}

static void claim(struct db_unit *u, struct req *req, void (*again)(struct req *req, struct str detail))
{
	if (!req->once_key.at)
		return;
	sql_record_once_claim(u, .key = req->once_key, .fingerprint = req->once_fingerprint);
	db_unit_on(u, "TD200", again);
}

void once_claim(struct db_unit *u, struct req *req)
{
	claim(u, req, once_again);
}

void once_claim_created(struct db_unit *u, struct req *req)
{
	claim(u, req, replay_created);
}

void once_claim_versioned(struct db_unit *u, struct req *req)
{
	claim(u, req, replay_versioned);
}

void once_claim_telling(struct db_unit *u, struct req *req, void (*again)(struct req *req, struct str detail))
{
	if (!req->once_key.at)
		return;
	sql_record_once_claim_telling(u, .key = req->once_key, .fingerprint = req->once_fingerprint);
	db_unit_on(u, "TD200", once_again);
	db_unit_on(u, "TD616", again);
}

static void replay(struct db_unit *u, struct req *req, void (*again)(struct req *req, struct str detail))
{
	if (!req->once_key.at)
		return;
	sql_record_once_seen(u, .key = req->once_key, .fingerprint = req->once_fingerprint);
	db_unit_on(u, "TD200", again);
}

void once_replay(struct db_unit *u, struct req *req)
{
	replay(u, req, once_again);
}

void once_replay_versioned(struct db_unit *u, struct req *req)
{
	replay(u, req, replay_versioned);
}

void once_finish(struct db_unit *u, struct req *req, int status, struct str body)
{
	if (!req->once_key.at)
		return;
	sql_record_once_finish(u, .key = req->once_key, .status = status, .body = body);
}

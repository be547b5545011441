/* Publication: what staff decide on a proposed version, and the objection of the citizen. */
#include "app/publication/publication.h"

#include "app/record/once.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/rand.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/publication.h"

enum {
	KEY_BYTES = 24
};

void publication_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_publication_show(u, .ticket = req->args[0].uuid);
	db_run(u, answer_object);
}

void publication_confirm(struct req *req)
{
	const struct publication_confirm *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_publication_confirm(u, .ticket = req->args[0].uuid, .finding = in->finding, .at = clock_wall_ms(),
		.event = uuid_new());
	db_run(u, answer_object);
}

static void decide(struct req *req, const char *action, struct str reason, struct str key)
{
	struct db_unit *u = db_unit(req);

	sql_publication_decide(u, .ticket = req->args[0].uuid, .version = req->if_match,
		.action = str_of(action), .reason = reason, .key = key, .at = clock_wall_ms(),
		.event = uuid_new());
	db_run(u, answer_object);
}

/* Nobody guesses it, and it says nothing. */
static struct str new_key(struct arena *arena)
{
	char bytes[KEY_BYTES];

	rand_bytes(bytes, sizeof(bytes));
	return digest_b64url(arena, (struct str){bytes, sizeof(bytes)});
}

void publication_publish(struct req *req)
{
	const struct publication_publish *in = req->input;

	if (in->link_only)
		decide(req, "share", STR_NONE, new_key(req->arena));
	else
		decide(req, "publish", STR_NONE, STR_NONE);
}

void publication_drop(struct req *req)
{
	const struct publication_drop *in = req->input;

	decide(req, "drop", in->reason, STR_NONE);
}

void publication_hide(struct req *req)
{
	const struct publication_hide *in = req->input;

	decide(req, "hide", in->reason, STR_NONE);
}

void tracking_object(struct req *req)
{
	const struct tracking_object *in = req->input;
	int64_t now_ms = clock_wall_ms();
	char at[CLOCK_RFC3339_SIZE];
	struct db_unit *u = db_unit(req);

	clock_format(now_ms, at);
	req->made = arena_printf(req->arena, "{\"at\":\"%s\"}", at);
	once_claim(u, req);
	sql_publication_object(u, .number = req->who.ticket_number, .generation = req->who.generation,
		.reason = in->reason, .at = now_ms, .event = uuid_new());
	once_finish(u, req, 201, req->made);
	db_run(u, answer_made);
}

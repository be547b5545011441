/* The tickets of a citizen who has signed in. */
#include "app/account/citizen.h"
#include "auth/ticket_secret.h"
#include "base/config.h"
#include "civil/clock.h"
#include "civil/code.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/account.h"
#include "http/reply.h"

void citizen_ticket_list(struct req *req)
{
	const struct citizen_ticket_list *in = req->input;
	int64_t now_ms = req_began_ms(req);
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_account_citizen_ticket_list(u, .after = page.after, .limit = page.limit, .now = now_ms,
		.soon = clock_soon(req->app->city, now_ms));
	db_run(u, answer_page);
}

/* Code and secret are looked at as when somebody follows a ticket with them. */
void citizen_ticket_add(struct req *req)
{
	const struct citizen_ticket_add *in = req->input;
	const struct keys *keys = req->app->keys;
	int64_t now_ms = req_began_ms(req), generation;
	struct code code;

	if (code_parse(keys_purpose(keys, KEY_TICKET_CODE), str_of(req->app->config->code_prefix), in->code,
		    &code) < 0 ||
		!ticket_secret_check(keys, code.number, in->secret, &generation)) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	struct db_unit *u = db_unit(req);
	sql_account_citizen_ticket_add(u, .number = code.number, .generation = generation, .at = now_ms,
		.soon = clock_soon(req->app->city, now_ms));
	db_run(u, answer_object);
}

/* There is one way to follow a ticket, and this opens it: the secret is derived, so it can be had again. */
static void opened(struct req *req, PGresult *const *results)
{
	const PGresult *row = results[0];
	struct buf out = {.arena = req->arena};

	buf_byte(&out, '{');
	buf_member(&out, "code", db_cell(row, 0, "code"));
	buf_member(&out, "secret",
		ticket_secret(req->arena, req->app->keys, db_cell_int(row, 0, "number"),
			db_cell_int(row, 0, "generation")));
	buf_byte(&out, '}');
	reply_json(req, 200, buf_str(&out));
}

void citizen_ticket_open(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_citizen_ticket_open(u, .ticket = req->args[0].uuid, .at = req_began_ms(req));
	db_run(u, opened);
}

void citizen_ticket_drop(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_citizen_ticket_drop(u, .ticket = req->args[0].uuid);
	db_run(u, answer_nothing);
}

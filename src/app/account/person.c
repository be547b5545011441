/* Accounts, one-time codes for those who come in with nothing else, and keys of programs. */
#include "app/account/person.h"

#include "auth/credential.h"
#include "auth/login.h"
#include "auth/role.h"
#include "base/clock.h"
#include "base/config.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/account.h"
#include "http/reply.h"

enum {
	KEY_DAYS_MAX = 366
};

static struct db_texts texts_of(struct shape_list list)
{
	return (struct db_texts){list.items, list.n, 0};
}

void account_make(struct req *req)
{
	const struct account_make *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_account_person_make(u, .login = in->login, .name = in->name, .department = in->department,
		.roles = texts_of(in->roles), .email = in->email, .language = in->language,
		.machine = in->machine);
	db_run(u, answer_created);
}

void account_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_person_show(u, .account = req->args[0].uuid);
	db_run(u, answer_object);
}

void account_change(struct req *req)
{
	const struct account_change *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_account_person_change(u, .account = req->args[0].uuid, .version = req->if_match, .name = in->name,
		.department = in->department, .roles = texts_of(in->roles), .email = in->email,
		.language = in->language, .state = in->state);
	db_run(u, answer_object);
}

static void decide_grant(struct req *req, bool confirm)
{
	struct db_unit *u = db_unit(req);

	sql_account_grant_decide(
		u, .account = req->args[0].uuid, .grant = req->args[1].uuid, .confirm = confirm);
	db_run(u, answer_object);
}

void account_grant_confirm(struct req *req)
{
	decide_grant(req, true);
}

void account_grant_refuse(struct req *req)
{
	decide_grant(req, false);
}

/* --- coming in with nothing else --------------------------------------------------------------------- */

static void invite(struct req *req, PGresult *const *results)
{
	const struct account_invite *in = req->input;
	const struct config *config = req->app->config;
	struct str login = db_cell(results[0], 0, "login"), code = login_code_new(req->arena);
	struct str link = login_link(req->arena, str_of(config->welcome_url), login, code);
	int64_t expires = clock_wall_ms() + config->login_code_minutes * 60000;
	struct buf out = {.arena = req->arena};

	buf_printf(&out, "{\"code\":\"%.*s\"", STR_ARG(code));
	buf_member_instant(&out, "expires_at", expires);
	buf_member(&out, "link", link);
	buf_byte(&out, '}');
	req->made = buf_str(&out);
	struct db_unit *u = db_unit(req);
	sql_account_person_invite(u, .account = req->args[0].uuid,
		.code_hash = login_code_hash(req->arena, req->app->keys, login, code), .expires = expires,
		.reset = in->reset);
	db_run(u, answer_made);
}

void account_invite(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_person_login(u, .account = req->args[0].uuid);
	db_run(u, invite);
}

void account_sessions(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_person_sessions(u, .account = req->args[0].uuid);
	db_run(u, answer_object);
}

void account_sessions_end(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_person_sessions_end(u, .account = req->args[0].uuid);
	db_run(u, answer_nothing);
}

void account_events(struct req *req)
{
	const struct account_events *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_account_events(u, .account = req->args[0].uuid, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

/* --- programs ---------------------------------------------------------------------------------------- */

static role_set roles_of(struct shape_list list)
{
	role_set roles = 0, bit;

	for (size_t i = 0; i < list.n; i++)
		if (role_find(list.items[i], &bit))
			roles |= bit;
	return roles;
}

/* The key itself is shown here and nowhere else. */
static void key_made(struct req *req, PGresult *const *results)
{
	const struct account_key_make *in = req->input;
	struct uuid id;
	struct str body = db_cell(results[0], 0, "body");
	struct buf out = {.arena = req->arena};

	uuid_parse(req->made, &id);
	struct who who = {.account = req->args[0].uuid,
		.session = id,
		.roles = roles_of(in->roles),
		.department = db_cell_int(results[0], 0, "department")};
	buf_printf(&out, "{\"key\":\"%.*s\",%.*s", STR_ARG(api_key_make(req->arena, req->app->keys, &who)),
		(int)body.len - 1, body.at + 1);
	answer_located(req, body);
	reply_json(req, 201, buf_str(&out));
}

/* A key is one factor: it opens nothing that the city opens with two. */
static bool asks_for_two_factors(struct req *req, struct shape_list roles)
{
	role_set strong;

	return role_list(str_of(req->app->config->second_factor_roles), &strong) &&
	       (strong & roles_of(roles));
}

void account_key_make(struct req *req)
{
	const struct account_key_make *in = req->input;
	int64_t now = clock_wall_ms(), most = now + KEY_DAYS_MAX * INT64_C(86400000);
	char text[UUID_TEXT_SIZE];
	struct uuid id = uuid_new();

	if (in->expires_at <= now || in->expires_at > most) {
		bool past = in->expires_at <= now;

		req_fault_limit_at(req, "pointer", STR("/expires_at"),
			past ? FAULT_too_small : FAULT_too_large, past ? now + 1 : most);
		reply_faults(req);
		return;
	}
	if (asks_for_two_factors(req, in->roles)) {
		req_fault(req, "pointer", STR("/roles"), FAULT_not_allowed);
		reply_faults(req);
		return;
	}
	uuid_format(&id, text);
	req->made = arena_str(req->arena, str_of(text));
	struct db_unit *u = db_unit(req);
	sql_account_key_make(u, .id = id, .account = req->args[0].uuid, .name = in->name,
		.roles = texts_of(in->roles), .expires = in->expires_at);
	db_run(u, key_made);
}

void account_key_list(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_key_list(u, .account = req->args[0].uuid);
	db_run(u, answer_object);
}

void account_key_revoke(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_key_revoke(u, .account = req->args[0].uuid, .key = req->args[1].uuid);
	db_run(u, answer_nothing);
}

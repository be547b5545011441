/* Staff: signing in, who am I, people. */
#include "app/account/account.h"

#include "auth/login.h"
#include "auth/role.h"
#include "auth/token.h"
#include "base/clock.h"
#include "base/config.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/account.h"
#include "http/reply.h"

/* "officer,head" -> bits. Names that this program does not know give no right. */
static role_set roles_of(struct str list)
{
	struct str rest = list, name;
	role_set roles = 0, bit;

	while (str_next(&rest, ',', &name))
		if (role_find(name, &bit))
			roles |= bit;
	return roles;
}

/* The session is in the database by now; the token only names it. */
static void signed_in(struct req *req, PGresult *const *results)
{
	const PGresult *row = results[0];
	struct token_claims claims = {.who = {.kind = WHO_STAFF,
					      .roles = roles_of(db_cell(row, 0, "roles")),
					      .department = db_cell_int(row, 0, "department")},
		.expires_ms = clock_wall_ms() + req->app->config->session_minutes * 60000};
	char expires[CLOCK_RFC3339_SIZE];

	claims.who.account = db_cell_uuid(row, 0, "account");
	claims.who.session = req->who.session;
	struct str token = token_issue(req->arena, req->app->keys, req->app->config->public_url, &claims);
	if (!token.at) {
		reply_problem(req, PROBLEM_internal, STR_NONE);
		return;
	}
	clock_format(claims.expires_ms, expires);
	reply_header(req, "Location", STR("/v1/me"));
	reply_json(req, 201,
		arena_printf(req->arena,
			"{\"token\":\"%.*s\",\"token_type\":\"Bearer\",\"expires_at\":\"%s\",\"account\":%.*"
			"s}",
			STR_ARG(token), expires, STR_ARG(db_cell(row, 0, "body"))));
}

void session_open(struct req *req)
{
	const struct session_open *in = req->input;
	struct str hash = login_code_hash(req->arena, req->app->keys, in->login, in->code);

	if (!hash.at) { /* it cannot be one of our codes */
		reply_problem(req, PROBLEM_bad_credentials, STR_NONE);
		return;
	}
	struct db_unit *u = db_unit(req);
	req->who.session = uuid_new();
	sql_account_login(u, .login = in->login, .code_hash = hash, .session = req->who.session,
		.expires = clock_wall_ms() + req->app->config->session_minutes * 60000);
	db_run(u, signed_in);
}

void session_close(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_logout(u);
	db_run(u, answer_nothing);
}

void me_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_me(u);
	db_run(u, answer_object);
}

void me_change(struct req *req)
{
	const struct me_change *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_account_me_change(u, .language = in->language);
	db_run(u, answer_object);
}

void account_list(struct req *req)
{
	const struct account_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_account_list(u, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

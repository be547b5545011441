/* Signing in: offer (what the database has) -> proof (what was shown, beside the loop) -> login (the
 * session). A request whose answer got lost gets the session by the offer already. */
#include "app/account/session.h"

#include "app/account/proof.h"
#include "auth/credential.h"
#include "auth/keys.h"
#include "auth/role.h"
#include "auth/token.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/metric.h"
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

static int64_t minutes_ms(int64_t minutes)
{
	return minutes * 60000;
}

static struct who who_of(const struct req *req, const PGresult *row)
{
	struct who who = {
		.kind = WHO_CITIZEN, .account = db_cell_uuid(row, 0, "account"), .session = req->who.session};

	if (!db_cell_flag(row, 0, "citizen")) {
		who.kind = WHO_STAFF;
		who.roles = roles_of(db_cell(row, 0, "roles"));
		who.department = db_cell_int(row, 0, "department");
	}
	return who;
}

/* The token of a session that is in the database by now: row of login.sql or renew.sql. Absent: it could
 * not be signed. */
static struct str token_of(struct req *req, const PGresult *row, int64_t *ret_expires_ms)
{
	const struct config *config = req->app->config;
	int64_t expires = db_cell_int(row, 0, "expires_ms"),
		soon = clock_wall_ms() + minutes_ms(config->token_minutes);
	struct token_claims claims = {.who = who_of(req, row), .expires_ms = expires < soon ? expires : soon};

	*ret_expires_ms = claims.expires_ms;
	return token_issue(req->arena, req->app->keys, config->public_url, &claims);
}

void session_answer(struct req *req, const PGresult *row, int status, struct str login)
{
	struct refresh refresh = {req->who.session, db_cell_int(row, 0, "generation")};
	struct buf out = {.arena = req->arena};
	int64_t token_ms;
	struct str token = token_of(req, row, &token_ms);

	if (!token.at) {
		reply_problem(req, PROBLEM_internal, STR_NONE);
		return;
	}
	buf_printf(&out, "{\"token\":\"%.*s\",\"token_type\":\"Bearer\"", STR_ARG(token));
	buf_member_instant(&out, "expires_at", token_ms);
	buf_member(&out, "refresh_token", refresh_make(req->arena, req->app->keys, &refresh));
	buf_member_instant(&out, "session_expires_at", db_cell_int(row, 0, "expires_ms"));
	if (login.at)
		buf_member(&out, "device", device_make(req->arena, req->app->keys, login, clock_wall_ms()));
	buf_printf(&out, ",\"%s\":%.*s}", db_cell_flag(row, 0, "citizen") ? "citizen" : "account",
		STR_ARG(db_cell(row, 0, "body")));
	reply_json(req, status, buf_str(&out));
}

struct str session_replay(struct req *req)
{
	if (!req->once_key.at)
		return STR_NONE;
	const struct str parts[] = {STR("sign-in"), req->once_key, req->raw_body};
	struct digest mac = digest_hmac(keys_purpose(req->app->keys, KEY_ONCE), parts, 3);
	return arena_str(req->arena, digest_bytes(&mac));
}

void session_opened(struct req *req, const PGresult *row, struct str at, struct str login)
{
	struct uuid session = db_cell_uuid(row, 0, "session");
	bool again = !str_eq(uuid_bytes(&session), uuid_bytes(&req->who.session));

	metric_add(again ? METRIC_idempotent_replays : METRIC_sign_ins, 1);
	if (again)
		reply_header(req, "Idempotent-Replayed", STR("true"));
	req->who.session = session;
	reply_header(req, "Location", at);
	session_answer(req, row, 201, login);
}

static void signed_in(struct req *req, PGresult *const *results)
{
	const struct session_open *in = req->input;

	session_opened(req, results[0], STR("/v1/me"), in->login);
}

static void wrong(struct req *req)
{
	metric_add(METRIC_sign_ins_refused, 1);
	reply_problem(req, PROBLEM_bad_credentials, STR_NONE);
}

/* Everything was looked at. */
static void log_in(struct proof *p, struct str code_hash)
{
	struct req *req = p->req;
	const struct session_open *in = req->input;
	struct factor_shown shown;

	if (proof_factor_refuse(req, proof_factor(p, in->second_factor, &shown)))
		return;
	struct db_unit *u = db_unit(req);
	req->who.session = uuid_new();
	sql_account_login(u, .account = db_cell_uuid(p->offer, 0, "account"), .code_hash = code_hash,
		.seen = db_cell(p->offer, 0, "hash"), .box = shown.box, .step = shown.step,
		.recovery = shown.recovery, .hash = p->fresh[0] ? str_of(p->fresh) : STR_NONE,
		.slots = {p->brake.slot, p->brake.n, 0}, .session = req->who.session,
		.expires = clock_wall_ms() + minutes_ms(req->app->config->session_minutes),
		.strong = proof_strong_roles(req), .client = in->client, .replay = session_replay(req));
	db_run(u, signed_in);
}

static void password_looked_at(struct proof *p)
{
	if (p->right)
		log_in(p, STR_NONE);
	else
		wrong(p->req);
}

/* A code has 80 random bits: nobody guesses it, so nobody's attempts may make its owner wait. */
static struct brake brake_for(struct req *req, const struct session_open *in)
{
	if (in->code.at)
		return (struct brake){.n = 0};
	return brake_of(req->arena, req->app->keys, in->login, in->device, req->address_block);
}

static void offered(struct req *req, PGresult *const *results)
{
	const struct session_open *in = req->input;
	struct brake brake = brake_for(req, in);

	if (results[1] && db_cell(results[1], 0, "session").at) {
		session_opened(req, results[1], STR("/v1/me"), in->login);
		return;
	}
	struct proof *p = proof_begin(req, in->login, &brake, results[0]);
	if (!p)
		return;
	if (in->password.at) {
		proof_password(
			p, &(struct proof_passwords){.shown = in->password, .then = password_looked_at});
		return;
	}
	log_in(p, login_code_hash(req->arena, req->app->keys, in->login, in->code));
}

void session_open(struct req *req)
{
	const struct session_open *in = req->input;
	struct str hash = STR_NONE;

	if (!in->code.at == !in->password.at) {
		req_fault(req, "pointer", STR("/password"), in->code.at ? FAULT_not_allowed : FAULT_required);
		reply_faults(req);
		return;
	}
	if (in->code.at && !(hash = login_code_hash(req->arena, req->app->keys, in->login, in->code)).at) {
		wrong(req); /* it cannot be one of our codes */
		return;
	}
	struct brake brake = brake_for(req, in);
	struct str replay = session_replay(req);
	struct db_unit *u = db_unit(req);
	sql_account_offer(u, .login = in->login, .code_hash = hash, .slots = {brake.slot, brake.n, 0},
		.free = {brake.free, brake.n, 0});
	if (replay.at)
		sql_account_again(u, .login = in->login, .replay = replay, .slots = {brake.slot, brake.n, 0});
	db_run(u, offered);
}

/* --- afterwards -------------------------------------------------------------------------------------- */

static void renewed(struct req *req, PGresult *const *results)
{
	struct str state = db_cell(results[0], 0, "state");

	if (str_eq(state, STR("renewed"))) {
		session_answer(req, results[0], 200, STR_NONE);
		return;
	}
	if (str_eq(state, STR("reused"))) {
		char session[UUID_TEXT_SIZE];
		uuid_format(&req->who.session, session);
		metric_add(METRIC_refresh_reused, 1);
		log_warn("session.reused", LOG_STR("session", str_of(session)));
	}
	reply_problem(req, PROBLEM_session_over, STR_NONE);
}

void session_renew(struct req *req)
{
	const struct session_renew *in = req->input;
	struct refresh refresh;

	if (!refresh_open(req->arena, req->app->keys, in->refresh_token, &refresh)) {
		reply_problem(req, PROBLEM_session_over, STR_NONE);
		return;
	}
	struct db_unit *u = db_unit(req);
	req->who.session = refresh.session;
	sql_account_renew(u, .session = refresh.session, .generation = refresh.generation,
		.idle_minutes = req->app->config->session_idle_minutes,
		.citizen_idle_minutes = req->app->config->citizen_session_idle_minutes);
	db_run(u, renewed);
}

void session_list(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_session_list(u);
	db_run(u, answer_object);
}

void session_end(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_session_end(u, .session = req->args[0].uuid);
	db_run(u, answer_nothing);
}

void session_end_others(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_session_end(u, .session = (struct uuid){{0}});
	db_run(u, answer_nothing);
}

void session_close(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_logout(u);
	db_run(u, answer_nothing);
}

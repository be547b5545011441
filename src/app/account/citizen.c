/* Citizens sign in: a letter with a code, and the request that it counts with -> the session. */
#include "app/account/citizen.h"

#include "app/account/proof.h"
#include "app/account/session.h"
#include "auth/citizen_code.h"
#include "auth/contact.h"
#include "auth/credential.h"
#include "auth/seal.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/metric.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/account.h"
#include "http/reply.h"

#define DAY_MS INT64_C(86400000)

/* --- the letter -------------------------------------------------------------------------------------- */

/* An address as the database gets it. */
struct address {
	struct sealed sealed;
	struct str index, place;
};

/* As a contact is sealed (auth/contact.h), for the citizen whose it becomes. */
static struct address close_address(struct req *req, struct str email, const struct uuid *citizen)
{
	const struct keys *keys = req->app->keys;
	const struct contact plain = {.email = email};
	struct address address = {.index = citizen_email_index(req->arena, keys, email)};

	address.place = citizen_place(req->arena, keys,
		&(struct citizen_asks){address.index, req->address_block, clock_wall_ms() / DAY_MS});
	seal(req->arena, keys, uuid_bytes(citizen), contact_write(req->arena, &plain), &address.sealed);
	return address;
}

/* False after an answer: nobody would get the letter. */
static bool has_mail(struct req *req)
{
	if (req->app->config->mail_url[0] != '\0')
		return true;
	reply_problem(req, PROBLEM_no_mail, STR_NONE);
	return false;
}

static void asked(struct req *req, PGresult *const *results)
{
	struct buf out = {.arena = req->arena};

	buf_byte(&out, '{');
	buf_member(&out, "request", req->made);
	buf_member_instant(&out, "expires_at", db_cell_int(results[0], 0, "ends_ms"));
	buf_byte(&out, '}');
	reply_json(req, 202, buf_str(&out));
}

void citizen_code_ask(struct req *req)
{
	const struct citizen_code_ask *in = req->input;
	struct uuid letter = uuid_new(), citizen = uuid_new();

	if (!has_mail(req))
		return;
	struct address address = close_address(req, in->email, &citizen);
	req->made = request_make(req->arena, req->app->keys, &letter);
	struct db_unit *u = db_unit(req);
	sql_account_citizen_code_ask(u, .id = letter, .citizen = citizen, .language = in->language,
		.epoch = address.sealed.epoch, .wrapped = address.sealed.wrapped, .box = address.sealed.box,
		.email_index = address.index, .place = address.place);
	db_run(u, asked);
}

/* --- the session ------------------------------------------------------------------------------------- */

static void wrong(struct req *req)
{
	metric_add(METRIC_sign_ins_refused, 1);
	reply_problem(req, PROBLEM_bad_code, STR_NONE);
}

/* All refusals of a code are alike. */
static void signed_in(struct req *req, PGresult *const *results)
{
	if (proof_must_wait(req, db_cell_int(results[0], 0, "wait_s")))
		return;
	if (!db_cell(results[0], 0, "account").at) {
		wrong(req);
		return;
	}
	session_opened(req, results[0], STR("/v1/citizen"), STR_NONE);
}

void citizen_session_open(struct req *req)
{
	const struct citizen_session_open *in = req->input;
	const struct keys *keys = req->app->keys;
	struct brake brake = brake_of_place(keys, req->address_block);
	struct uuid letter;

	if (!request_open(req->arena, keys, in->request, &letter)) {
		wrong(req);
		return;
	}
	struct db_unit *u = db_unit(req);
	req->who.session = uuid_new();
	sql_account_citizen_login(u, .request = letter,
		.right = citizen_code_check(req->arena, keys, &letter, in->code),
		.slots = {brake.slot, brake.n, 0}, .free = {brake.free, brake.n, 0},
		.session = req->who.session,
		.expires = clock_wall_ms() + req->app->config->citizen_session_minutes * 60000,
		.client = in->client, .replay = session_replay(req));
	db_run(u, signed_in);
}

/* --- the account ------------------------------------------------------------------------------------- */

/* The members of the body behind the address, which only this process can open. */
static void shown(struct req *req, PGresult *const *results)
{
	const PGresult *row = results[0];
	struct uuid id = db_cell_uuid(row, 0, "id");
	const struct sealed sealed = sealed_of(req->arena, row, 0);
	struct str body = db_cell(row, 0, "body"), email = STR("null");

	if (sealed.box.at) {
		email = contact_member(
			seal_open(req->arena, req->app->keys, uuid_bytes(&id), &sealed), "email");
		if (!email.at) {
			reply_problem(req, PROBLEM_internal, STR_NONE);
			return;
		}
		email = arena_printf(req->arena, "\"%.*s\"", STR_ARG(email));
	}
	reply_json(req, 200,
		arena_printf(
			req->arena, "{\"email\":%.*s,%.*s", STR_ARG(email), (int)body.len - 1, body.at + 1));
}

void citizen_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_citizen_show(u);
	db_run(u, shown);
}

void citizen_erase(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_citizen_erase(u);
	db_run(u, answer_nothing);
}

void citizen_events(struct req *req)
{
	const struct citizen_events *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_account_citizen_events(u, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

/* --- another address --------------------------------------------------------------------------------- */

void citizen_email_ask(struct req *req)
{
	const struct citizen_email_ask *in = req->input;
	struct uuid letter = uuid_new();

	if (!has_mail(req))
		return;
	struct address address = close_address(req, in->email, &req->who.account);
	req->made = request_make(req->arena, req->app->keys, &letter);
	struct db_unit *u = db_unit(req);
	sql_account_citizen_email_ask(u, .id = letter, .language = in->language,
		.epoch = address.sealed.epoch, .wrapped = address.sealed.wrapped, .box = address.sealed.box,
		.email_index = address.index, .place = address.place);
	db_run(u, asked);
}

static void email_set(struct req *req, PGresult *const *results)
{
	if (db_cell_flag(results[0], 0, "done"))
		answer_nothing(req, results);
	else
		wrong(req);
}

void citizen_email_set(struct req *req)
{
	const struct citizen_email_set *in = req->input;
	const struct keys *keys = req->app->keys;
	struct uuid letter;

	if (!request_open(req->arena, keys, in->request, &letter)) {
		wrong(req);
		return;
	}
	struct db_unit *u = db_unit(req);
	sql_account_citizen_email_set(
		u, .request = letter, .right = citizen_code_check(req->arena, keys, &letter, in->code));
	db_run(u, email_set);
}

/* Password, second factor and recovery codes of the caller. */
#include "app/account/own.h"

#include "app/account/proof.h"
#include "auth/seal.h"
#include "auth/totp.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/rand.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/account.h"
#include "http/reply.h"

enum {
	RECOVERY_CODES = 10
};

/* Attempts of somebody who has signed in are counted for the account, apart from those to sign in. */
static struct brake own_brake(struct req *req)
{
	char account[UUID_TEXT_SIZE];

	uuid_format(&req->who.account, account); /* the line break is in no login that somebody could type */
	return brake_of(req->arena, req->app->keys, arena_printf(req->arena, "\n%s", account), STR_NONE,
		req->address_block);
}

static void ask_offer(struct req *req, db_then *then)
{
	struct brake brake = own_brake(req);
	struct db_unit *u = db_unit(req);

	sql_account_own_offer(u, .slots = {brake.slot, brake.n, 0}, .free = {brake.free, brake.n, 0});
	db_run(u, then);
}

static struct proof *offered(struct req *req, PGresult *const *results)
{
	struct brake brake = own_brake(req);

	return proof_begin(req, db_cell(results[0], 0, "login"), &brake, results[0]);
}

static struct str owner_of(const struct req *req)
{
	return uuid_bytes(&req->who.account);
}

/* --- the password ------------------------------------------------------------------------------------ */

/* The one in `member` is not that of the account, or the account has none. */
static void refuse_password(struct proof *p, struct str member)
{
	if (db_cell(p->offer, 0, "hash").at)
		reply_problem_at(p->req, PROBLEM_wrong_password, member);
	else
		reply_problem(p->req, PROBLEM_no_password, STR_NONE);
}

static void password_looked_at(struct proof *p)
{
	struct req *req = p->req;

	if (!p->right) {
		refuse_password(p, STR("/current"));
		return;
	}
	struct db_unit *u = db_unit(req);
	sql_account_password(u, .hash = str_of(p->fresh), .slots = {p->brake.slot, p->brake.n, 0});
	db_run(u, answer_nothing);
}

static bool is_weak(struct req *req, struct str password, struct str login)
{
	const char *weakness = password_weakness(password, login);

	if (weakness)
		reply_problem(req, PROBLEM_weak_password, STR_NONE);
	return weakness;
}

/* Somebody who has just come in with a one-time code has shown enough: that is how a first password is set,
 * and a forgotten one. */
static void password_offered(struct req *req, PGresult *const *results)
{
	const struct password_set *in = req->input;
	struct proof *p = offered(req, results);
	bool has = db_cell(results[0], 0, "hash").at, fresh = db_cell_flag(results[0], 0, "fresh");

	if (!p || is_weak(req, in->password, p->login))
		return;
	if (!in->current.at && !fresh) {
		if (has)
			req_fault(req, "pointer", STR("/current"), FAULT_required);
		else
			reply_problem(req, PROBLEM_one_time_code_first, STR_NONE);
		reply_faults(req);
		return;
	}
	proof_password(p, &(struct proof_passwords){
				  .shown = in->current, .fresh = in->password, .then = password_looked_at});
}

void password_set(struct req *req)
{
	ask_offer(req, password_offered);
}

/* --- recovery codes ---------------------------------------------------------------------------------- */

/* New ones: their hashes, and in req->made the answer that shows them, once. */
static struct db_texts make_recovery_codes(struct req *req, struct str login)
{
	struct str *hashes = arena_alloc(req->arena, RECOVERY_CODES * sizeof(*hashes));
	struct buf out = {.arena = req->arena};

	buf_put(&out, STR("{\"recovery_codes\":["));
	for (int i = 0; i < RECOVERY_CODES; i++) {
		struct str code = login_code_new(req->arena);
		hashes[i] = recovery_code_hash(req->arena, req->app->keys, login, code);
		buf_printf(&out, "%s\"%.*s\"", i > 0 ? "," : "", STR_ARG(code));
	}
	buf_put(&out, STR("]}"));
	req->made = buf_str(&out);
	return (struct db_texts){hashes, RECOVERY_CODES, 0};
}

/* --- the second factor ------------------------------------------------------------------------------- */

/* Whom the codes are for, as an authenticator shows it: the host of the server. */
static struct str issuer_of(const struct req *req)
{
	struct str url = str_of(req->app->config->public_url), part = STR_NONE;

	while (str_next(&url, '/', &part))
		if (part.len > 0 && !str_ends(part, STR(":")))
			break;
	return part;
}

static void begun(struct req *req, PGresult *const *results)
{
	struct str secret = req->made;
	struct buf out = {.arena = req->arena};

	buf_printf(&out, "{\"secret\":\"%.*s\"", STR_ARG(secret));
	buf_member(
		&out, "uri", totp_uri(req->arena, secret, issuer_of(req), db_cell(results[0], 0, "login")));
	buf_byte(&out, '}');
	reply_json(req, 201, buf_str(&out));
}

static void keep_factor(struct proof *p)
{
	struct req *req = p->req;
	const struct second_factor_begin *in = req->input;
	char secret[TOTP_SECRET_SIZE];
	struct str bytes = {secret, sizeof(secret)};
	struct sealed sealed;

	if (!p->right) {
		refuse_password(p, STR("/password"));
		return;
	}
	rand_bytes(secret, sizeof(secret));
	seal(req->arena, req->app->keys, owner_of(req), bytes, &sealed);
	req->made = totp_text(req->arena, bytes);
	struct db_unit *u = db_unit(req);
	sql_account_factor_begin(u, .epoch = sealed.epoch, .wrapped = sealed.wrapped, .box = sealed.box,
		.seen = in->password.at ? db_cell(p->offer, 0, "hash") : STR_NONE,
		.slots = {p->brake.slot, p->brake.n, 0});
	db_run(u, begun);
}

/* A token that was stolen is not enough. */
static void begin_offered(struct req *req, PGresult *const *results)
{
	const struct second_factor_begin *in = req->input;
	struct proof *p = offered(req, results);

	if (!p)
		return;
	if (in->password.at) {
		proof_password(p, &(struct proof_passwords){.shown = in->password, .then = keep_factor});
	} else if (db_cell_flag(results[0], 0, "fresh")) {
		p->right = true;
		keep_factor(p);
	} else {
		req_fault(req, "pointer", STR("/password"), FAULT_required);
		reply_faults(req);
	}
}

void second_factor_begin(struct req *req)
{
	ask_offer(req, begin_offered);
}

static void confirmed(struct req *req, PGresult *const *results)
{
	(void)results;
	reply_json(req, 200, req->made);
}

static void waiting(struct req *req, PGresult *const *results)
{
	const struct second_factor_confirm *in = req->input;
	const PGresult *factor = results[0];
	struct sealed sealed = sealed_of(req->arena, factor, 0);
	struct str secret = seal_open(req->arena, req->app->keys, owner_of(req), &sealed);
	int64_t step = secret.at ? totp_step(secret, in->code, clock_wall_ms() / 1000, 0) : 0;

	if (step == 0) {
		reply_problem(req, PROBLEM_bad_second_factor, STR_NONE);
		return;
	}
	struct db_unit *u = db_unit(req);
	sql_account_factor_confirm(u, .box = sealed.box, .step = step,
		.recovery = make_recovery_codes(req, db_cell(factor, 0, "login")));
	db_run(u, confirmed);
}

void second_factor_confirm(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_account_factor_waiting(u);
	db_run(u, waiting);
}

/* What was shown was looked at: takes the factor away, or makes new recovery codes. */
static void use_factor(struct req *req, PGresult *const *results, bool off)
{
	const struct second_factor_remove *in = req->input;
	struct proof *p = offered(req, results);
	struct factor_shown shown;
	enum factor factor;

	if (!p)
		return;
	factor = proof_factor(p, in->code, &shown);
	if (factor == FACTOR_NONE) {
		reply_problem(req, PROBLEM_no_second_factor, STR_NONE);
		return;
	}
	if (proof_factor_refuse(req, factor))
		return;
	struct db_unit *u = db_unit(req);
	sql_account_factor_use(u, .step = shown.step, .box = shown.box, .recovery = shown.recovery,
		.off = off, .fresh = make_recovery_codes(req, p->login),
		.slots = {p->brake.slot, p->brake.n, 0}, .strong = proof_strong_roles(req));
	db_run(u, off ? answer_nothing : answer_made);
}

static void remove_offered(struct req *req, PGresult *const *results)
{
	use_factor(req, results, true);
}

void second_factor_remove(struct req *req)
{
	ask_offer(req, remove_offered);
}

static void codes_offered(struct req *req, PGresult *const *results)
{
	use_factor(req, results, false);
}

void recovery_codes_make(struct req *req)
{
	ask_offer(req, codes_offered);
}

/* --- a fresh proof ----------------------------------------------------------------------------------- */

static void keep_proof(struct proof *p, const struct factor_shown *shown)
{
	struct db_unit *u = db_unit(p->req);

	sql_account_prove(u, .seen = db_cell(p->offer, 0, "hash"), .step = shown->step, .box = shown->box,
		.recovery = shown->recovery, .slots = {p->brake.slot, p->brake.n, 0},
		.lift = p->req->app->config->oidc_second_factor);
	db_run(u, answer_nothing);
}

static void proof_looked_at(struct proof *p)
{
	if (p->right)
		keep_proof(p, &(struct factor_shown){.step = DB_NO_INT});
	else
		refuse_password(p, STR("/password"));
}

/* Who has a second factor shows it; who has none shows the password; who has neither signs in again. */
static void prove_offered(struct req *req, PGresult *const *results)
{
	const struct session_prove *in = req->input;
	struct proof *p = offered(req, results);
	struct factor_shown shown;
	enum factor factor;

	if (!p)
		return;
	factor = proof_factor(p, in->second_factor, &shown);
	if (proof_factor_refuse(req, factor))
		return;
	if (factor == FACTOR_SHOWN) {
		keep_proof(p, &shown);
	} else if (in->password.at) {
		proof_password(p, &(struct proof_passwords){.shown = in->password, .then = proof_looked_at});
	} else {
		req_fault(req, "pointer", STR("/password"), FAULT_required);
		reply_faults(req);
	}
}

void session_prove(struct req *req)
{
	ask_offer(req, prove_offered);
}

/* --- what happened ----------------------------------------------------------------------------------- */

void me_events(struct req *req)
{
	const struct me_events *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_account_events(u, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

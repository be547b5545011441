/* Looks at what somebody shows. */
#include "app/account/proof.h"

#include <inttypes.h>
#include <string.h>

#include "auth/seal.h"
#include "auth/totp.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/work.h"
#include "db/answer.h"
#include "http/reply.h"

enum {
	ROLES_MAX = 32
};

bool proof_must_wait(struct req *req, int64_t wait_s)
{
	if (wait_s <= 0)
		return false;
	reply_header(req, "Retry-After", arena_printf(req->arena, "%" PRId64, wait_s));
	reply_problem(req, PROBLEM_too_many_attempts, STR_NONE);
	return true;
}

struct proof *proof_begin(struct req *req, struct str login, const struct brake *brake, const PGresult *offer)
{
	struct proof *p;

	if (proof_must_wait(req, db_cell_int(offer, 0, "wait_s")))
		return NULL;
	p = arena_alloc(req->arena, sizeof(*p));
	*p = (struct proof){.req = req, .login = login, .brake = *brake, .offer = offer};
	return p;
}

/* --- the password ------------------------------------------------------------------------------------ */

struct task {
	struct work_task work;
	struct proof *proof;
	void (*then)(struct proof *proof);
	struct digest shown, fresh;
	bool has_shown, has_fresh, failed;
	struct str hash;
	int64_t memory_mib;
};

/* In the thread. */
static void run(struct work_task *work)
{
	struct task *t = list_entry(work, struct task, work);
	struct proof *p = t->proof;
	const struct digest *again = t->has_fresh ? &t->fresh : &t->shown;

	enum password_verdict verdict =
		t->has_shown ? password_check(&t->shown, t->hash, t->memory_mib) : PASSWORD_RIGHT;

	p->right = verdict == PASSWORD_RIGHT;
	t->failed = verdict == PASSWORD_UNKNOWN;
	if (p->right && (t->has_fresh || (t->has_shown && password_is_dated(t->hash, t->memory_mib))))
		t->failed = !password_hash(again, t->memory_mib, p->fresh);
}

static void done(struct work_task *work)
{
	struct task *t = list_entry(work, struct task, work);
	struct req *req = t->proof->req;

	req_become(req, REQ_STEPS);
	if (req->state != REQ_LEFT) {
		if (t->failed)
			reply_problem(req, PROBLEM_unavailable, STR_NONE);
		else
			t->then(t->proof);
	}
	req_unpin(req);
}

void proof_password(struct proof *proof, const struct proof_passwords *passwords)
{
	struct req *req = proof->req;
	const struct app *app = req->app;
	struct uuid account = db_cell_uuid(proof->offer, 0, "account");
	struct task *t;

	if (work_waiting(app->passwords) >= (size_t)app->config->password_queue) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	t = arena_alloc(req->arena, sizeof(*t));
	*t = (struct task){.work = {.run = run, .done = done},
		.proof = proof,
		.then = passwords->then,
		.has_shown = passwords->shown.at,
		.has_fresh = passwords->fresh.at,
		.hash = db_cell(proof->offer, 0, "hash"),
		.memory_mib = app->config->password_memory_mib};
	if (t->has_shown)
		t->shown = password_key(app->keys, &account, passwords->shown);
	if (t->has_fresh)
		t->fresh = password_key(app->keys, &account, passwords->fresh);
	req_pin(req);
	req_become(req, REQ_UNIT);
	work_do(app->passwords, &t->work);
}

/* --- the second factor ------------------------------------------------------------------------------- */

static struct str secret_of(const struct proof *p)
{
	struct arena *arena = p->req->arena;
	struct uuid account = db_cell_uuid(p->offer, 0, "account");
	struct sealed sealed = sealed_of(arena, p->offer, 0);

	return seal_open(arena, p->req->app->keys, uuid_bytes(&account), &sealed);
}

enum factor proof_factor(const struct proof *p, struct str typed, struct factor_shown *ret)
{
	*ret = (struct factor_shown){.step = DB_NO_INT};
	if (db_cell_int(p->offer, 0, "epoch") == DB_NO_INT)
		return FACTOR_NONE;
	if (!typed.at)
		return FACTOR_MISSING;
	if (!totp_is_code(typed)) {
		ret->recovery = recovery_code_hash(p->req->arena, p->req->app->keys, p->login, typed);
		return ret->recovery.at ? FACTOR_SHOWN : FACTOR_WRONG;
	}
	struct str secret = secret_of(p);
	int64_t step = secret.at ? totp_step(secret, typed, clock_wall_ms() / 1000,
					   db_cell_int(p->offer, 0, "last_step"))
				 : 0;
	if (step == 0)
		return FACTOR_WRONG;
	ret->step = step;
	ret->box = db_cell_bytes(p->req->arena, p->offer, 0, "box");
	return FACTOR_SHOWN;
}

bool proof_factor_refuse(struct req *req, enum factor factor)
{
	if (factor == FACTOR_MISSING)
		reply_problem(req, PROBLEM_second_factor_required, STR_NONE);
	else if (factor == FACTOR_WRONG)
		reply_problem(req, PROBLEM_bad_second_factor, STR_NONE);
	return factor == FACTOR_MISSING || factor == FACTOR_WRONG;
}

struct db_texts proof_strong_roles(struct req *req)
{
	struct str rest = str_of(req->app->config->second_factor_roles), name;
	struct str *names = arena_alloc(req->arena, ROLES_MAX * sizeof(*names));
	size_t n = 0;

	while (n < ROLES_MAX && str_next(&rest, ',', &name))
		if ((name = str_trim(name, " ")).len > 0)
			names[n++] = name;
	return (struct db_texts){names, n, 0};
}

/* Signing in with an identity provider: flow (what the browser keeps) -> code -> ID token -> account. */
#include "app/account/oidc.h"

#include <inttypes.h>

#include "app/account/proof.h"
#include "app/account/session.h"
#include "auth/citizen_code.h"
#include "auth/credential.h"
#include "auth/identity.h"
#include "auth/provider.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/metric.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/account.h"
#include "http/reply.h"

enum {
	FLOW_MS = 10 * 60 * 1000,
	TWIN_LOOKS = 6
};

/* Before the second look for the session of a twin, and the next ones: the provider may take seconds to tell
 * it yes. */
static const int64_t TWIN_PAUSE_MS[TWIN_LOOKS - 1] = {100, 300, 600, 1000, 2000};

/* What is asked of the provider for a request. */
struct visit {
	struct provider_ask ask;
	struct req *req;
	struct provider *provider; /* of staff, or that of citizens */
	struct flow flow;
	void (*then)(struct visit *visit);
	struct str replay;		    /* absent: what this request opens nobody gets again */
	void (*alone)(struct visit *visit); /* when there is no session of the same request      */
	unsigned looks;			    /* for that of a twin, since the provider refused     */
};

static void look_for_session(struct visit *visit, void (*alone)(struct visit *visit));

static void answer_refused(struct visit *visit)
{
	metric_add(METRIC_sign_ins_refused, 1);
	reply_problem(visit->req, PROBLEM_provider_refused, STR_NONE);
}

static void pause_for_twin(struct visit *visit)
{
	struct req *req = visit->req;

	if (visit->looks == TWIN_LOOKS) {
		answer_refused(visit);
		return;
	}
	req_pin(req);
	req_become(req, REQ_UNIT);
	provider_refuse_later(visit->provider, &visit->ask, TWIN_PAUSE_MS[visit->looks - 1]);
}

/* A twin of this request may have been faster: the provider has told it yes, and that is not stored yet. */
static void refused(struct visit *visit)
{
	if (!visit->replay.at) {
		answer_refused(visit);
		return;
	}
	visit->looks++;
	look_for_session(visit, pause_for_twin);
}

/* Answers what went wrong; `then` goes on where nothing did. What a code was given for is stored even if the
 * client has left, when it can ask again. */
static void asked(struct provider_ask *ask, enum provider_outcome outcome)
{
	struct visit *visit = list_entry(ask, struct visit, ask);
	struct req *req = visit->req;
	int64_t pause_s = provider_settings(visit->provider)->pause_ms / 1000;

	req_become(req, REQ_STEPS);
	if (req->state == REQ_LEFT && !(outcome == PROVIDER_GOOD && visit->replay.at)) {
		req_unpin(req);
		return;
	}
	if (outcome == PROVIDER_GOOD) {
		visit->then(visit);
	} else if (outcome == PROVIDER_REFUSED) {
		refused(visit);
	} else {
		reply_header(
			req, "Retry-After", arena_printf(req->arena, "%" PRId64, pause_s > 0 ? pause_s : 1));
		reply_problem(req, PROBLEM_provider_unavailable, STR_NONE);
	}
	req_unpin(req);
}

static void ask_provider(struct visit *visit)
{
	struct req *req = visit->req;

	visit->ask.arena = req->arena;
	visit->ask.done = asked;
	req_pin(req);
	req_become(req, REQ_UNIT);
	provider_ask(visit->provider, &visit->ask);
}

/* NULL when it was answered: there is no provider. */
static struct visit *visit_new(struct req *req, bool citizen, void (*then)(struct visit *visit))
{
	struct visit *visit = arena_alloc(req->arena, sizeof(*visit));

	*visit = (struct visit){.req = req,
		.provider = citizen ? req->app->citizen_provider : req->app->provider,
		.flow = {.citizen = citizen},
		.then = then};
	if (visit->provider)
		return visit;
	reply_problem(req, PROBLEM_no_identity_provider, STR_NONE);
	return NULL;
}

/* --- going there ------------------------------------------------------------------------------------- */

static void tell_address(struct visit *visit)
{
	struct req *req = visit->req;
	const struct keys *keys = req->app->keys;
	const struct provider_visit to = {.endpoint = visit->ask.endpoint,
		.state = flow_secret(req->arena, keys, &visit->flow, "state"),
		.nonce = flow_secret(req->arena, keys, &visit->flow, "nonce"),
		.verifier = flow_secret(req->arena, keys, &visit->flow, "verifier")};
	struct buf out = {.arena = req->arena};

	buf_byte(&out, '{');
	buf_member(&out, "authorization_url",
		provider_address(req->arena, provider_settings(visit->provider), &to));
	buf_member(&out, "flow", flow_make(req->arena, keys, &visit->flow));
	buf_member_instant(&out, "expires_at", visit->flow.expires_ms);
	buf_byte(&out, '}');
	reply_json(req, 200, buf_str(&out));
}

static void begin(struct req *req, bool citizen)
{
	struct visit *visit = visit_new(req, citizen, tell_address);

	if (!visit)
		return;
	visit->flow.id = uuid_new();
	visit->flow.expires_ms = clock_wall_ms() + FLOW_MS;
	ask_provider(visit);
}

void oidc_begin(struct req *req)
{
	begin(req, false);
}

void citizen_oidc_begin(struct req *req)
{
	begin(req, true);
}

/* --- coming back ------------------------------------------------------------------------------------- */

static struct str home_of(const PGresult *row)
{
	return db_cell_flag(row, 0, "citizen") ? STR("/v1/citizen") : STR("/v1/me");
}

static void signed_in(struct req *req, PGresult *const *results)
{
	metric_add(METRIC_sign_ins, 1);
	reply_header(req, "Location", home_of(results[0]));
	session_answer(req, results[0], 201, STR_NONE);
}

/* That went to the database: another one like it, as what a request keeps does not change. */
static struct visit *visit_of(struct req *req)
{
	struct visit *visit = arena_alloc(req->arena, sizeof(*visit));

	*visit = *(const struct visit *)req->kept;
	return visit;
}

static void answer_over(struct visit *visit)
{
	reply_problem(visit->req, PROBLEM_flow_over, STR_NONE);
}

/* The flow has opened a session already: perhaps that of a twin, if the provider takes codes twice. */
static void over(struct req *req, struct str detail)
{
	struct visit *visit = visit_of(req);

	(void)detail;
	if (visit->replay.at)
		look_for_session(visit, answer_over);
	else
		answer_over(visit);
}

static void open_session(struct visit *visit, struct db_unit *u)
{
	visit->req->kept = visit;
	db_unit_on(u, "TD640", over);
	db_run(u, signed_in);
}

static void log_in(struct visit *visit)
{
	struct req *req = visit->req;
	const struct oidc_complete *in = req->input;
	const struct provider_settings *settings = provider_settings(visit->provider);
	struct identity *who = arena_alloc(req->arena, sizeof(*who));

	identity_read(settings, visit->ask.claims, who);
	struct db_unit *u = db_unit(req);
	req->who.session = uuid_new();
	sql_account_oidc_login(u, .flow = visit->flow.id, .flow_expires = visit->flow.expires_ms,
		.issuer = str_of(settings->issuer), .subject = who->subject, .login = who->login,
		.name = who->name, .roles = {settings->roles_claim.at ? who->role : NULL, who->nroles, 0},
		.department = settings->department, .assurance = who->assurance, .session = req->who.session,
		.expires = clock_wall_ms() + req->app->config->session_minutes * 60000,
		.strong = proof_strong_roles(req), .client = in->client, .replay = visit->replay);
	open_session(visit, u);
}

static void log_in_citizen(struct visit *visit)
{
	struct req *req = visit->req;
	const struct oidc_complete *in = req->input;
	const struct config *config = req->app->config;
	const struct provider_settings *settings = provider_settings(visit->provider);
	struct identity *who = arena_alloc(req->arena, sizeof(*who));

	identity_read(settings, visit->ask.claims, who);
	struct db_unit *u = db_unit(req);
	req->who.session = uuid_new();
	sql_account_citizen_oidc_login(u, .flow = visit->flow.id, .flow_expires = visit->flow.expires_ms,
		.issuer = str_of(settings->issuer),
		.subject_index = citizen_subject_index(
			req->arena, req->app->keys, str_of(settings->issuer), who->subject),
		.citizen = uuid_new(), .assurance = who->assurance, .session = req->who.session,
		.expires = clock_wall_ms() + config->citizen_session_minutes * 60000, .client = in->client,
		.replay = visit->replay);
	open_session(visit, u);
}

/* The provider takes a code once, too: whose answer was lost is not sent to it again. */
static void looked_for(struct req *req, PGresult *const *results)
{
	struct visit *visit = visit_of(req);

	if (db_cell(results[0], 0, "session").at)
		session_opened(req, results[0], home_of(results[0]), STR_NONE);
	else
		visit->alone(visit);
}

static void look_for_session(struct visit *visit, void (*alone)(struct visit *visit))
{
	struct req *req = visit->req;
	struct db_unit *u = db_unit(req);

	visit->alone = alone;
	req->kept = visit;
	sql_account_oidc_again(u, .flow = visit->flow.id, .replay = visit->replay);
	db_run(u, looked_for);
}

/* The state comes from the browser, by way of the provider: it must belong to the flow that this client has
 * begun, or somebody would be signed in as whoever has sent them the link. */
static void complete(struct req *req, struct visit *visit)
{
	const struct oidc_complete *in = req->input;
	const struct keys *keys = req->app->keys;

	if (!visit)
		return;
	if (!flow_open(req->arena, keys, in->flow, &visit->flow) ||
		visit->flow.expires_ms <= clock_wall_ms() ||
		!str_eq_secret(in->state, flow_secret(req->arena, keys, &visit->flow, "state"))) {
		reply_problem(req, PROBLEM_flow_over, STR_NONE);
		return;
	}
	visit->ask.code = in->code;
	visit->ask.verifier = flow_secret(req->arena, keys, &visit->flow, "verifier");
	visit->ask.nonce = flow_secret(req->arena, keys, &visit->flow, "nonce");
	visit->replay = session_replay(req);
	if (visit->replay.at)
		look_for_session(visit, ask_provider);
	else
		ask_provider(visit);
}

void oidc_complete(struct req *req)
{
	complete(req, visit_new(req, false, log_in));
}

void citizen_oidc_complete(struct req *req)
{
	complete(req, visit_new(req, true, log_in_citizen));
}

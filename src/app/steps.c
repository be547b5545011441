/* THE PATH of a request: read the array at the end of this file from top to bottom. */
#include "app/steps.h"

#include <inttypes.h>
#include <string.h>

#include "app/router.h"
#include "app/ticket/filing.h"
#include "auth/answer_link.h"
#include "auth/burst.h"
#include "auth/credential.h"
#include "auth/keys.h"
#include "auth/ticket_secret.h"
#include "auth/token.h"
#include "auth/upload_token.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/digest.h"
#include "base/metric.h"
#include "base/must.h"
#include "base/rand.h"
#include "civil/code.h"
#include "db/unit.h"
#include "gen/sql/account.h"
#include "http/address.h"
#include "http/conn.h"
#include "http/negotiate.h"
#include "http/reply.h"
#include "shape/shape.h"

/* What a step says: go on, wait (run() goes on later), or the request has been answered. */
enum verdict {
	NEXT,
	WAIT,
	ANSWERED
};

enum {
	CROWD_WAIT_S = 8, /* who is turned away comes back within so many seconds */
	BODY_CAP = 64 * 1024,
	BODY_CAP_1M = 1024 * 1024,
	BODY_CAP_4M = 4 * 1024 * 1024,
	ONCE_KEY_MAX = 255,
	ONCE_KEY_MIN = 8,
	ONCE_KEY_ANONYMOUS = 22
};

static enum verdict refuse(struct req *req, enum problem problem)
{
	reply_problem(req, problem, STR_NONE);
	return ANSWERED;
}

static enum verdict step_route(struct req *req)
{
	struct str allow;

	req->route = router_find(req, &allow);
	if (req->route) {
		req->read_only = req->route->method == HTTP_GET && !(req->route->flags & ROUTE_READ_LOG);
		return NEXT;
	}
	if (!allow.at)
		return refuse(req, PROBLEM_not_found);
	reply_header(req, "Allow", allow);
	if (req->method != HTTP_OPTIONS)
		return refuse(req, PROBLEM_method_not_allowed);
	reply_empty(req, 204);
	return ANSWERED;
}

static enum verdict step_rate(struct req *req)
{
	return rate_take(req, RATE_ADDRESS, req->address_block) ? NEXT : ANSWERED;
}

static enum verdict challenge(struct req *req, struct str scheme)
{
	reply_header(req, "WWW-Authenticate", scheme);
	return refuse(req, PROBLEM_unauthorized);
}

static enum verdict who_bearer(struct req *req, struct str token)
{
	struct token_claims claims;
	const char *reason = "no key of ours";

	if (!api_key_is(token))
		reason = token_verify(req->app->tokens, token, clock_wall_ms(), &claims);
	else if (api_key_open(req->arena, req->app->keys, token, &claims.who))
		reason = NULL;
	if (!reason) {
		req->who = claims.who;
		return NEXT;
	}
	if (reason == token_no_memory)
		return refuse(req, PROBLEM_unavailable);
	metric_add(METRIC_tokens_refused, 1);
	return challenge(req, STR("Bearer error=\"invalid_token\""));
}

/* code:secret. An unknown code and a wrong secret cannot be told apart: neither asks the database. */
static enum verdict who_ticket(struct req *req, struct str credentials)
{
	const struct keys *keys = req->app->keys;
	struct str secret = credentials, text;
	struct code code;
	int64_t generation;

	if (!str_next(&secret, ':', &text) ||
		code_parse(keys_purpose(keys, KEY_TICKET_CODE), str_of(req->app->config->code_prefix), text,
			&code) < 0 ||
		!ticket_secret_check(keys, code.number, secret, &generation))
		return refuse(req, PROBLEM_not_found);
	req->who = (struct who){.kind = WHO_TICKET, .ticket_number = code.number, .generation = generation};
	return NEXT;
}

/* The token of the upload in the path. An unknown upload and a wrong token cannot be told apart. */
static enum verdict who_upload(struct req *req, struct str token)
{
	if (!(req->route->roles & ROLE_UPLOAD))
		return NEXT;
	if (!upload_token_check(req->arena, req->app->keys, &req->args[0].uuid, token))
		return refuse(req, PROBLEM_not_found);
	req->who = (struct who){.kind = WHO_UPLOAD};
	return NEXT;
}

/* code:link. A link whose time is over says so: whoever has it knows of the ticket. */
static enum verdict who_link(struct req *req, struct str credentials)
{
	static const char *const over[LANG_COUNT] = {[LANG_VI] = "Liên kết đã hết hạn, hãy dùng mã phiếu và "
								 "mã bí mật: Authorization: Ticket MÃ:BÍ_MẬT",
		[LANG_EN] = "The time of the link is over, use code and secret: Authorization: Ticket "
			    "CODE:SECRET"};
	const struct keys *keys = req->app->keys;
	struct str rest = credentials, text;
	struct answer_link link;
	struct code code;

	if (!str_next(&rest, ':', &text) || code_parse(keys_purpose(keys, KEY_TICKET_CODE),
						    str_of(req->app->config->code_prefix), text, &code) < 0)
		return refuse(req, PROBLEM_not_found);
	link.number = code.number;
	if (!answer_link_check(keys, rest, &link))
		return refuse(req, PROBLEM_not_found);
	if (link.until * 1000 <= clock_wall_ms()) {
		reply_header(req, "WWW-Authenticate", STR("Ticket"));
		reply_problem(req, PROBLEM_unauthorized, str_of(over[req->lang]));
		return ANSWERED;
	}
	req->who = (struct who){.kind = WHO_TICKET,
		.ticket_number = link.number,
		.generation = link.generation,
		.question = link.question};
	return NEXT;
}

static enum verdict step_who(struct req *req)
{
	struct str rest = req_field(req, "Authorization"), scheme;

	if (!rest.at)
		return NEXT;
	if (str_next(&rest, ' ', &scheme)) {
		rest = str_trim(rest, " ");
		if (str_eq_nocase(scheme, STR("Bearer")))
			return who_bearer(req, rest);
		if (str_eq_nocase(scheme, STR("Ticket")))
			return who_ticket(req, rest);
		if (str_eq_nocase(scheme, STR("Answer")))
			return who_link(req, rest);
		if (str_eq_nocase(scheme, STR("Upload")))
			return who_upload(req, rest);
	}
	return challenge(req, STR("Bearer, Ticket, Answer, Upload"));
}

/* False: the request has been answered. */
static bool within_limits(struct req *req)
{
	enum rate_class class = req->route->rate;
	bool person = req->who.kind == WHO_STAFF || req->who.kind == WHO_CITIZEN;
	bool place = !person || (req->who.kind == WHO_CITIZEN && rate_is_of_place(class));

	if (class == RATE_ADDRESS)
		return true; /* taken already, before anything expensive */
	/* Neither many accounts at one place nor one account at many places gives more. */
	if (person && !rate_take(req, class, arena_str(req->arena, uuid_bytes(&req->who.account))))
		return false;
	if (place && !rate_take(req, class, req->address_block))
		return false;
	/* Each letter that is asked for leaves a row, and one party may have 65,536 blocks. */
	return class != RATE_CODE ||
	       rate_take(req, RATE_CODE_SITE, address_site_of(req->arena, req->address));
}

static enum verdict step_limit(struct req *req)
{
	if (!within_limits(req))
		return ANSWERED;
	if (req->who.kind == WHO_STAFF)
		conn_prefer(req); /* whoever works for the city is not behind everybody who calls */
	return NEXT;
}

static void run(struct req *req);

static void held(struct req *req, PGresult *const *results)
{
	(void)results; /* the unit was not refused */
	run(req);
}

/* A token says what its person could do when it was made. What they have got since then counts, too: it is
 * asked for before anything is refused. What they have lost meanwhile the database sees at the head of each
 * unit, so where there would be none it is asked first, too. */
static enum verdict staff_may(struct req *req, role_set allowed)
{
	req->may = role_names(req->arena, allowed, &req->nmay);
	if (req->who.roles & allowed && !(req->route->flags & ROUTE_MEMORY))
		return NEXT;
	if (req->nmay == 0)
		return refuse(req, PROBLEM_forbidden);
	struct db_unit *u = db_unit(req);
	sql_account_held(u);
	db_run(u, held);
	return WAIT;
}

static enum verdict step_may(struct req *req)
{
	static const char *const ticket_hint[LANG_COUNT] = {
		[LANG_VI] = "Cần mã phiếu và mã bí mật: Authorization: Ticket MÃ:BÍ_MẬT",
		[LANG_EN] = "Code and secret of the ticket are needed: Authorization: Ticket CODE:SECRET"};
	role_set allowed = req->route->roles;
	enum who_kind kind = req->who.kind;

	if ((allowed & ROLE_PUBLIC) || (kind == WHO_STAFF && (allowed & ROLE_SELF)) ||
		(kind == WHO_TICKET && (allowed & (req->who.question ? ROLE_ANSWER : ROLE_TICKET))) ||
		(kind == WHO_CITIZEN && (allowed & ROLE_CITIZEN)) ||
		(kind == WHO_UPLOAD && (allowed & ROLE_UPLOAD)))
		return NEXT;
	if (kind == WHO_STAFF)
		return staff_may(req, allowed);
	if (kind != WHO_ANYONE)
		return refuse(req, PROBLEM_forbidden);
	if (allowed & ROLE_UPLOAD)
		return challenge(req, STR("Upload"));
	if (!(allowed & ROLE_TICKET))
		return challenge(req, STR("Bearer"));
	reply_header(req, "WWW-Authenticate", STR("Ticket"));
	reply_problem(req, PROBLEM_unauthorized, str_of(ticket_hint[req->lang]));
	return ANSWERED;
}

/* Citizens who leave themselves out of what they file are strangers there, also to the limits: what it is
 * for would stand under their name otherwise, and they would be asked for less than who has no account. */
static bool is_stranger(const struct req *req)
{
	if (req->who.kind == WHO_CITIZEN)
		return req->input && shape_flag(req->route->input, req->input, STR("anonymous"));
	return req->who.kind != WHO_STAFF;
}

/* What cannot be stored soon is turned away while it has cost next to nothing, so that the others get
 * through. Not all are to come back in the same moment. Staff are asked for no room here: what a clerk
 * types has a lane of its own. */
static enum verdict step_room(struct req *req)
{
	if (!(req->route->flags & ROUTE_BURST) || req->who.kind == WHO_STAFF || !filing_is_crowded(req->app))
		return NEXT;
	unsigned char any;
	rand_bytes(&any, 1);
	metric_add(METRIC_overloaded, 1);
	reply_header(req, "Retry-After", arena_printf(req->arena, "%u", 1 + any % CROWD_WAIT_S));
	return refuse(req, PROBLEM_unavailable);
}

/* A ticket is no person: whoever has one could file on with it. */
static enum verdict step_burst(struct req *req)
{
	bool asked = req->route->flags & ROUTE_BURST && is_stranger(req);

	return !asked || burst_pass(req) ? NEXT : ANSWERED;
}

/* That it is anonymous stands in the body. */
static enum verdict step_veil(struct req *req)
{
	return req->who.kind == WHO_CITIZEN ? step_burst(req) : NEXT;
}

static enum verdict step_accept(struct req *req)
{
	if (req->route->flags & ROUTE_TYPES ||
		negotiate_media(req_field(req, "Accept"), STR("application/json")) > 0)
		return NEXT;
	return refuse(req, PROBLEM_not_acceptable);
}

/* A version that was read as a file, or with what hangs on the day, has a tag of its own, but is the same
 * version: it stands before the hyphen. */
static struct str version_of(struct str tag)
{
	struct str version = STR("");

	str_next(&tag, '-', &version);
	return version;
}

/* The version that a change was made for: exactly one strong tag of ours. "*" says that nobody has looked at
 * what is changed. */
static enum verdict step_match(struct req *req)
{
	static const char *const version[LANG_COUNT] = {
		[LANG_VI] = "không nhận *, chỉ nhận phiên bản đã xem, ví dụ \"3\"",
		[LANG_EN] = "* is not taken, only the version that was looked at, \"3\" say"};

	req->if_match = INT64_MIN;
	if (!(req->route->flags & ROUTE_IF_MATCH))
		return NEXT;
	struct str field = req_field(req, "If-Match");
	if (!field.at)
		return refuse(req, PROBLEM_precondition_required);
	if (str_eq(field, STR("*")) || !memchr(field.at, '"', field.len)) { /* a slip, not an old version */
		req_fault_help(req, "header", STR("If-Match"), FAULT_bad_format, str_of(version[req->lang]));
		reply_faults(req);
		return ANSWERED;
	}
	/* A weak tag, a list or a tag that is no version never equals the version of a ticket (RFC 9110
	 * section 13.1.1). */
	struct str tag = version_of(reply_tag_of(field));
	if (tag.len == 0 || tag.at[0] < '1' || str_to_i64(tag, &req->if_match) < 0)
		return refuse(req, PROBLEM_precondition_failed);
	return NEXT;
}

static size_t body_cap(unsigned flags)
{
	if (flags & ROUTE_BODY_4M)
		return BODY_CAP_4M;
	return flags & ROUTE_BODY_1M ? BODY_CAP_1M : BODY_CAP;
}

/* Bodies are taken as they are (RFC 9110 sections 8.4 and 15.5.16). */
static bool is_encoded(const struct req *req)
{
	struct str codings = req_field(req, "Content-Encoding"), coding;

	while (str_next(&codings, ',', &coding)) {
		coding = str_trim(coding, " \t");
		if (coding.len > 0 && !str_eq_nocase(coding, STR("identity")))
			return true;
	}
	return false;
}

static enum verdict refuse_encoding(struct req *req)
{
	static const char *const plain[LANG_COUNT] = {
		[LANG_VI] = "Không nhận Content-Encoding: gửi nội dung không nén (identity)",
		[LANG_EN] = "No Content-Encoding is taken: send the body as it is (identity)"};

	reply_header(req, "Accept-Encoding", STR("identity"));
	reply_problem(req, PROBLEM_unsupported_media_type, str_of(plain[req->lang]));
	return ANSWERED;
}

static enum verdict step_body(struct req *req)
{
	bool takes_body = req->method == HTTP_POST || req->method == HTTP_PUT || req->method == HTTP_PATCH,
	     has_body = takes_body && (req->content_length > 0 || req->chunked);

	if (has_body && is_encoded(req))
		return refuse_encoding(req);
	if (!has_body || req->route->flags & ROUTE_STREAM) {
		req->raw_body = STR("");
		return NEXT;
	}
	struct str type = req_field(req, "Content-Type"), media = STR_NONE;
	str_next(&type, ';', &media);
	if (!str_eq_nocase(str_trim(media, " \t"), STR("application/json"))) {
		reply_header(req, "Accept", STR("application/json"));
		return refuse(req, PROBLEM_unsupported_media_type);
	}
	conn_read_body(req, body_cap(req->route->flags), run);
	return WAIT;
}

/* No body is one without members only where the contract says so: what a body that was lost would empty or
 * end stays as it is. */
static enum verdict step_input(struct req *req)
{
	static const char *const lost[LANG_COUNT] = {
		[LANG_VI] = "Yêu cầu không có nội dung: cần gửi JSON, ít nhất là {}",
		[LANG_EN] = "The request has no body: JSON is needed, at the least {}"};
	const struct shape *shape = req->route->input;

	if (req->route->method == HTTP_GET) {
		req->input = shape_from_query(req, shape, req->query_text);
		return req->input ? NEXT : ANSWERED;
	}
	if (shape->nfields == 0 && req->raw_body.len == 0)
		return NEXT;
	if (req->raw_body.len == 0 && !shape->optional && !shape_needs(shape)) {
		reply_problem(req, PROBLEM_bad_json, str_of(lost[req->lang]));
		return ANSWERED;
	}
	/* Where members are needed, that is said of each. */
	req->input = shape_from_json(req, shape, req->raw_body.len > 0 ? req->raw_body : STR("{}"));
	return req->input ? NEXT : ANSWERED;
}

/* The Idempotency-Key: a structured-field string or a bare token. */
static struct str once_key_text(struct str field)
{
	if (field.len >= 2 && field.at[0] == '"' && field.at[field.len - 1] == '"')
		field = (struct str){field.at + 1, field.len - 2};
	for (size_t i = 0; i < field.len; i++)
		if (field.at[i] <= ' ' || field.at[i] > '~' || field.at[i] == '"' || field.at[i] == '\\')
			return STR_NONE;
	return field;
}

/* Only an HMAC of the key is kept, under the account, the citizen or the ticket that brings it. For somebody
 * who has not signed in the key itself is the scope, so it must be one that nobody guesses. Where a proof of
 * work may be asked for, which is made for the key (auth/burst.h), a key counts once whatever ticket is shown
 * with it and whichever of these operations it is: otherwise one proof would file many. */
static enum verdict step_once(struct req *req)
{
	static const char *const once_hint[LANG_COUNT] = {
		[LANG_VI] = "Từ 8 đến 255 ký tự ASCII hiển thị được; không đăng nhập thì ít nhất 22 ký tự",
		[LANG_EN] = "8 to 255 visible ASCII characters; without sign-in at least 22"};
	struct str field = req_field(req, "Idempotency-Key");

	if (!(req->route->flags & ROUTE_ONCE) || !field.at)
		return NEXT;
	struct str key = once_key_text(field);
	bool stranger = is_stranger(req);
	size_t shortest = stranger ? ONCE_KEY_ANONYMOUS : ONCE_KEY_MIN;
	if (!key.at || key.len < shortest || key.len > ONCE_KEY_MAX) {
		reply_problem(req, PROBLEM_bad_idempotency_key, str_of(once_hint[req->lang]));
		return ANSWERED;
	}

	const struct who *who = &req->who;
	const struct uuid nobody = {0};
	bool proves = req->route->flags & ROUTE_BURST;
	struct str account = uuid_bytes(stranger ? &nobody : &who->account);
	struct str ticket = arena_printf(req->arena, "%" PRId64, proves ? 0 : who->ticket_number);
	struct str operation = proves ? STR("ticket_file") : str_of(req->route->operation);
	struct digest mac = digest_hmac(
		keys_purpose(req->app->keys, KEY_ONCE), (struct str[]){account, ticket, operation, key}, 4);
	struct digest fingerprint =
		digest_hmac(STR("fingerprint"), (struct str[]){req->path, req->raw_body}, 2);
	req->once_key = arena_str(req->arena, digest_bytes(&mac));
	req->once_fingerprint = arena_str(req->arena, digest_bytes(&fingerprint));
	return NEXT;
}

static enum verdict step_handle(struct req *req)
{
	req->route->handle(req);
	return WAIT;
}

static const struct step {
	const char *name;
	enum verdict (*run)(struct req *req);
} steps[] = {
	{"rate", step_rate},	 /* limit by address block, before anything expensive  */
	{"route", step_route},	 /* which operation: routes.def                        */
	{"who", step_who},	 /* who is calling: token, or code and secret          */
	{"room", step_room},	 /* is there room for one more filing                  */
	{"limit", step_limit},	 /* limit by principal                                 */
	{"may", step_may},	 /* may this role call it                              */
	{"burst", step_burst},	 /* does a burst ask for a proof of work             */
	{"accept", step_accept}, /* does the client take JSON                         */
	{"match", step_match},	 /* which version is to be changed                     */
	{"body", step_body},	 /* read the body                                      */
	{"input", step_input},	 /* JSON or query string -> struct                     */
	{"veil", step_veil},	 /* does it ask who files anonymously, too             */
	{"once", step_once},	 /* Idempotency-Key                                    */
	{"handle", step_handle}, /* the operation, in its noun's file                  */
};

enum {
	NSTEPS = sizeof(steps) / sizeof(steps[0])
};

static void run(struct req *req)
{
	while (req->step < NSTEPS) {
		enum verdict verdict = steps[req->step].run(req);
		req->step++;
		if (verdict != NEXT)
			return;
		if (arena_failed(req->arena)) {
			metric_add(METRIC_memory_out, 1);
			refuse(req, PROBLEM_unavailable);
			return;
		}
	}
}

static unsigned route_index(const struct req *req)
{
	return req->route ? (unsigned)(req->route - routes) : METRIC_ROUTES - 1;
}

static const char *route_name(const struct req *req)
{
	return req->route ? req->route->path : "none";
}

const struct server app_server = {.begin = run, .route_index = route_index, .route_name = route_name};

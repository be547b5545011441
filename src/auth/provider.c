/* The identity provider: what it says of itself, its keys, and codes that it turns into ID tokens. */
#include "auth/provider.h"

#include <string.h>

#include <event2/event.h>
#include <jansson.h>

#include "auth/id_token.h"
#include "auth/jwk.h"
#include "base/breaker.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "shape/gate.h"

enum {
	KEYS_MAX = 32,
	CONNECTIONS = 8,
	FAILURES_MAX = 5,
	URL_MAX = 2048,
	DOCUMENT_MAX = 64 * 1024,
	ANSWER_MAX = 32 * 1024
};

#define SECOND_US INT64_C(1000000)

static const int64_t FRESH_MIN_S = 300, FRESH_S = 3600, FRESH_MAX_S = 86400, RETRY_S = 60;

/* Something that the provider publishes, kept for a while. */
struct document {
	struct provider *provider;
	const char *name;
	/* Takes over what it says; NULL, or a constant reason why not. */
	const char *(*read)(struct provider *p, struct arena *arena, const json_t *root);
	struct list waiting; /* provider_ask.in */
	struct fetch fetch;
	struct arena *known;  /* of what is known; NULL: nothing is     */
	struct arena *coming; /* while it is asked for                  */
	int64_t fresh_until_us;
};

struct provider {
	struct provider_settings settings;
	struct event_base *loop;
	struct fetcher *fetcher;
	struct breaker breaker;
	struct document metadata, key_set;
	const char *authorization, *token, *jwks; /* in the arena of the metadata */
	bool secret_in_form;
	struct jws_key key[KEYS_MAX];
	unsigned nkeys;
	int64_t looked_again_us;
	struct list redeeming; /* provider_ask.in */
	struct list pausing;   /* the same of provider_refuse_later() */
	unsigned asks, npausing;
	/* The last failure; what: NULL, there was none. */
	struct {
		const char *what, *reason;
		long status;
	} failed;
};

static void go_on(struct provider_ask *ask);

static void end(struct provider_ask *ask, enum provider_outcome outcome)
{
	ask->provider->asks--;
	ask->done(ask, outcome);
}

/* What an answer is worth: NULL, or a reason why it is nothing. `ret_root` lives in the arena. */
static const char *read_answer(const struct fetch *fetch, const json_t **ret_root)
{
	struct shape_refusal refusal;

	if (fetch->fault)
		return fetch->fault;
	if (fetch->status != 200)
		return "status";
	if (!fetch->is_json)
		return "not_json";
	*ret_root = shape_parse(fetch->arena, fetch->body, &refusal);
	return json_is_object(*ret_root) ? NULL : "not_json";
}

static void say_failed(struct provider *p, const char *what, const struct fetch *fetch, const char *reason)
{
	p->failed.what = what;
	p->failed.reason = reason;
	p->failed.status = fetch->status;
	metric_add(METRIC_provider_failures, 1);
	log_warn("provider.failed", LOG_STR("what", str_of(what)), LOG_STR("reason", str_of(reason)),
		LOG_INT("status", fetch->status));
}

/* --- documents --------------------------------------------------------------------------------------- */

/* With TLS, but for a provider on this machine. */
static const char *address_member(
	const struct provider *p, struct arena *arena, const json_t *root, const char *name)
{
	struct str url = jws_text(root, name);
	bool plain = str_starts(str_of(p->settings.issuer), STR("http://"));

	if (url.len > URL_MAX ||
		!(str_starts(url, STR("https://")) || (plain && str_starts(url, STR("http://")))))
		return NULL;
	for (size_t i = 0; i < url.len; i++)
		if (url.at[i] <= ' ' || url.at[i] > '~')
			return NULL;
	return arena_cstr(arena, url);
}

static bool has(const json_t *list, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (str_eq(str_of(json_string_value(item)), str_of(text)))
			return true;
	}
	return false;
}

/* Discovery section 3; where nothing is said of how clients show their secret it is HTTP Basic. */
static const char *read_metadata(struct provider *p, struct arena *arena, const json_t *root)
{
	const json_t *methods = json_object_get(root, "token_endpoint_auth_methods_supported");
	const char *authorization = address_member(p, arena, root, "authorization_endpoint"),
		   *token = address_member(p, arena, root, "token_endpoint"),
		   *jwks = address_member(p, arena, root, "jwks_uri");

	if (!str_eq(jws_text(root, "issuer"), str_of(p->settings.issuer)))
		return "issuer is somebody else";
	if (!authorization || !token || !jwks)
		return "an endpoint is missing, or has no TLS";
	p->authorization = authorization;
	p->token = token;
	p->jwks = jwks;
	p->secret_in_form = !has(methods, "client_secret_basic") && has(methods, "client_secret_post");
	return NULL;
}

/* The keys of before must live until these are known to be good. */
static const char *read_keys(struct provider *p, struct arena *arena, const json_t *root)
{
	struct jws_key key[KEYS_MAX];
	unsigned n = jwk_read(arena, root, key, KEYS_MAX);

	if (n == 0)
		return "no key that can be used";
	memcpy(p->key, key, n * sizeof(*key));
	p->nkeys = n;
	return NULL;
}

static int64_t fresh_s(int64_t max_age_s)
{
	if (max_age_s < 0)
		return FRESH_S;
	if (max_age_s < FRESH_MIN_S)
		return FRESH_MIN_S;
	return max_age_s > FRESH_MAX_S ? FRESH_MAX_S : max_age_s;
}

static void take_over(struct document *doc, const json_t *root)
{
	const char *reason = doc->read(doc->provider, doc->coming, root);
	int64_t now = clock_mono_us();

	if (reason) {
		say_failed(doc->provider, doc->name, &doc->fetch, reason);
		breaker_tell(&doc->provider->breaker, false, now);
		return;
	}
	breaker_tell(&doc->provider->breaker, true, now);
	arena_free(doc->known);
	doc->known = doc->coming;
	doc->coming = NULL;
	doc->fresh_until_us = now + fresh_s(doc->fetch.max_age_s) * SECOND_US;
}

/* Who waited goes on: with what is new, or with what was known before. */
static void wake(struct document *doc)
{
	struct list waiting;

	list_init(&waiting);
	list_each (it, &doc->waiting) {
		list_remove(it);
		list_append(&waiting, it);
	}
	list_each (it, &waiting) {
		struct provider_ask *ask = list_entry(it, struct provider_ask, in);

		list_remove(it);
		if (doc->known)
			go_on(ask);
		else
			end(ask, PROVIDER_AWAY);
	}
}

static void document_came(struct fetch *fetch)
{
	struct document *doc = list_entry(fetch, struct document, fetch);
	const json_t *root;
	const char *reason = read_answer(fetch, &root);

	if (reason) {
		say_failed(doc->provider, doc->name, fetch, reason);
		breaker_tell(&doc->provider->breaker, false, clock_mono_us());
	} else {
		take_over(doc, root);
	}
	if (doc->coming)
		doc->fresh_until_us = clock_mono_us() + RETRY_S * SECOND_US;
	arena_free(doc->coming);
	doc->coming = NULL;
	wake(doc);
}

static const char *url_of(const struct document *doc)
{
	struct provider *p = doc->provider;
	struct str issuer = str_of(p->settings.issuer);

	if (doc == &p->key_set)
		return p->jwks;
	issuer.len -= str_ends(issuer, STR("/"));
	return arena_printf(doc->coming, "%.*s/.well-known/openid-configuration", STR_ARG(issuer)).at;
}

static bool load(struct document *doc)
{
	struct provider *p = doc->provider;

	if (!breaker_lets(&p->breaker, clock_mono_us()))
		return false;
	doc->coming = arena_new();
	if (doc->coming) {
		doc->fetch = (struct fetch){
			.arena = doc->coming, .url = url_of(doc), .max = DOCUMENT_MAX, .done = document_came};
		if (fetch_begin(p->fetcher, &doc->fetch) == 0)
			return true;
	}
	breaker_tell(&p->breaker, false, clock_mono_us());
	arena_free(doc->coming);
	doc->coming = NULL;
	return false;
}

/* True: it is there. Otherwise the ask waits for it, or has ended. */
static bool need(struct provider_ask *ask, struct document *doc)
{
	if (doc->known && clock_mono_us() < doc->fresh_until_us)
		return true;
	if (doc->coming || load(doc)) {
		list_append(&doc->waiting, &ask->in);
		return false;
	}
	if (!doc->known)
		end(ask, PROVIDER_AWAY);
	return doc->known;
}

/* --- codes ------------------------------------------------------------------------------------------- */

static void refuse(struct provider_ask *ask, const char *reason)
{
	log_warn("provider.refused", LOG_STR("reason", str_of(reason)));
	end(ask, PROVIDER_REFUSED);
}

/* An answer of 4xx is about the code, and the provider is well. */
static void redeemed(struct fetch *fetch)
{
	struct provider_ask *ask = list_entry(fetch, struct provider_ask, fetch);
	struct breaker *breaker = &ask->provider->breaker;
	const json_t *root = NULL;
	const char *reason = read_answer(fetch, &root);
	bool about_code =
		!fetch->fault && fetch->status >= 400 && fetch->status < 500 && fetch->status != 429;

	list_remove(&ask->in);
	ask->id_token = jws_text(root, "id_token");
	ask->access_token = jws_text(root, "access_token");
	if (!reason && !ask->id_token.at)
		reason = "no id_token";
	breaker_tell(breaker, !reason || about_code, clock_mono_us());
	if (!reason) {
		go_on(ask);
	} else if (about_code) {
		refuse(ask, "the code or the client is refused");
	} else {
		say_failed(ask->provider, "token", fetch, reason);
		end(ask, PROVIDER_AWAY);
	}
}

static void put_pair(struct buf *out, const char *name, struct str value)
{
	buf_printf(out, "%s%s=", out->len > 0 ? "&" : "", name);
	buf_encoded(out, value);
}

static struct str form_of(const struct provider_ask *ask)
{
	const struct provider *p = ask->provider;
	struct buf out = {.arena = ask->arena};

	put_pair(&out, "grant_type", STR("authorization_code"));
	put_pair(&out, "code", ask->code);
	put_pair(&out, "redirect_uri", str_of(p->settings.redirect_url));
	put_pair(&out, "code_verifier", ask->verifier);
	if (!p->settings.secret.at || p->secret_in_form)
		put_pair(&out, "client_id", str_of(p->settings.client_id));
	if (p->settings.secret.at && p->secret_in_form)
		put_pair(&out, "client_secret", p->settings.secret);
	return buf_str(&out);
}

/* RFC 6749 section 2.3.1: both are encoded as in a form first. */
static const char *login_of(const struct provider_ask *ask)
{
	const struct provider *p = ask->provider;
	struct buf out = {.arena = ask->arena};

	if (!p->settings.secret.at || p->secret_in_form)
		return NULL;
	buf_encoded(&out, str_of(p->settings.client_id));
	buf_byte(&out, ':');
	buf_encoded(&out, p->settings.secret);
	return arena_cstr(ask->arena, buf_str(&out));
}

static void redeem(struct provider_ask *ask)
{
	struct provider *p = ask->provider;

	if (!breaker_lets(&p->breaker, clock_mono_us())) {
		end(ask, PROVIDER_AWAY);
		return;
	}
	ask->fetch = (struct fetch){.arena = ask->arena,
		.url = arena_cstr(ask->arena, str_of(p->token)),
		.form = form_of(ask),
		.login = login_of(ask),
		.max = ANSWER_MAX,
		.done = redeemed};
	if (fetch_begin(p->fetcher, &ask->fetch) == 0) {
		list_append(&p->redeeming, &ask->in);
		return;
	}
	breaker_tell(&p->breaker, false, clock_mono_us());
	end(ask, PROVIDER_AWAY);
}

/* Whether the set of keys is to be had anew for this token: once for each, and once a minute for all. */
static bool look_again(struct provider_ask *ask)
{
	struct provider *p = ask->provider;
	int64_t now = clock_mono_us();

	if (ask->looked_again || (p->looked_again_us > 0 && now < p->looked_again_us + RETRY_S * SECOND_US))
		return false;
	ask->looked_again = true;
	p->looked_again_us = now;
	p->key_set.fresh_until_us = 0;
	return true;
}

static void judge(struct provider_ask *ask)
{
	struct provider *p = ask->provider;
	const struct id_token_rules rules = {.keys = p->key,
		.nkeys = p->nkeys,
		.issuer = p->settings.issuer,
		.client_id = p->settings.client_id,
		.nonce = ask->nonce,
		.access_token = ask->access_token,
		.now_ms = clock_wall_ms()};
	const char *reason = id_token_check(ask->arena, &rules, ask->id_token, &ask->claims);

	if (!reason)
		end(ask, PROVIDER_GOOD);
	else if (reason == jws_no_memory)
		end(ask, PROVIDER_AWAY);
	else if (reason == id_token_no_key && look_again(ask))
		go_on(ask);
	else
		refuse(ask, reason);
}

/* From one thing that is needed to the next. */
static void go_on(struct provider_ask *ask)
{
	struct provider *p = ask->provider;

	if (!need(ask, &p->metadata))
		return;
	if (!ask->code.at && ask->keys && !need(ask, &p->key_set))
		return;
	if (!ask->code.at) {
		ask->endpoint = arena_str(ask->arena, str_of(p->authorization));
		end(ask, PROVIDER_GOOD);
	} else if (!ask->id_token.at) {
		redeem(ask);
	} else if (need(ask, &p->key_set)) {
		judge(ask);
	}
}

/* --- the interface ----------------------------------------------------------------------------------- */

static void document_init(struct provider *p, struct document *doc, const char *name,
	const char *(*read)(struct provider *, struct arena *, const json_t *))
{
	*doc = (struct document){.provider = p, .name = name, .read = read};
	list_init(&doc->waiting);
}

struct provider *provider_new(
	struct arena *arena, struct event_base *loop, const struct provider_settings *settings)
{
	struct provider *p = arena_alloc(arena, sizeof(*p));
	const struct fetch_settings fetch = {
		.ca_file = settings->ca_file, .timeout_ms = settings->timeout_ms, .connections = CONNECTIONS};

	*p = (struct provider){.settings = *settings,
		.breaker = {.pause_us = settings->pause_ms * 1000, .most = FAILURES_MAX}};
	document_init(p, &p->metadata, "discovery", read_metadata);
	document_init(p, &p->key_set, "keys", read_keys);
	list_init(&p->redeeming);
	list_init(&p->pausing);
	p->loop = loop;
	p->fetcher = fetcher_new(arena, loop, &fetch);
	return p->fetcher ? p : NULL;
}

static void let_go(struct list *asks)
{
	list_each (it, asks) {
		struct provider_ask *ask = list_entry(it, struct provider_ask, in);

		list_remove(it);
		fetch_abandon(&ask->fetch);
		end(ask, PROVIDER_AWAY);
	}
}

static void document_free(struct document *doc)
{
	fetch_abandon(&doc->fetch);
	let_go(&doc->waiting);
	arena_free(doc->coming);
	arena_free(doc->known);
}

/* What pauses has ended as an ask. */
static void stop_pausing(struct provider_ask *ask, enum provider_outcome outcome)
{
	list_remove(&ask->in);
	ask->provider->npausing--;
	event_free(ask->later);
	ask->done(ask, outcome);
}

static void refuse_now(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	stop_pausing(arg, PROVIDER_REFUSED);
}

void provider_refuse_later(struct provider *p, struct provider_ask *ask, int64_t pause_ms)
{
	struct timeval pause = {.tv_sec = pause_ms / 1000, .tv_usec = pause_ms % 1000 * 1000};

	ask->later = p->npausing < PROVIDER_ASKS_MAX ? evtimer_new(p->loop, refuse_now, ask) : NULL;
	if (!ask->later) {
		ask->done(ask, PROVIDER_AWAY);
		return;
	}
	list_append(&p->pausing, &ask->in);
	p->npausing++;
	if (evtimer_add(ask->later, &pause) < 0)
		stop_pausing(ask, PROVIDER_AWAY);
}

void provider_free(struct provider *p)
{
	if (!p)
		return;
	list_each (it, &p->pausing)
		stop_pausing(list_entry(it, struct provider_ask, in), PROVIDER_AWAY);
	let_go(&p->redeeming);
	document_free(&p->metadata);
	document_free(&p->key_set);
	fetcher_free(p->fetcher);
}

bool provider_busy(const struct provider *p)
{
	return p && p->asks + p->npausing > 0;
}

const struct provider_settings *provider_settings(const struct provider *p)
{
	return &p->settings;
}

void provider_ask(struct provider *p, struct provider_ask *ask)
{
	ask->provider = p;
	ask->id_token = STR_NONE;
	ask->looked_again = false;
	ask->fetch = (struct fetch){.arena = ask->arena};
	list_init(&ask->in);
	p->asks++;
	if (p->asks > PROVIDER_ASKS_MAX)
		end(ask, PROVIDER_AWAY);
	else
		go_on(ask);
}

struct examination {
	struct provider_ask ask;
	struct event_base *loop;
	enum provider_outcome outcome;
};

static void examined(struct provider_ask *ask, enum provider_outcome outcome)
{
	struct examination *e = list_entry(ask, struct examination, ask);

	e->outcome = outcome;
	event_base_loopexit(e->loop, NULL);
}

struct str provider_examine(struct arena *arena, const struct provider_settings *settings)
{
	struct examination e = {.ask = {.arena = arena, .keys = true, .done = examined},
		.loop = event_base_new(),
		.outcome = PROVIDER_AWAY};
	struct provider *p = e.loop ? provider_new(arena, e.loop, settings) : NULL;
	struct str fault = STR("no memory or descriptors");

	if (p) {
		provider_ask(p, &e.ask);
		event_base_dispatch(e.loop);
		fault = e.outcome == PROVIDER_GOOD
				? STR_NONE
				: arena_printf(arena, "%s of %s: %s (status %ld)",
					  p->failed.what ? p->failed.what : "discovery", settings->issuer,
					  p->failed.what ? p->failed.reason : "not asked", p->failed.status);
	}
	provider_free(p);
	if (e.loop)
		event_base_free(e.loop);
	return fault;
}

struct str provider_address(
	struct arena *arena, const struct provider_settings *settings, const struct provider_visit *visit)
{
	struct digest hash = digest_sha256(visit->verifier);
	struct buf query = {.arena = arena};

	put_pair(&query, "response_type", STR("code"));
	put_pair(&query, "client_id", str_of(settings->client_id));
	put_pair(&query, "redirect_uri", str_of(settings->redirect_url));
	put_pair(&query, "scope", str_of(settings->scope));
	put_pair(&query, "state", visit->state);
	put_pair(&query, "nonce", visit->nonce);
	put_pair(&query, "code_challenge", digest_b64url(arena, digest_bytes(&hash)));
	put_pair(&query, "code_challenge_method", STR("S256"));
	bool has_query = memchr(visit->endpoint.at, '?', visit->endpoint.len);
	return arena_printf(arena, "%.*s%c%.*s", STR_ARG(visit->endpoint), has_query ? '&' : '?',
		STR_ARG(buf_str(&query)));
}

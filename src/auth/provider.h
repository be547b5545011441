#ifndef TIEPDAN_AUTH_PROVIDER_H
#define TIEPDAN_AUTH_PROVIDER_H

#include "auth/provider_settings.h"
#include "base/list.h"
#include "http/fetch.h"

/* The identity provider (OpenID Connect Core, authorization code flow with PKCE), as a peer that is not
 * trusted to answer: everything is asked beside the loop with limits of time and size (http/fetch.h), after
 * five failures in a row nothing for a while (base/breaker.h), and by each process no more than
 * PROVIDER_ASKS_MAX at once. Its discovery document and keys are kept for as long as it says, from 5 minutes
 * to a day; where they cannot be had again the old ones go on. A key that is not known is looked for once,
 * at most every minute. */
struct event_base;
struct json_t;
struct provider;

enum {
	PROVIDER_ASKS_MAX = 64
};

enum provider_outcome {
	PROVIDER_GOOD,
	PROVIDER_AWAY,	  /* not reached, too slow, not making sense, or left alone */
	PROVIDER_REFUSED, /* it does not know the code, or its token is not good */
};

/* Part of a struct of its owner, which lives until `done` has run. */
struct provider_ask {
	struct arena *arena; /* as well */
	/* To be redeemed; `code` absent: only where people sign in is asked. */
	struct str code, verifier, nonce;
	bool keys; /* without a code: its keys are asked for, too */
	/* Once; perhaps inside provider_ask(). */
	void (*done)(struct provider_ask *ask, enum provider_outcome outcome);

	/* PROVIDER_GOOD, in the arena. */
	struct str endpoint;	     /* where people sign in */
	const struct json_t *claims; /* of the ID token, which has passed auth/id_token.h */

	/* Private to provider.c. */
	struct list in;
	struct provider *provider;
	struct fetch fetch;
	struct str id_token, access_token;
	bool looked_again;
	struct event *later;
};

/* NULL when memory is out. The settings live as long as the arena. */
struct provider *provider_new(
	struct arena *arena, struct event_base *loop, const struct provider_settings *settings);
/* Tells everybody who waits that the provider is away. Accepts NULL. */
void provider_free(struct provider *p);

/* Somebody waits, be it that their client has left. Accepts NULL. */
bool provider_busy(const struct provider *p);
const struct provider_settings *provider_settings(const struct provider *p);
void provider_ask(struct provider *p, struct provider_ask *ask);
/* Tells an ask that was refused so once more, after a pause; PROVIDER_AWAY when nobody waits that
 * long, or PROVIDER_ASKS_MAX wait so already. */
void provider_refuse_later(struct provider *p, struct provider_ask *ask, int64_t pause_ms);

/* Asks for what it says of itself and its keys, with the time of the settings for each, on a loop of its own:
 * for sub-commands. What is wrong, in the arena; absent: nothing. */
struct str provider_examine(struct arena *arena, const struct provider_settings *settings);

/* The address that somebody is sent to, on the endpoint of an ask: RFC 6749 section 4.1.1, RFC 7636. */
struct provider_visit {
	struct str endpoint, state, nonce, verifier;
};
struct str provider_address(
	struct arena *arena, const struct provider_settings *settings, const struct provider_visit *visit);

#endif

#ifndef TIEPDAN_TESTS_AUTH_GOOD_H
#define TIEPDAN_TESTS_AUTH_GOOD_H

#include "forge.h"

#include "auth/gate.h"
#include "auth/role.h"

/* A good token of the gate tests, and its parts: each test changes one thing and names the reason that it
 * expects. */
#define ISSUER	"https://tiepdan.example"
#define NOW	INT64_C(1800000000)
#define ACCOUNT "01890a5d-ac96-774b-bcce-b302099a8057"
#define SESSION "01890a5d-ac96-774b-bcce-b302099a8058"

static unsigned forged; /* counted over all tests */

static inline struct forge *F(void **state)
{
	return *state;
}

static inline const char *check(const struct forge *f, struct str token, struct token_claims *ret)
{
	const struct gate gate = {f->keys, ISSUER, NOW * 1000 + 500};

	return gate_check(&gate, token, ret);
}

static inline void refused(const struct forge *f, struct str token, const char *reason, const char *what)
{
	struct token_claims claims;
	const char *said = check(f, token, &claims);

	forged++;
	if (said == NULL || strcmp(said, reason) != 0)
		fail_msg("%s: expected \"%s\", got \"%s\"", what, reason, said ? said : "accepted");
}

struct member {
	const char *name, *value;
};

static const struct member good[] = {
	{"iss", "\"" ISSUER "\""},
	{"aud", "\"" ISSUER "\""},
	{"sub", "\"" ACCOUNT "\""},
	{"sid", "\"" SESSION "\""},
	{"iat", "1799999990"},
	{"nbf", "1799999990"},
	{"exp", "1800000600"},
	{"roles", "[\"officer\",\"head\"]"},
	{"dept", "7"},
};
enum {
	GOOD = sizeof good / sizeof good[0]
};

/* The claims with one member changed, added, or (value NULL) left out. */
static inline struct str claims_with(struct arena *arena, const char *name, const char *value)
{
	struct buf b = {.arena = arena};
	bool known = false;

	for (unsigned i = 0; i < GOOD; i++) {
		bool this = strcmp(good[i].name, name) == 0;

		known |= this;
		if (!this || value)
			buf_printf(&b, "%s\"%s\":%s", b.len ? "," : "{", good[i].name,
				this ? value : good[i].value);
	}
	if (!known && value)
		buf_printf(&b, ",\"%s\":%s", name, value);
	buf_byte(&b, '}');
	return arena_str(arena, buf_str(&b));
}

static inline struct str good_claims(struct arena *arena)
{
	return claims_with(arena, "", NULL);
}

static inline const struct signing_key *signer(const struct forge *f)
{
	return &f->keys->token.at[f->keys->token.n - 1];
}

/* '$' stands for the kid. */
static inline struct str header_of(const struct forge *f, const char *text)
{
	struct buf b = {.arena = f->arena};

	for (; *text; text++)
		if (*text == '$')
			buf_put(&b, str_of(signer(f)->kid));
		else
			buf_byte(&b, *text);
	return arena_str(f->arena, buf_str(&b));
}

static inline struct str good_header(const struct forge *f)
{
	return header_of(f, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\"}");
}

static inline struct str good_token(const struct forge *f)
{
	return forge_token(f->arena, signer(f)->key, good_header(f), good_claims(f->arena));
}

#endif

#ifndef TIEPDAN_AUTH_PROVIDER_SETTINGS_H
#define TIEPDAN_AUTH_PROVIDER_SETTINGS_H

#include "base/arena.h"
#include "base/config.h"

/* What the settings oidc_* say about the identity provider that staff sign in with, and citizen_oidc_* about
 * that of citizens. */

enum {
	PROVIDER_ROLES_MAX = 64,
	PROVIDER_STRONG_MAX = 16
};

struct provider_role {
	struct str value; /* of the claim */
	struct str role;  /* of ours */
};

struct provider_settings {
	const char *issuer, *client_id, *redirect_url, *scope, *ca_file;
	struct str secret;	/* absent: none, PKCE alone */
	struct str login_claim; /* absent, as the rest of accounts, for citizens */
	struct str roles_claim; /* absent: roles are given here */
	struct str department;	/* code, of accounts that are made; absent: none is made */
	struct provider_role role[PROVIDER_ROLES_MAX];
	unsigned nroles;
	struct str strong[PROVIDER_STRONG_MAX]; /* values of acr and amr that say: two factors */
	unsigned nstrong;
	int64_t timeout_ms, pause_ms;
};

/* 0; -ENOENT: no provider is set up; -EINVAL and what is wrong. Reads the file of the secret. */
int provider_settings_read(struct arena *arena, const struct config *config, struct provider_settings *ret,
	struct str *ret_reason);
/* The same for the one of citizens, who get no roles from it. */
int provider_settings_read_citizen(struct arena *arena, const struct config *config,
	struct provider_settings *ret, struct str *ret_reason);

#endif

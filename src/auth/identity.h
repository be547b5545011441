#ifndef TIEPDAN_AUTH_IDENTITY_H
#define TIEPDAN_AUTH_IDENTITY_H

#include "auth/provider_settings.h"

struct json_t;

/* Who the claims of an ID token say that somebody is, by the settings. Texts live as long as the claims. */
struct identity {
	struct str subject; /* who it is for ever, with the issuer */
	struct str login;   /* absent: the claim does not say      */
	struct str name;    /* absent: no name that can be shown   */
	struct str role[PROVIDER_ROLES_MAX];
	size_t nroles;
	int64_t assurance; /* how many factors were shown */
};

/* `claims` have passed id_token_check(). An e-mail address counts as a login only where the provider says
 * that it was verified. Of a citizen subject and assurance are all. */
void identity_read(
	const struct provider_settings *settings, const struct json_t *claims, struct identity *ret);

#endif

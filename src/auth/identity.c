/* Claims -> who somebody is here. */
#include "auth/identity.h"

#include <jansson.h>

#include "auth/jws.h"

enum {
	SHOWN_MIN = 2,
	SHOWN_MAX = 100,
	DEEP_MAX = 200
};

/* "groups", or "realm_access.roles" for what stands deeper; a name that is there as it is comes first. */
static const json_t *claim(const json_t *claims, struct str name)
{
	const json_t *found = json_object_getn(claims, name.at, name.len);
	struct str part;

	if (found || name.len > DEEP_MAX)
		return found;
	found = claims;
	while (found && str_next(&name, '.', &part))
		found = json_object_getn(found, part.at, part.len);
	return found;
}

static struct str text_of(const json_t *value)
{
	return str_of(json_string_value(value));
}

static struct str login_of(const json_t *claims, struct str name)
{
	if (str_eq(name, STR("email")) && !json_is_true(json_object_get(claims, "email_verified")))
		return STR_NONE;
	return text_of(claim(claims, name));
}

static struct str name_of(const json_t *claims)
{
	struct str name = jws_text(claims, "name");
	size_t len = name.at && str_is_utf8(name) ? str_code_points(name) : 0;

	return len >= SHOWN_MIN && len <= SHOWN_MAX ? name : STR_NONE;
}

/* A claim of one value is a text, of several a list. */
static bool says(const json_t *claim, struct str value)
{
	const json_t *item;
	size_t i;

	if (str_eq(text_of(claim), value))
		return true;
	json_array_foreach(claim, i, item)
	{
		if (str_eq(text_of(item), value))
			return true;
	}
	return false;
}

static bool has_role(const struct identity *identity, struct str role)
{
	for (size_t i = 0; i < identity->nroles; i++)
		if (str_eq(identity->role[i], role))
			return true;
	return false;
}

static void read_roles(const struct provider_settings *settings, const json_t *claims, struct identity *ret)
{
	const json_t *said = claim(claims, settings->roles_claim);

	for (unsigned i = 0; i < settings->nroles; i++)
		if (says(said, settings->role[i].value) && !has_role(ret, settings->role[i].role))
			ret->role[ret->nroles++] = settings->role[i].role;
}

static bool is_strong(const struct provider_settings *settings, const json_t *claims)
{
	for (unsigned i = 0; i < settings->nstrong; i++)
		if (says(json_object_get(claims, "acr"), settings->strong[i]) ||
			says(json_object_get(claims, "amr"), settings->strong[i]))
			return true;
	return false;
}

void identity_read(const struct provider_settings *settings, const json_t *claims, struct identity *ret)
{
	*ret = (struct identity){.subject = jws_text(claims, "sub"),
		.login = settings->login_claim.at ? login_of(claims, settings->login_claim) : STR_NONE,
		.name = name_of(claims),
		.assurance = is_strong(settings, claims) ? 2 : 1};
	if (settings->roles_claim.at)
		read_roles(settings, claims, ret);
}

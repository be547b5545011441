/* The settings oidc_* and citizen_oidc_*. */
#include "auth/provider_settings.h"

#include <errno.h>
#include <string.h>

#include "auth/role.h"
#include "base/file.h"

enum {
	SECRET_MAX = 4096,
	URL_MAX = 2048
};

static bool is_address(struct str url)
{
	for (size_t i = 0; i < url.len; i++)
		if (url.at[i] <= ' ' || url.at[i] > '~' || strchr("\"<>\\^`{|}", url.at[i]))
			return false;
	return url.len <= URL_MAX && (str_starts(url, STR("https://")) || str_starts(url, STR("http://")));
}

/* Without TLS only what does not leave this machine. */
static bool is_private(struct str url)
{
	static const struct str prefixes[] = {
		{"https://", 8}, {"http://127.0.0.1:", 17}, {"http://[::1]:", 13}, {"http://localhost:", 17}};
	size_t i = 0;

	while (i < sizeof(prefixes) / sizeof(*prefixes) && !str_starts(url, prefixes[i]))
		i++;
	return i < sizeof(prefixes) / sizeof(*prefixes);
}

static bool read_secret(struct arena *arena, const char *file, struct str *ret)
{
	if (file[0] == '\0')
		return true;
	if (file_read(arena, file, SECRET_MAX, ret) < 0)
		return false;
	*ret = str_trim(*ret, "\r\n");
	return ret->len > 0;
}

/* "value=role; value=role". Values may hold '=', as names in a directory do: the last one counts. */
static bool read_role(struct str text, struct provider_role *ret)
{
	const char *equals = memrchr(text.at, '=', text.len);
	role_set role;

	if (!equals)
		return false;
	ret->value = str_trim((struct str){text.at, (size_t)(equals - text.at)}, " ");
	ret->role = str_trim((struct str){equals + 1, (size_t)(text.at + text.len - equals - 1)}, " ");
	return ret->value.len > 0 && role_find(ret->role, &role);
}

static bool read_roles(struct str list, struct provider_settings *ret)
{
	struct str part;

	while (str_next(&list, ';', &part)) {
		part = str_trim(part, " ");
		if (part.len == 0)
			continue;
		if (ret->nroles == PROVIDER_ROLES_MAX || !read_role(part, &ret->role[ret->nroles++]))
			return false;
	}
	return true;
}

static bool read_strong(struct str list, struct provider_settings *ret)
{
	struct str part;

	while (str_next(&list, ',', &part)) {
		part = str_trim(part, " ");
		if (part.len > 0 && ret->nstrong == PROVIDER_STRONG_MAX)
			return false;
		if (part.len > 0)
			ret->strong[ret->nstrong++] = part;
	}
	return true;
}

static struct str set_or_none(const char *setting)
{
	return setting[0] == '\0' ? STR_NONE : str_of(setting);
}

/* What both have: names of settings in faults are without their "citizen_". */
static const char *read_client(
	struct arena *arena, const char *secret_file, const char *strong, struct provider_settings *ret)
{
	struct str issuer = str_of(ret->issuer);

	if (!is_address(issuer) || !is_private(issuer) || memchr(issuer.at, '#', issuer.len))
		return "oidc_issuer is an address with https:// (or http:// on this machine)";
	if (ret->client_id[0] == '\0')
		return "oidc_client_id is needed with oidc_issuer";
	if (!is_address(str_of(ret->redirect_url)))
		return "oidc_redirect_url is the address of a page";
	if (!str_starts(str_of(ret->scope), STR("openid")))
		return "oidc_scope begins with openid";
	if (!read_secret(arena, secret_file, &ret->secret))
		return "oidc_client_secret_file cannot be read, or is empty";
	return read_strong(str_of(strong), ret) ? NULL : "oidc_assurance has more than 16 values";
}

static const char *read_accounts(const struct config *config, struct provider_settings *ret)
{
	ret->login_claim = str_of(config->oidc_login_claim);
	ret->roles_claim = set_or_none(config->oidc_roles_claim);
	ret->department = set_or_none(config->oidc_new_accounts);
	if (ret->login_claim.len == 0)
		return "oidc_login_claim is needed with oidc_issuer";
	if (!read_roles(str_of(config->oidc_roles), ret))
		return "oidc_roles is a list of value=role, separated by semicolons, with roles that there "
		       "are";
	if (!ret->roles_claim.at != (ret->nroles == 0))
		return "oidc_roles_claim and oidc_roles go together";
	if (ret->department.at && !ret->roles_claim.at)
		return "oidc_new_accounts needs oidc_roles_claim: an account has a role";
	return NULL;
}

int provider_settings_read(struct arena *arena, const struct config *config, struct provider_settings *ret,
	struct str *ret_reason)
{
	const char *fault;

	*ret = (struct provider_settings){.issuer = config->oidc_issuer,
		.client_id = config->oidc_client_id,
		.redirect_url = config->oidc_redirect_url,
		.scope = config->oidc_scope,
		.ca_file = config->oidc_ca_file,
		.timeout_ms = config->oidc_timeout_ms,
		.pause_ms = config->oidc_pause_ms};
	*ret_reason = STR_NONE;
	if (ret->issuer[0] == '\0')
		return -ENOENT;
	fault = read_client(arena, config->oidc_client_secret_file, config->oidc_assurance, ret);
	if (!fault)
		fault = read_accounts(config, ret);
	*ret_reason = str_of(fault);
	return fault ? -EINVAL : 0;
}

int provider_settings_read_citizen(struct arena *arena, const struct config *config,
	struct provider_settings *ret, struct str *ret_reason)
{
	const char *fault;

	*ret = (struct provider_settings){.issuer = config->citizen_oidc_issuer,
		.client_id = config->citizen_oidc_client_id,
		.redirect_url = config->citizen_oidc_redirect_url,
		.scope = config->citizen_oidc_scope,
		.ca_file = config->citizen_oidc_ca_file,
		.timeout_ms = config->citizen_oidc_timeout_ms,
		.pause_ms = config->citizen_oidc_pause_ms};
	*ret_reason = STR_NONE;
	if (ret->issuer[0] == '\0')
		return -ENOENT;
	fault = read_client(
		arena, config->citizen_oidc_client_secret_file, config->citizen_oidc_assurance, ret);
	if (fault)
		*ret_reason = arena_printf(arena, "citizen_%s", fault);
	return fault ? -EINVAL : 0;
}

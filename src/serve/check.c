/* The checks before the server starts. */
#include "serve/check.h"

#include <errno.h>

#include "auth/keys.h"
#include "auth/provider_settings.h"
#include "auth/role.h"
#include "base/log.h"

static struct str settings_fault(struct arena *arena, const struct config *config)
{
	struct provider_settings *provider = arena_alloc(arena, sizeof(*provider));
	struct str reason = STR_NONE;
	role_set strong;

	if (!role_list(str_of(config->second_factor_roles), &strong))
		return STR("`second_factor_roles` names something that is no role");
	if (provider_settings_read(arena, config, provider, &reason) != -EINVAL)
		(void)provider_settings_read_citizen(arena, config, provider, &reason);
	return reason;
}

bool serve_settings_fit(const struct config *config)
{
	struct arena *arena = arena_new();
	struct str fault = arena ? settings_fault(arena, config) : STR("memory is out");

	if (fault.at)
		log_error("server.settings", LOG_STR("fault", fault));
	arena_free(arena);
	return !fault.at;
}

int serve_check(const struct config *config, struct arena *arena)
{
	struct str reason;

	if (config->database_url[0] == '\0' || config->key_dir[0] == '\0') {
		log_error(
			"server.settings", LOG_STR("fault", STR("`database_url` and `key_dir` must be set")));
		return -1;
	}
	if (!serve_settings_fit(config))
		return -1;
	if (!keys_load(arena, config->key_dir, &reason)) {
		log_error("server.keys", LOG_STR("fault", reason));
		return -1;
	}
	return 0;
}

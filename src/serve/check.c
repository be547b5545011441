/* The checks before the server starts. */
#include "serve/check.h"

#include <errno.h>

#include "auth/keys.h"
#include "auth/provider_settings.h"
#include "auth/role.h"
#include "base/embedded.h"
#include "base/log.h"
#include "command/pg.h"

struct str serve_schema_fault(struct arena *arena, int64_t known, int64_t schema, int64_t oldest)
{
	if (schema < known)
		return arena_printf(arena,
			"the database is at migration %ld of %ld: run `tiepdan migrate` first", (long)schema,
			(long)known);
	if (oldest > known)
		return arena_printf(arena,
			"the database has moved on to migration %ld and no longer carries this program "
			"(%ld): install the newer one",
			(long)schema, (long)known);
	return STR_NONE;
}

static struct str schema_fault(struct arena *arena, PGconn *pg)
{
	PGresult *r = pg_query(pg, "serve_schema", NULL, 0);
	int64_t known = (int64_t)embedded_group("migrations")->n, schema, oldest;
	struct str fault =
		STR("the database has no schema of tiepdan: run `tiepdan migrate` and check `database_url`");

	if (r && str_to_i64(str_of(PQgetvalue(r, 0, 0)), &schema) == 0 &&
		str_to_i64(str_of(PQgetvalue(r, 0, 1)), &oldest) == 0)
		fault = serve_schema_fault(arena, known, schema, oldest);
	PQclear(r);
	return fault;
}

static int check_schema(const struct config *config, struct arena *arena)
{
	PGconn *pg = PQconnectdb(config->database_url);
	struct str fault = STR_NONE;

	if (PQstatus(pg) != CONNECTION_OK)
		log_warn("server.database_away",
			LOG_STR("cure",
				STR("check `database_url`; the server answers 503 until it is there")));
	else
		fault = schema_fault(arena, pg);
	PQfinish(pg);
	if (!fault.at)
		return 0;
	log_error("server.schema", LOG_STR("fault", fault));
	return -1;
}

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
	return check_schema(config, arena);
}

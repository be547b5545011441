/* tiepdan roles: who serves, who lets people in and who does jobs, as roles of the database. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/rand.h"
#include "command/command.h"
#include "command/pg.h"

enum {
	PASSWORD_BYTES = 24
};

/* The logins of the server: which setting names them, and what they are for. */
static const struct login {
	const char *role, *setting;
	size_t at; /* of the setting in struct config */
	bool door, job;
} logins[] = {
	{"tiepdan_app", "database_url", offsetof(struct config, database_url), false, false},
	{"tiepdan_door", "door_url", offsetof(struct config, door_url), true, false},
	{"tiepdan_job", "job_url", offsetof(struct config, job_url), false, true},
};

enum {
	LOGINS = sizeof(logins) / sizeof(logins[0])
};

static const char *url_of(const struct config *config, const struct login *l)
{
	return *(const char *const *)((const char *)config + l->at);
}

/* What a login may do; until they are apart the job worker may let people in, too. */
struct found {
	char name[64];
	bool door, job;
};

static bool look(const struct config *config, const struct login *l, struct found *ret)
{
	PGconn *pg = pg_connect(l->setting, url_of(config, l));
	PGresult *r = pg ? pg_query(pg, "command_check_role", NULL, 0) : NULL;

	if (r) {
		snprintf(ret->name, sizeof(ret->name), "%s", PQgetvalue(r, 0, 0));
		ret->door = PQgetvalue(r, 0, 1)[0] == 't';
		ret->job = PQgetvalue(r, 0, 2)[0] == 't';
	}
	PQclear(r);
	PQfinish(pg);
	return r != NULL;
}

static bool show(const struct config *config)
{
	bool ok = true;

	for (size_t i = 0; i < LOGINS; i++) {
		struct found found;
		if (url_of(config, &logins[i])[0] == '\0')
			printf("%-13s not set: database_url stands in\n", logins[i].setting);
		else if (look(config, &logins[i], &found))
			printf("%-13s %s%s%s\n", logins[i].setting, found.name,
				found.door ? ", lets people in" : "", found.job ? ", does jobs" : "");
		else
			ok = false;
	}
	return ok;
}

/* The other two can do their part and are not the first one: nothing stops when it is taken from that. */
static bool are_two_more(const struct config *config)
{
	struct found serves, found;

	if (!look(config, &logins[0], &serves))
		return false;
	for (size_t i = 1; i < LOGINS; i++) {
		const struct login *l = &logins[i];
		if (!look(config, l, &found))
			return false;
		if (found.door >= l->door && found.job == l->job && strcmp(found.name, serves.name) != 0)
			continue;
		fprintf(stderr, "tiepdan: %s signs in as %s, and should as %s\n", l->setting, found.name,
			l->role);
		return false;
	}
	return true;
}

static bool set(const struct config *config, const char *apart)
{
	PGconn *pg = pg_connect("owner_url", config->owner_url);
	bool ok = pg && pg_do(pg, "command_roles_apart", (struct str[]){str_of(apart)}, 1);

	PQfinish(pg);
	return ok;
}

/* The connection of the server for somebody else; of what is given twice libpq takes the last. */
static struct str connection(struct arena *arena, const char *url, const char *role, struct str password)
{
	bool is_url = strstr(url, "://") != NULL;
	const char *between = !is_url ? " " : strchr(url, '?') ? "&" : "?";

	return arena_printf(arena, "%s%suser=%s%spassword=%.*s", url, between, role, is_url ? "&" : " ",
		STR_ARG(password));
}

static struct str password_new(struct arena *arena)
{
	char bytes[PASSWORD_BYTES];

	rand_bytes(bytes, sizeof(bytes));
	return digest_hex(arena, (struct str){bytes, sizeof(bytes)});
}

static bool let_in(PGconn *pg, struct arena *arena, const struct config *config, const struct login *l)
{
	struct str password = password_new(arena);
	char *verifier = PQencryptPasswordConn(pg, arena_cstr(arena, password), l->role, "scram-sha-256");
	bool ok = verifier &&
		  pg_do(pg, "command_roles_login", (struct str[]){str_of(l->role), str_of(verifier)}, 2);

	PQfreemem(verifier);
	if (ok)
		printf("%s = %.*s\n", l->setting,
			STR_ARG(connection(arena, config->database_url, l->role, password)));
	return ok;
}

/* New passwords for the two, and the lines for the configuration. */
static bool make(const struct config *config)
{
	struct arena *arena = arena_new();
	PGconn *pg = arena ? pg_connect("owner_url", config->owner_url) : NULL;
	bool ok = pg != NULL;

	for (size_t i = 1; ok && i < LOGINS; i++)
		ok = let_in(pg, arena, config, &logins[i]);
	PQfinish(pg);
	arena_free(arena);
	return ok;
}

static bool part(const struct config *config)
{
	return are_two_more(config) && set(config, "true");
}

static bool join(const struct config *config)
{
	return set(config, "false");
}

int command_roles(const struct config *config, char **args)
{
	static const struct {
		const char *name;
		bool (*run)(const struct config *config);
	} verbs[] = {{"show", show}, {"login", make}, {"apart", part}, {"together", join}};

	for (size_t i = 0; args[0] && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(args[0], verbs[i].name) == 0)
			return command_ends(args + 1) && verbs[i].run(config) ? EXIT_SUCCESS : EXIT_FAILURE;
	command_print(command_find("roles"), stderr);
	return EXIT_FAILURE;
}

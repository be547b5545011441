/* tiepdan user: staff accounts and one-time sign-in codes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/keys.h"
#include "auth/login.h"
#include "base/clock.h"
#include "civil/text.h"
#include "command/command.h"
#include "command/pg.h"

/* The value of --name=value among the arguments, absent if it is not there. */
static struct str option(char **args, const char *name)
{
	size_t len = strlen(name);

	for (; *args; args++)
		if (strncmp(*args, "--", 2) == 0 && strncmp(*args + 2, name, len) == 0 &&
			(*args)[2 + len] == '=')
			return str_of(*args + 3 + len);
	return STR_NONE;
}

static size_t count(char **args)
{
	size_t n = 0;

	while (args[n])
		n++;
	return n;
}

static bool add(PGconn *pg, const struct config *config, struct arena *arena, char **args)
{
	struct str name = option(args, "name"), department = option(args, "department"),
		   roles = option(args, "role"), email = option(args, "email"),
		   language = option(args, "language");
	size_t known = 4u + (email.at != NULL) + (language.at != NULL);

	(void)config;
	if (!name.at || !department.at || !roles.at || count(args) != known) {
		fputs("tiepdan: user add LOGIN needs --name=NAME, --department=CODE and --role=ROLE[,ROLE], "
		      "and "
		      "may have --email=ADDRESS and --language=vi|en\n",
			stderr);
		return false;
	}
	if (email.at && !(email = text_email(arena, email)).at) {
		fputs("tiepdan: --email is no e-mail address\n", stderr);
		return false;
	}
	if (pg_do(pg, "command_user_add",
		    (struct str[]){str_of(args[0]), name, department,
			    arena_printf(arena, "{%.*s}", STR_ARG(roles)), email, language},
		    6))
		return true;
	fputs("tiepdan: no account was made; `tiepdan help user` says what a login, a name, a role and a "
	      "language "
	      "may be\n",
		stderr);
	return false;
}

/* A new one-time code, of which only the HMAC is stored. Absent when there is none, and why has been said. */
static struct str make_code(PGconn *pg, const struct config *config, struct arena *arena, struct str login)
{
	struct str reason;
	const struct keys *keys = keys_load(arena, config->key_dir, &reason);
	char expires[CLOCK_RFC3339_SIZE];

	if (!keys) {
		fprintf(stderr, "tiepdan: %.*s\n", STR_ARG(reason));
		return STR_NONE;
	}
	struct str fresh = login_code_new(arena);
	struct str hash = login_code_hash(arena, keys, login, fresh);
	clock_format(clock_wall_ms() + config->login_code_minutes * 60000, expires);
	struct str hex = arena_printf(arena, "\\x%.*s", STR_ARG(digest_hex(arena, hash)));
	return pg_do(pg, "command_user_code", (struct str[]){login, hex, str_of(expires)}, 3) ? fresh
											      : STR_NONE;
}

static bool code(PGconn *pg, const struct config *config, struct arena *arena, char **args)
{
	struct str fresh = make_code(pg, config, arena, str_of(args[0]));

	if (fresh.at)
		printf("%.*s\n", STR_ARG(fresh));
	return fresh.at;
}

/* The page where somebody comes in, with login and code in it: for the first administrator. */
static bool link_to(PGconn *pg, const struct config *config, struct arena *arena, char **args)
{
	struct str login = login_fold(arena, str_of(args[0])), fresh;

	if (config->welcome_url[0] == '\0') {
		fputs("tiepdan: welcome_url is not set, so there is no page to link to; `tiepdan user code` "
		      "makes a code "
		      "alone\n",
			stderr);
		return false;
	}
	fresh = make_code(pg, config, arena, login);
	if (fresh.at)
		printf("%.*s\n", STR_ARG(login_link(arena, str_of(config->welcome_url), login, fresh)));
	return fresh.at;
}

static bool list(PGconn *pg, const struct config *config, struct arena *arena, char **args)
{
	(void)config, (void)arena, (void)args;
	PGresult *r = pg_query(pg, "command_user_list", NULL, 0);
	for (int i = 0; r && i < PQntuples(r); i++)
		printf("%-24s %-12s %-10s %-30s %s\n", PQgetvalue(r, i, 0), PQgetvalue(r, i, 1),
			PQgetvalue(r, i, 2), PQgetvalue(r, i, 3), PQgetvalue(r, i, 4));
	PQclear(r);
	return r != NULL;
}

static bool switch_to(PGconn *pg, const char *login, const char *active)
{
	PGresult *r = pg_query(pg, "command_user_switch", (struct str[]){str_of(login), str_of(active)}, 2);
	bool found = r && PQntuples(r) == 1;

	if (r && !found)
		fprintf(stderr, "tiepdan: there is no account '%s'\n", login);
	PQclear(r);
	return found;
}

static bool enable(PGconn *pg, const struct config *config, struct arena *arena, char **args)
{
	(void)config, (void)arena;
	return switch_to(pg, args[0], "true");
}

static bool disable(PGconn *pg, const struct config *config, struct arena *arena, char **args)
{
	(void)config, (void)arena;
	return switch_to(pg, args[0], "false");
}

static const struct verb {
	const char *name;
	size_t nargs, more; /* behind the verb; how many more there may be */
	bool (*run)(PGconn *pg, const struct config *config, struct arena *arena, char **args);
} verbs[] = {{"add", 4, 2, add}, {"code", 1, 0, code}, {"link", 1, 0, link_to}, {"list", 0, 0, list},
	{"enable", 1, 0, enable}, {"disable", 1, 0, disable}};

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; name && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

int command_user(const struct config *config, char **args)
{
	const struct verb *verb = find_verb(args[0]);
	size_t n = verb ? count(args + 1) : 0;

	if (!verb || n < verb->nargs || n > verb->nargs + verb->more) {
		command_print(command_find("user"), stderr);
		return EXIT_FAILURE;
	}
	struct arena *arena = arena_new();
	PGconn *pg = arena ? pg_connect("owner_url", config->owner_url) : NULL;
	bool ok = pg && verb->run(pg, config, arena, args + 1);
	PQfinish(pg);
	arena_free(arena);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

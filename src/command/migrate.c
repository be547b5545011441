/* tiepdan migrate: brings the schema forward, one process at a time (advisory lock). Each migration is one
 * transaction; a lock that is not there at once gives way to the server's work, which waits behind it, and
 * is tried again. What would hold its locks for long, an index of a table that grows, runs outside a
 * transaction: a file that says so in its first line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/embedded.h"
#include "command/command.h"
#include "command/pg.h"

enum {
	TRIES = 100,
	PAUSE_US = 500000
};

#define OUTSIDE "-- outside a transaction\n"

struct migration {
	int64_t version;
	struct str name, text, checksum;
};

static struct migration read_migration(struct arena *arena, const struct embedded_file *file)
{
	struct migration m = {.name = str_of(file->name), .text = file->data};
	struct digest hash = digest_sha256(file->data);
	struct str rest = m.name, number;

	str_next(&rest, '_', &number);
	str_to_i64(number, &m.version);
	m.checksum = digest_hex(arena, digest_bytes(&hash));
	return m;
}

/* 1: has run, 0: has not, -1: fault. */
static int has_run(PGconn *pg, struct arena *arena, const struct migration *m)
{
	struct str version = arena_printf(arena, "%ld", (long)m->version);
	PGresult *r = pg_query(pg, "command_migration", &version, 1);
	int answer = r ? PQntuples(r) : -1;

	if (answer == 1 && !str_eq(str_of(PQgetvalue(r, 0, 0)), m->checksum)) {
		fprintf(stderr,
			"tiepdan: migration %.*s has run with another text: this program and the database do "
			"not fit\n",
			STR_ARG(m->name));
		answer = -1;
	}
	PQclear(r);
	return answer;
}

static bool apply_once(PGconn *pg, struct arena *arena, const struct migration *m, bool *ret_locked_out)
{
	const struct str values[] = {arena_printf(arena, "%ld", (long)m->version), m->name, m->checksum};

	*ret_locked_out = false;
	if (!pg_script(pg, "begin; set local lock_timeout = '100ms'"))
		return false;
	PGresult *r = PQexec(pg, arena_cstr(arena, m->text));
	ExecStatusType status = PQresultStatus(r);
	bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
	if (!ok) {
		const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
		*ret_locked_out = state && strcmp(state, "55P03") == 0;
		if (!*ret_locked_out)
			fprintf(stderr, "tiepdan: %.*s: %s", STR_ARG(m->name), PQresultErrorMessage(r));
	}
	PQclear(r);
	ok = ok && pg_do(pg, "command_migrated", values, 3) && pg_script(pg, "commit");
	return ok || (pg_script(pg, "rollback"), false);
}

/* Where a statement ends: with its line, but not inside a body. NULL: none follows. */
static char *statement_end(char *at)
{
	bool body = false;

	for (; *at != '\0'; at++) {
		if (at[0] == '$' && at[1] == '$') {
			body = !body;
			at++;
		} else if (at[0] == ';' && at[1] == '\n' && !body) {
			return at;
		}
	}
	return NULL;
}

/* Statement by statement. One that fails leaves the migration to be done again from its beginning, so they
 * can all be repeated. */
static bool apply_outside(PGconn *pg, struct arena *arena, const struct migration *m)
{
	const struct str values[] = {arena_printf(arena, "%ld", (long)m->version), m->name, m->checksum};
	char *at = arena_cstr(arena, m->text), *end;

	for (; (end = statement_end(at)) != NULL; at = end + 1) {
		*end = '\0';
		if (!pg_script(pg, at))
			return false;
	}
	if (str_trim(str_of(at), " \t\n").len > 0) {
		fprintf(stderr, "tiepdan: %.*s: the last statement has no end\n", STR_ARG(m->name));
		return false;
	}
	return pg_do(pg, "command_migrated", values, 3);
}

static bool apply(PGconn *pg, struct arena *arena, const struct migration *m)
{
	bool locked_out = true;

	if (str_starts(m->text, STR(OUTSIDE)))
		return apply_outside(pg, arena, m);
	for (int i = 0; i < TRIES && locked_out; i++) {
		if (apply_once(pg, arena, m, &locked_out))
			return true;
		if (locked_out) {
			printf("%.*s: a lock was not free, trying again\n", STR_ARG(m->name));
			usleep(PAUSE_US);
		}
	}
	return false;
}

static bool schema_exists(PGconn *pg)
{
	PGresult *r = pg_query(pg, "command_schema_exists", NULL, 0);
	bool yes = r && strcmp(PQgetvalue(r, 0, 0), "t") == 0;

	PQclear(r);
	return yes;
}

static int migrate(PGconn *pg, struct arena *arena, bool dry)
{
	const struct embedded_group *group = embedded_group("migrations");
	unsigned done = 0;
	bool there = schema_exists(pg);

	for (unsigned i = 0; i < group->n; i++) {
		struct migration m = read_migration(arena, &group->files[i]);
		int ran = there ? has_run(pg, arena, &m) : 0;
		if (ran < 0)
			return EXIT_FAILURE;
		if (ran == 1)
			continue;
		printf("%s %.*s\n", dry ? "would run" : "running", STR_ARG(m.name));
		fflush(stdout);
		if (!dry && !apply(pg, arena, &m))
			return EXIT_FAILURE;
		there = there || !dry;
		done++;
	}
	printf(done == 0 ? "the schema is up to date (%u migrations)\n" : "%u migrations\n",
		done == 0 ? group->n : done);
	return EXIT_SUCCESS;
}

/* After a restore into another cluster. */
static bool resume_feeds(PGconn *pg)
{
	PGresult *r = pg_query(pg, "command_migrate_feeds", NULL, 0);

	if (r && strcmp(PQgetvalue(r, 0, 0), "0") != 0)
		printf("%s events of another cluster have their place: what was not told before is told "
		       "now\n",
			PQgetvalue(r, 0, 0));
	PQclear(r);
	return r != NULL;
}

/* Without waiting inside a statement: an index that another process builds waits for all that run. */
static bool lock(PGconn *pg)
{
	for (bool told = false;; told = true, usleep(PAUSE_US)) {
		PGresult *r = pg_query(pg, "command_migrate_lock", NULL, 0);
		bool failed = !r, locked = r && strcmp(PQgetvalue(r, 0, 0), "t") == 0;
		PQclear(r);
		if (failed || locked)
			return locked;
		if (!told)
			printf("another process migrates, waiting for it\n");
		fflush(stdout);
	}
}

int command_migrate(const struct config *config, char **args)
{
	bool dry = args[0] && strcmp(args[0], "--dry-run") == 0;

	if (!command_ends(args + dry))
		return EXIT_FAILURE;
	struct arena *arena = arena_new();
	PGconn *pg = pg_connect("owner_url", config->owner_url);
	int status = EXIT_FAILURE;

	if (pg && arena && lock(pg))
		status = migrate(pg, arena, dry);
	if (status == EXIT_SUCCESS && !dry && !resume_feeds(pg))
		status = EXIT_FAILURE;
	PQfinish(pg);
	arena_free(arena);
	return status;
}

/* tiepdan import, tiepdan seed: CSV files into the reference data. The database checks all rows at once; any
 * fault is reported with its line and nothing is loaded. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/embedded.h"
#include "base/file.h"
#include "command/command.h"
#include "command/loaded.h"
#include "command/pg.h"

enum {
	FILE_MAX_BYTES = 64 * 1024 * 1024
};

/* The kinds, in the order in which they need each other. */
static const char *const kinds[] = {"calendars", "hours", "days", "areas", "departments", "categories",
	"kinds", "profiles", "policies", "alarm_levels", "route_rules", "refusal_reasons", NULL};

/* The CSV of a kind as shipped; absent if there is none. */
static struct str shipped(const char *name)
{
	const struct embedded_group *group = embedded_group("seeds");

	for (unsigned i = 0; group && i < group->n; i++)
		if (strcmp(group->files[i].name, name) == 0)
			return group->files[i].data;
	return STR_NONE;
}

static void print_usage(void)
{
	fputs("usage: tiepdan import KIND FILE.csv\n\n"
	      "The file is UTF-8, its first line names the columns. The kinds, and the columns of the "
	      "shipped city:\n",
		stderr);
	for (const char *const *k = kinds; *k; k++) {
		char name[64];
		snprintf(name, sizeof(name), "hanoi/%s.csv", *k);
		struct str rest = shipped(name), head = STR_NONE;
		str_next(&rest, '\n', &head);
		fprintf(stderr, "  %-16s %.*s\n", *k, STR_ARG(head));
	}
}

static bool is_kind(const char *name)
{
	for (const char *const *k = kinds; *k; k++)
		if (strcmp(*k, name) == 0)
			return true;
	return false;
}

/* The rows as a JSON array of objects: the members of the head line, and "line". An empty cell is left out.
 * Absent, after a message, when the CSV itself is broken. */
static struct str rows_of(struct arena *arena, const char *name, struct str text)
{
	struct csv csv = csv_open(text);
	struct str head[CSV_FIELDS_MAX], cells[CSV_FIELDS_MAX];
	unsigned columns = csv_read(&csv, arena, head), n;
	struct buf b = {.arena = arena};

	if (columns <= 1 && !csv.fault) {
		fprintf(stderr, "%s: the first line must name the columns, separated by commas\n", name);
		return STR_NONE;
	}
	buf_byte(&b, '[');
	while ((n = csv_read(&csv, arena, cells)) > 0) {
		if (n != columns) {
			fprintf(stderr, "%s:%u: %u fields, but the first line has %u\n", name, csv.line, n,
				columns);
			return STR_NONE;
		}
		buf_printf(&b, "%s{\"line\":%u", b.len > 1 ? "," : "", csv.line);
		for (unsigned i = 0; i < n; i++) {
			if (cells[i].len == 0)
				continue;
			buf_byte(&b, ',');
			buf_json(&b, head[i]);
			buf_byte(&b, ':');
			buf_json(&b, cells[i]);
		}
		buf_byte(&b, '}');
	}
	if (csv.fault) {
		fprintf(stderr, "%s:%u: %s\n", name, csv.line, csv.fault);
		return STR_NONE;
	}
	buf_byte(&b, ']');
	return buf_str(&b);
}

static bool import_text(PGconn *pg, const char *kind, const char *name, struct str text)
{
	struct arena *arena = arena_new();
	struct str rows = arena ? rows_of(arena, name, text) : STR_NONE;
	bool ok = false;

	if (rows.at) {
		PGresult *r = pg_query(pg, "command_import", (struct str[]){str_of(kind), rows}, 2);
		ok = r && PQntuples(r) == 0;
		for (int i = 0; r && i < PQntuples(r); i++)
			fprintf(stderr, "%s:%s: %s\n", name, PQgetvalue(r, i, 0), PQgetvalue(r, i, 1));
		PQclear(r);
	}
	arena_free(arena);
	return ok;
}

/* The whole file; absent after a message. */
static struct str read_file(struct arena *arena, const char *path)
{
	struct str text = STR_NONE;
	int error = file_read(arena, path, FILE_MAX_BYTES, &text);

	if (error < 0)
		fprintf(stderr, "tiepdan: cannot read %s: %s\n", path,
			error == -EFBIG ? "it is larger than 64 MiB" : strerror(-error));
	return text;
}

/* Whether a server could work with the city as it is now in this transaction. */
static bool is_whole(PGconn *pg, bool complain)
{
	struct arena *arena = arena_new();
	struct str reason = STR("memory is out");
	bool whole = arena && loaded_city(pg, arena, &reason);

	if (!whole && complain)
		fprintf(stderr, "tiepdan: no server could work with this city: %.*s\n", STR_ARG(reason));
	arena_free(arena);
	return whole;
}

/* A new city comes kind by kind; one that servers work with must stay whole. */
static bool import_file(PGconn *pg, const char *kind, const char *name, struct str text)
{
	if (!pg_script(pg, "begin"))
		return false;
	bool was_whole = is_whole(pg, false);
	return import_text(pg, kind, name, text) && (!was_whole || is_whole(pg, true)) &&
	       pg_script(pg, "commit");
}

int command_import(const struct config *config, char **args)
{
	if (!args[0] || !args[1] || !is_kind(args[0])) {
		print_usage();
		return EXIT_FAILURE;
	}
	if (!command_ends(args + 2))
		return EXIT_FAILURE;
	struct arena *arena = arena_new();
	struct str text = arena ? read_file(arena, args[1]) : STR_NONE;
	PGconn *pg = text.at ? pg_connect("owner_url", config->owner_url) : NULL;
	bool ok = pg && import_file(pg, args[0], args[1], text);
	PQfinish(pg);
	arena_free(arena);
	if (ok)
		printf("loaded %s\n", args[1]);
	else
		fputs("tiepdan: nothing was loaded\n", stderr);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The CSV of one kind: from the folder, or from the city shipped in this program. */
static bool seed_kind(PGconn *pg, const char *kind, const char *folder)
{
	char name[512];

	snprintf(name, sizeof(name), "%s/%s.csv", folder ? folder : "hanoi", kind);
	printf("loading %s\n", name);
	fflush(stdout);
	if (folder) {
		struct arena *arena = arena_new();
		struct str text = arena ? read_file(arena, name) : STR_NONE;
		bool ok = text.at && import_text(pg, kind, name, text);
		arena_free(arena);
		return ok;
	}
	struct str text = shipped(name);
	if (!text.at)
		fprintf(stderr, "tiepdan: %s is not shipped\n", name);
	return text.at && import_text(pg, kind, name, text);
}

/* --from DIR, or --from=DIR; false after a message when the arguments say something else. */
static bool seed_folder(char **args, const char **ret_folder)
{
	*ret_folder = NULL;
	if (!args[0])
		return true;
	if (strcmp(args[0], "--from") == 0)
		*ret_folder = args[1];
	else if (strncmp(args[0], "--from=", 7) == 0)
		*ret_folder = args[0] + 7;
	else
		return command_ends(args);
	if (!*ret_folder || (*ret_folder)[0] == '\0') {
		fputs("tiepdan: --from needs a folder\n", stderr);
		return false;
	}
	return command_ends(*ret_folder == args[1] ? args + 2 : args + 1);
}

int command_seed(const struct config *config, char **args)
{
	const char *folder;

	if (!seed_folder(args, &folder))
		return EXIT_FAILURE;
	PGconn *pg = pg_connect("owner_url", config->owner_url);
	bool ok = pg && pg_script(pg, "begin");
	for (const char *const *k = kinds; ok && *k; k++)
		ok = seed_kind(pg, *k, folder);
	ok = ok && is_whole(pg, true) && pg_script(pg, "commit");
	PQfinish(pg);
	if (!ok)
		fputs("tiepdan: nothing was loaded\n", stderr);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* tiepdan import, seed, export: CSV files into the reference data, and out of it. The database checks all
 * rows at once; any fault is reported with its line and nothing is loaded. */
#include "command/import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/configuration/sheet.h"
#include "base/embedded.h"
#include "base/file.h"
#include "base/rows.h"
#include "command/command.h"
#include "command/folder.h"
#include "command/loaded.h"
#include "command/pg.h"
#include "command/rules.h"
#include "command/words.h"

enum {
	FILE_MAX_BYTES = 64 * 1024 * 1024
};

/* The kinds, in the order in which they need each other. Those from the templates on are no part of a city:
 * they come with the schema. */
static const char *const kinds[] = {"calendars", "hours", "days", "areas", "departments", "categories",
	"kinds", "profiles", "policies", "alarm_levels", "refusal_reasons", "organisations",
	"retention_classes", "retention_rules", "data_request_limits", "data_request_reasons", "rules",
	"former_areas", "examples", "templates", "triage_words", "triage_texts", "settings", "part_texts",
	NULL};

/* The CSV of a kind as shipped; absent if there is none. */
static struct str shipped(const char *name)
{
	const struct embedded_group *group = embedded_group("seeds");

	for (unsigned i = 0; group && i < group->n; i++)
		if (strcmp(group->files[i].name, name) == 0)
			return group->files[i].data;
	return STR_NONE;
}

/* No table, but a text of its own: `rules`, or `rules:DEPARTMENT`. */
static bool is_rules(const char *kind)
{
	return strcmp(kind, "rules") == 0 || (strncmp(kind, "rules:", 6) == 0 && kind[6] != '\0');
}

static struct str rules_department(const char *kind)
{
	const char *colon = strchr(kind, ':');

	return colon ? str_of(colon + 1) : STR_NONE;
}

/* The first line of the shipped file: every column of the kind. */
static struct str columns_of(const char *kind)
{
	char name[64];
	struct str head = STR_NONE;

	snprintf(name, sizeof(name), "hanoi/%s.csv", kind);
	struct str rest = shipped(name);
	str_next(&rest, '\n', &head);
	return head;
}

static void print_usage(void)
{
	fputs("usage: tiepdan import KIND FILE.csv [--dry-run]\n"
	      "       tiepdan import --all DIR [--dry-run]\n"
	      "       tiepdan export KIND > FILE.csv\n"
	      "       tiepdan export --all DIR\n"
	      "       tiepdan import rules[:DEPARTMENT] FILE.rules [--dry-run]\n"
	      "       tiepdan export rules[:DEPARTMENT] > FILE.rules\n\n"
	      "The file is UTF-8, its first line names the columns. The kinds, and the columns of the "
	      "shipped city:\n",
		stderr);
	for (const char *const *k = kinds; *k; k++)
		if (!is_rules(*k))
			fprintf(stderr, "  %-16s %.*s\n", *k, STR_ARG(columns_of(*k)));
}

static bool is_kind(const char *name)
{
	if (is_rules(name))
		return true;
	for (const char *const *k = kinds; *k; k++)
		if (strcmp(*k, name) == 0)
			return true;
	return false;
}

static bool is_templates(const char *kind)
{
	return strcmp(kind, "templates") == 0;
}

struct str import_parse(struct arena *arena, const char *kind, const char *name, struct str text)
{
	struct rows_fault fault;
	struct str rows = rows_from_csv(arena, text, &fault);

	if (!rows.at)
		fprintf(stderr, "%s:%u: %.*s\n", name, fault.line, STR_ARG(fault.reason[1]));
	return is_templates(kind) && !words_check(arena, name, text) ? STR_NONE : rows;
}

static bool import_text(PGconn *pg, const char *kind, const char *name, struct str text)
{
	if (is_rules(kind))
		return rules_import(
			pg, NULL, &(struct rules_file){rules_department(kind), str_of(name), text});
	struct arena *arena = arena_new();
	struct str rows = arena ? import_parse(arena, kind, name, text) : STR_NONE;
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

struct str import_read(struct arena *arena, const char *path)
{
	struct str text = STR_NONE;
	int error = file_read(arena, path, FILE_MAX_BYTES, &text);

	if (error < 0)
		fprintf(stderr, "tiepdan: cannot read %s: %s\n", path,
			error == -EFBIG ? "it is larger than 64 MiB" : strerror(-error));
	return text;
}

bool import_is_whole(PGconn *pg, bool complain)
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
	bool was_whole = import_is_whole(pg, false);
	return import_text(pg, kind, name, text) && (!was_whole || import_is_whole(pg, true)) &&
	       pg_script(pg, "commit");
}

/* Tells how `rows` would change the city; false when they are faulty. */
static bool print_changes(PGconn *pg, const char *kind, const char *name, struct str rows)
{
	PGresult *r = pg_query(pg, "command_import_preview", (struct str[]){str_of(kind), rows}, 2);
	bool ok = r != NULL;

	for (int i = 0; r && i < PQntuples(r); i++) {
		if (!PQgetisnull(r, i, 0)) {
			fprintf(stderr, "%s:%s: %s\n", name, PQgetvalue(r, i, 0), PQgetvalue(r, i, 1));
			ok = false;
			continue;
		}
		printf("%-8s%s: %s\n", PQgetvalue(r, i, 2), PQgetvalue(r, i, 3), PQgetvalue(r, i, 4));
	}
	if (ok)
		printf("%d rows would change; nothing was loaded\n", PQntuples(r));
	PQclear(r);
	return ok;
}

/* What an import would do, and whether servers could work with it afterwards: all of it in a transaction that
 * is given up. */
static bool preview_file(PGconn *pg, const char *kind, const char *name, struct str text)
{
	if (is_rules(kind))
		return rules_preview(pg, &(struct rules_file){rules_department(kind), str_of(name), text});
	struct arena *arena = arena_new();
	struct str rows = arena ? import_parse(arena, kind, name, text) : STR_NONE;
	bool ok = rows.at && pg_script(pg, "begin") && print_changes(pg, kind, name, rows);

	if (ok) {
		bool was_whole = import_is_whole(pg, false);
		ok = import_text(pg, kind, name, text) && (!was_whole || import_is_whole(pg, true));
		ok = pg_script(pg, "rollback") && ok;
	}
	arena_free(arena);
	return ok;
}

static bool run_import(const struct config *config, const char *kind, const char *path, bool dry_run)
{
	struct arena *arena = arena_new();
	struct str text = arena ? import_read(arena, path) : STR_NONE;
	PGconn *pg = text.at ? pg_connect("owner_url", config->owner_url) : NULL;
	bool ok = pg && (dry_run ? preview_file : import_file)(pg, kind, path, text);

	PQfinish(pg);
	arena_free(arena);
	return ok;
}

static bool run_all(const struct config *config, const char *folder, bool dry_run)
{
	PGconn *pg = pg_connect("owner_url", config->owner_url);
	bool ok = pg && folder_import(pg, folder, dry_run);

	PQfinish(pg);
	return ok;
}

static bool is_all(const char *arg)
{
	return arg && strcmp(arg, "--all") == 0;
}

int command_import(const struct config *config, char **args)
{
	bool dry_run = false, all = is_all(args[0]), ok;

	if (!args[0] || !args[1] || !(all || is_kind(args[0]))) {
		print_usage();
		return EXIT_FAILURE;
	}
	dry_run = args[2] && strcmp(args[2], "--dry-run") == 0;
	if (!command_ends(args + 2 + dry_run))
		return EXIT_FAILURE;
	ok = all ? run_all(config, args[1], dry_run) : run_import(config, args[0], args[1], dry_run);
	if (ok && !dry_run && !all)
		printf("loaded %s\n", args[1]);
	if (!ok)
		fputs("tiepdan: nothing was loaded\n", stderr);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* What comes with the schema: the kinds from the templates on. */
static bool is_given(const char *kind)
{
	const char *const *k = kinds;

	while (!is_templates(*k) && strcmp(*k, kind) != 0)
		k++;
	return is_templates(*k);
}

/* What a folder may be without. */
static bool is_optional(const char *kind)
{
	static const char *const names[] = {"organisations", "retention_classes", "retention_rules",
		"data_request_limits", "data_request_reasons", "former_areas", "examples"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], kind) == 0)
			return true;
	return is_rules(kind) || is_given(kind);
}

/* The CSV of one kind: from the folder, or from the city shipped in this program. */
static bool seed_kind(PGconn *pg, const char *kind, const char *folder)
{
	char name[512];

	snprintf(name, sizeof(name), is_rules(kind) ? "%s/routing.rules" : "%s/%s.csv",
		folder ? folder : "hanoi", kind);
	if (folder && is_optional(kind) && access(name, F_OK) < 0)
		return true;
	printf("loading %s\n", name);
	fflush(stdout);
	if (folder) {
		struct arena *arena = arena_new();
		struct str text = arena ? import_read(arena, name) : STR_NONE;
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
		ok = (!folder && is_given(*k)) || seed_kind(pg, *k, folder);
	if (ok && folder)
		ok = folder_import_rules(pg, folder) >= 0;
	ok = ok && import_is_whole(pg, true) && pg_script(pg, "commit");
	PQfinish(pg);
	if (!ok)
		fputs("tiepdan: nothing was loaded\n", stderr);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* --- out again ------------------------------------------------------------------------------------------ */

/* The file of one kind, as import takes it. */
static bool print_sheet(PGconn *pg, struct arena *arena, const char *kind)
{
	PGresult *cells = pg_query(pg, "command_export", (struct str[]){str_of(kind)}, 1);
	struct sheet sheet = {.text = STR_NONE};
	int row = 0;

	if (cells)
		sheet_next(arena, cells, &row, &sheet);
	bool ok = sheet.text.at && fwrite(sheet.text.at, 1, sheet.text.len, stdout) == sheet.text.len &&
		  fflush(stdout) == 0;
	PQclear(cells);
	return ok && !arena_failed(arena);
}

int command_export(const struct config *config, char **args)
{
	bool all = is_all(args[0]);

	if (!args[0] || !(all ? args[1] != NULL : is_kind(args[0]))) {
		print_usage();
		return EXIT_FAILURE;
	}
	if (!command_ends(args + 1 + all))
		return EXIT_FAILURE;
	struct arena *arena = arena_new();
	PGconn *pg = arena ? pg_connect("owner_url", config->owner_url) : NULL;
	bool ok = pg && (all			    ? folder_export(pg, args[1])
				: is_rules(args[0]) ? rules_export(pg, rules_department(args[0]))
						    : print_sheet(pg, arena, args[0]));
	PQfinish(pg);
	arena_free(arena);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

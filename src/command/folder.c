/* tiepdan export --all, import --all: the whole configuration as a folder of files. */
#include "command/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/configuration/sheet.h"
#include "base/file.h"
#include "command/import.h"
#include "command/pg.h"
#include "command/rules.h"
#include "db/answer.h"

static const char *path_of(struct arena *arena, const char *folder, struct str name)
{
	return arena_printf(arena, "%s/%.*s", folder, STR_ARG(name)).at;
}

static const char *csv_path(struct arena *arena, const char *folder, const char *kind)
{
	return path_of(arena, folder, arena_printf(arena, "%s.csv", kind));
}

/* --- out ------------------------------------------------------------------------------------------------ */

static bool write_file(struct arena *arena, const char *path, struct str text)
{
	int error = file_write(arena, path, text);

	if (error < 0)
		fprintf(stderr, "tiepdan: cannot write %s: %s\n", path, strerror(-error));
	return error == 0;
}

static bool write_sheets(
	struct arena *arena, const PGresult *cells, const PGresult *rules, const char *folder)
{
	struct sheets all;
	bool ok = true;

	sheets_all(arena, cells, rules, &all);
	for (unsigned i = 0; ok && i < all.n; i++)
		ok = write_file(arena, path_of(arena, folder, all.sheet[i].name), all.sheet[i].text);
	for (unsigned i = 0; ok && i < all.nrules; i++)
		ok = write_file(arena, path_of(arena, folder, all.rules[i].name), all.rules[i].text);
	return ok &&
	       write_file(arena, path_of(arena, folder, STR(SHEET_MANIFEST)), sheets_manifest(arena, &all));
}

bool folder_export(PGconn *pg, const char *path)
{
	struct arena *arena = arena_new();
	PGresult *cells = NULL, *rules = NULL;
	bool ok = false;

	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		fprintf(stderr, "tiepdan: cannot make %s: %s\n", path, strerror(errno));
	else if (arena && (cells = pg_query(pg, "command_export", (struct str[]){STR_NONE}, 1)) &&
		 (rules = rules_active(pg)))
		ok = write_sheets(arena, cells, rules, path) && !arena_failed(arena);
	PQclear(rules);
	PQclear(cells);
	arena_free(arena);
	return ok;
}

/* --- in ------------------------------------------------------------------------------------------------- */

static bool is_kind(const PGresult *kinds, struct str name)
{
	for (int i = 0; i < PQntuples(kinds); i++)
		if (str_eq(str_of(PQgetvalue(kinds, i, 0)), name))
			return true;
	return false;
}

/* A misspelt file would be left out without a word. Returns how many files there are, or -1 after a
 * message. */
static int count_files(const char *folder, const PGresult *kinds)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	struct str department;
	int n = 0;

	if (!dir) {
		fprintf(stderr, "tiepdan: cannot read %s: %s\n", folder, strerror(errno));
		return -1;
	}
	while (n >= 0 && (entry = readdir(dir))) {
		struct str name = str_of(entry->d_name);
		if (str_ends(name, STR(".rules"))) {
			n = sheet_rules_department(name, &department) ? n : -1;
		} else if (str_ends(name, STR(".csv"))) {
			name.len -= strlen(".csv");
			n = is_kind(kinds, name) ? n + 1 : -1;
		}
		if (n < 0)
			fprintf(stderr, "tiepdan: %s/%s: there is no such kind\n", folder, entry->d_name);
	}
	closedir(dir);
	if (n == 0)
		fprintf(stderr, "tiepdan: %s has no KIND.csv\n", folder);
	return n > 0 ? n : -1;
}

/* Returns how many rows changed, or -1 when the file is faulty. */
static int print_loaded(const PGresult *r, const char *kind, const char *name)
{
	int changed = 0;

	for (int i = 0; i < PQntuples(r); i++) {
		const char *change = PQgetvalue(r, i, 2);
		if (!PQgetisnull(r, i, 0)) {
			fprintf(stderr, "%s:%s: %s\n", name, PQgetvalue(r, i, 0), PQgetvalue(r, i, 1));
			changed = -1;
			continue;
		}
		printf("%-8s%s %s: %s\n", change, kind, PQgetvalue(r, i, 3), PQgetvalue(r, i, 4));
		changed += strcmp(change, "left") != 0;
	}
	return changed;
}

static int load_file(PGconn *pg, const char *kind, const char *path)
{
	struct arena *arena = arena_new();
	struct str text = arena ? import_read(arena, path) : STR_NONE;
	struct str rows = text.at ? import_parse(arena, kind, path, text) : STR_NONE;
	PGresult *r =
		rows.at ? pg_query(pg, "command_import_load", (struct str[]){str_of(kind), rows}, 2) : NULL;
	int changed = r ? print_loaded(r, kind, path) : -1;

	PQclear(r);
	arena_free(arena);
	return changed;
}

/* Up to the first file that is wrong. */
static int load_files(PGconn *pg, struct arena *arena, const char *folder, const PGresult *kinds)
{
	int total = 0;

	for (int i = 0; total >= 0 && i < PQntuples(kinds); i++) {
		const char *kind = PQgetvalue(kinds, i, 0), *path = csv_path(arena, folder, kind);
		if (access(path, F_OK) < 0)
			continue;
		int changed = load_file(pg, kind, path);
		total = changed < 0 ? -1 : total + changed;
	}
	return total;
}

/* Sets of rules on their way in. */
struct rules_load {
	PGconn *pg;
	struct arena *arena;
	const char *folder;
	const PGresult *active;
	const struct city *city; /* NULL: no set has needed it yet */
};

/* Returns 1 when the rules of the file are others than the active ones, 0 when not, -1 when they are
 * faulty. */
static int load_rules(struct rules_load *l, struct rules_file *file)
{
	int row = rules_find(l->active, file->department);

	file->text = import_read(l->arena, file->name.at);
	if (!file->text.at)
		return -1;
	if (row >= 0 && str_eq(db_cell(l->active, row, "text"), file->text))
		return 0;
	if (!l->city)
		l->city = rules_city(l->pg, l->arena, NULL, STR_NONE);
	if (!l->city || !rules_import(l->pg, l->city, file))
		return -1;
	printf("changed rules: %.*s\n", STR_ARG(file->name));
	return 1;
}

/* In no order: no set needs another one. */
static int load_listed(struct rules_load *l, DIR *dir)
{
	const struct dirent *entry;
	struct rules_file file;
	int total = 0;

	while (total >= 0 && (entry = readdir(dir))) {
		struct str name = arena_str(l->arena, str_of(entry->d_name));
		if (!sheet_rules_department(name, &file.department))
			continue;
		file.name = str_of(path_of(l->arena, l->folder, name));
		int changed = load_rules(l, &file);
		total = changed < 0 ? -1 : total + changed;
	}
	return total;
}

int folder_import_rules(PGconn *pg, const char *folder)
{
	struct rules_load l = {.pg = pg, .arena = arena_new(), .folder = folder};
	PGresult *active = l.arena ? rules_active(pg) : NULL;
	DIR *dir = active ? opendir(folder) : NULL;
	int total = -1;

	l.active = active;
	if (dir) {
		total = load_listed(&l, dir);
		closedir(dir);
	}
	PQclear(active);
	arena_free(l.arena);
	return total;
}

/* In a transaction, which is given up when nothing differs: an import alone would make all servers load
 * anew. */
static bool load_folder(PGconn *pg, struct arena *arena, const char *folder, bool dry_run)
{
	PGresult *kinds = pg_query(pg, "command_import_kinds", NULL, 0);
	bool was_whole = import_is_whole(pg, false);
	int changed = kinds && count_files(folder, kinds) > 0 ? load_files(pg, arena, folder, kinds) : -1;

	int rules = changed < 0 ? -1 : folder_import_rules(pg, folder);

	PQclear(kinds);
	if (rules < 0 || (was_whole && !import_is_whole(pg, true)))
		return false;
	printf("%d rows", changed);
	if (rules > 0)
		printf(" and %d sets of rules", rules);
	puts(dry_run ? " would change; nothing was loaded" : " changed");
	return pg_script(pg, dry_run || changed + rules == 0 ? "rollback" : "commit");
}

bool folder_import(PGconn *pg, const char *path, bool dry_run)
{
	struct arena *arena = arena_new();
	bool ok = arena && pg_script(pg, "begin") && load_folder(pg, arena, path, dry_run);

	arena_free(arena);
	return ok;
}

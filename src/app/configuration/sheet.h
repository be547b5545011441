#ifndef TIEPDAN_APP_CONFIGURATION_SHEET_H
#define TIEPDAN_APP_CONFIGURATION_SHEET_H

#include <libpq-fe.h>

#include "base/arena.h"

/* The files that configurations are exchanged as: the same rows give the same bytes. They are made of the
 * rows of configuration_sheet() of the database, one a cell: kind, etag, value, is_last (of its line). */

struct sheet {
	struct str kind, etag; /* views of the result */
	struct str name;       /* of its file: KIND.csv */
	struct str text;       /* CSV as `tiepdan import` takes it, the first line names the columns */
};

/* The sheet that begins at *row, which then is that of the next one. False when there are no more. */
bool sheet_next(struct arena *arena, const PGresult *cells, int *row, struct sheet *ret);

enum {
	SHEETS_MAX = 64
};

/* A set of rules as a file. */
struct rules_file {
	struct str department; /* whose people it assigns to; absent: it routes */
	struct str name, text;
};

/* A whole configuration. */
struct sheets {
	struct sheet sheet[SHEETS_MAX];
	unsigned n;
	const struct rules_file *rules;
	unsigned nrules;
};

/* Of all cells and of the rows of rule_files() (columns department and text); SHEETS_MAX sheets at the
 * most. */
void sheets_all(struct arena *arena, const PGresult *cells, const PGresult *rules, struct sheets *ret);
/* What goes with them in a folder or an archive, as `sha256sum -c` reads it: a line `HASH  FILE` for
 * each. */
struct str sheets_manifest(struct arena *arena, const struct sheets *sheets);

#define SHEET_MANIFEST "VERSION" /* the names of the files that are not KIND.csv */
#define SHEET_RULES    "routing.rules"
/* Whose rules a file of this name has: true with the department, absent for SHEET_RULES; false: it has
 * none. */
bool sheet_rules_department(struct str name, struct str *ret_department);

#endif

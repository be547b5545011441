#ifndef TIEPDAN_APP_CONFIGURATION_SHEET_H
#define TIEPDAN_APP_CONFIGURATION_SHEET_H

#include <libpq-fe.h>

#include "base/arena.h"

/* The files that configurations are exchanged as: the same rows give the same bytes. They are made of the
 * rows of configuration_sheet() of the database, one a cell: kind, etag, value, is_last (of its line). */

struct sheet {
	struct str kind, etag; /* views of the result */
	struct str text;       /* CSV as `tiepdan import` takes it, the first line names the columns */
};

/* The sheet that begins at *row, which then is that of the next one. False when there are no more. */
bool sheet_next(struct arena *arena, const PGresult *cells, int *row, struct sheet *ret);

/* What goes with them in a folder or an archive, as `sha256sum -c` reads it: a line `HASH  FILE` for each,
 * and for the routing rules unless there are none (STR_NONE or empty). */
struct str sheet_manifest(struct arena *arena, const struct sheet *sheets, unsigned n, struct str rules);

enum {
	SHEETS_MAX = 64
};
/* All of them; SHEETS_MAX at the most. */
unsigned sheets_all(struct arena *arena, const PGresult *cells, struct sheet ret[SHEETS_MAX]);

#define SHEET_MANIFEST "VERSION" /* the names of the files that are not KIND.csv */
#define SHEET_RULES    "routing.rules"

#endif

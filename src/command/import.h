#ifndef TIEPDAN_COMMAND_IMPORT_H
#define TIEPDAN_COMMAND_IMPORT_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "base/arena.h"

/* What importing one file and importing a folder have in common. Faults are printed to standard error. */

/* The whole file; absent after a message. */
struct str import_read(struct arena *arena, const char *path);
/* Its rows as import_rows() of the database takes them. Absent, after a message, when the CSV itself is
 * broken, or words have variables that there are not. */
struct str import_parse(struct arena *arena, const char *kind, const char *name, struct str text);
/* Whether a server could work with the city as it is now in this transaction. */
bool import_is_whole(PGconn *pg, bool complain);

#endif

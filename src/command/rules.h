#ifndef TIEPDAN_COMMAND_RULES_H
#define TIEPDAN_COMMAND_RULES_H

#include <libpq-fe.h>

#include "base/arena.h"

/* Routing rules (civil/rules.h) as a file, for `tiepdan import rules`, seed and export. */

/* Checks the text of the file `name` for the city in this transaction, prints what is wrong or switched off
 * in it, and makes it the active set, unless it is that already. False after a message. */
bool rules_import(PGconn *pg, const char *name, struct str text);
/* The same but for the last: says what would take the place of what. */
bool rules_preview(PGconn *pg, const char *name, struct str text);
/* The text of the active set, as import takes it, in the arena; empty while there is none. False after a
 * message. */
bool rules_active(PGconn *pg, struct arena *arena, struct str *ret_text);
/* Prints it. */
bool rules_export(PGconn *pg);

#endif

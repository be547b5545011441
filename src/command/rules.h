#ifndef TIEPDAN_COMMAND_RULES_H
#define TIEPDAN_COMMAND_RULES_H

#include <libpq-fe.h>

#include "base/str.h"

/* Routing rules (civil/rules.h) as a file, for `tiepdan import rules`, seed and export. */

/* Checks the text of the file `name` for the city in this transaction, prints what is wrong or switched off
 * in it, and makes it the active set, unless it is that already. False after a message. */
bool rules_import(PGconn *pg, const char *name, struct str text);
/* The same but for the last: says what would take the place of what. */
bool rules_preview(PGconn *pg, const char *name, struct str text);
/* The text of the active set, as import takes it; nothing while there is none. */
bool rules_export(PGconn *pg);

#endif

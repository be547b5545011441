#ifndef TIEPDAN_COMMAND_RULES_H
#define TIEPDAN_COMMAND_RULES_H

#include <libpq-fe.h>

#include "civil/city.h"

/* Rules (civil/rules.h) as a file, for `tiepdan import rules`, seed and export: those that route (department
 * absent), or those of the code of a department. */

/* Checks the text of the file `name` for the city in this transaction, prints what is wrong or switched off
 * in it, and makes it the active set, unless it is that already. False after a message. */
bool rules_import(PGconn *pg, struct str department, const char *name, struct str text);
/* The same but for the last: says what would take the place of what. */
bool rules_preview(PGconn *pg, struct str department, const char *name, struct str text);
/* The rows of rule_files() (migrations/0076_rules_finished.sql), NULL after a message; and which of them is
 * that of a department, -1 for none. */
PGresult *rules_active(PGconn *pg);
int rules_find(const PGresult *active, struct str department);
/* Prints the active set, as import takes it; nothing while there is none. */
bool rules_export(PGconn *pg, struct str department);

/* What a text of rules is to be read with: the city, of rules of a department with its people. NULL after a
 * message. */
const struct city *rules_city(PGconn *pg, struct arena *arena, struct str department);

#endif

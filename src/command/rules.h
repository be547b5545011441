#ifndef TIEPDAN_COMMAND_RULES_H
#define TIEPDAN_COMMAND_RULES_H

#include <libpq-fe.h>

#include "app/configuration/sheet.h"
#include "civil/city.h"

/* Rules (civil/rules.h) as a file, for `tiepdan import rules`, seed and export: those that route (department
 * absent), or those of the code of a department. */

/* Checks the text of a file for the city (NULL: that of this transaction), prints what is wrong or switched
 * off in it, and makes it the active set, unless it is that already. Officers who have left are no fault:
 * files outlive them. False after a message. */
bool rules_import(PGconn *pg, const struct city *city, const struct rules_file *file);
/* The same but for the last: says what would take the place of what. */
bool rules_preview(PGconn *pg, const struct rules_file *file);
/* The rows of rule_files() (migrations/0076_rules_finished.sql), NULL after a message; and which of them is
 * that of a department, -1 for none. */
PGresult *rules_active(PGconn *pg);
int rules_find(const PGresult *active, struct str department);
/* Prints the active set, as import takes it; nothing while there is none. */
bool rules_export(PGconn *pg, struct str department);

/* What a text of rules is to be read with: the city (NULL: that of this transaction), and for rules of a
 * department its people. NULL after a message. */
const struct city *rules_city(
	PGconn *pg, struct arena *arena, const struct city *city, struct str department);

#endif

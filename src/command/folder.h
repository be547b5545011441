#ifndef TIEPDAN_COMMAND_FOLDER_H
#define TIEPDAN_COMMAND_FOLDER_H

#include <libpq-fe.h>
#include <stdbool.h>

/* The whole configuration as a folder that can be kept in version control: KIND.csv of every kind and a
 * manifest of their hashes. The same rows give the same bytes. False after a message. */

/* Makes the folder if need be. */
bool folder_export(PGconn *pg, const char *path);
/* All files in one transaction, or none; kinds without a file stay as they are. Prints each difference, and
 * which rows there are that the files do not name. A trial loads nothing. */
bool folder_import(PGconn *pg, const char *path, bool dry_run);
/* The sets of rules of the folder alone, in the present transaction: how many are others than the active
 * ones, or -1 after a message. */
int folder_import_rules(PGconn *pg, const char *folder);

#endif

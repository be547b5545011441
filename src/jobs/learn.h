#ifndef TIEPDAN_JOBS_LEARN_H
#define TIEPDAN_JOBS_LEARN_H

#include "db/unit.h"

/* Learning from confirmed routings (two units of work: only the server folds and counts words). A ticket
 * counts once a department has accepted it, with the category and department that it then has; when it is
 * moved it is unlearned, and learned anew when the next one accepts. Of two job workers that read the same
 * events one stores nothing. Every few minutes what was learned is served (migrations/0063_suggestion.sql),
 * together with the n-grams of the city's examples. */

enum {
	LEARN_PORTION = 100
};

void learn_find(struct app *app, struct db_unit *u);
bool learn_count(struct app *app, PGresult *const *found, struct db_unit *u);
int64_t learn_counted(PGresult *const *results); /* how many events */

void learn_find_due(struct app *app, struct db_unit *u);
bool learn_publish(struct app *app, PGresult *const *found, struct db_unit *u);

#endif

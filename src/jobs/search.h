#ifndef TIEPDAN_JOBS_SEARCH_H
#define TIEPDAN_JOBS_SEARCH_H

#include "db/unit.h"

/* Follows the feed for the search (civil/search.h, migrations/0101_search.sql): two units of work, because
 * only the server folds words. Of two job workers that read the same events one stores nothing. */

enum {
	SEARCH_PORTION = 500 /* events, several of which may be of one ticket */
};

void search_follow(struct app *app, struct db_unit *u);
bool search_fill(struct app *app, PGresult *const *found, struct db_unit *u);
int64_t search_filled(PGresult *const *results); /* how many events */

#endif

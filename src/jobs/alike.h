#ifndef TIEPDAN_JOBS_ALIKE_H
#define TIEPDAN_JOBS_ALIKE_H

#include "db/unit.h"

/* Follows the filings for likely duplicates (civil/alike.h, migrations/0064_alike.sql), in two jobs of two
 * units of work each, because only the server reads and compares texts. The first stores what is compared of
 * a ticket; the second finds the event that a ticket tells of: that of the earlier one it is most like, or a
 * new one. Of two job workers that do the same at once one changes nothing. */

enum {
	ALIKE_PORTION = 200,	 /* events, many of which are no filings */
	ALIKE_GROUP_PORTION = 20 /* tickets, with some hundred candidates each */
};

void alike_find(struct app *app, struct db_unit *u);
bool alike_fill(struct app *app, PGresult *const *found, struct db_unit *u);
int64_t alike_filled(PGresult *const *results); /* how many events */

void alike_find_waiting(struct app *app, struct db_unit *u);
bool alike_match(struct app *app, PGresult *const *found, struct db_unit *u);
int64_t alike_matched(PGresult *const *results); /* how many tickets */

#endif

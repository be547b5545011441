#ifndef TIEPDAN_JOBS_UPLOADS_H
#define TIEPDAN_JOBS_UPLOADS_H

#include "db/unit.h"

/* Uploads on their way. How much of one has arrived only its file knows, which grows while a connection
 * lasts and stays when it breaks; here the rows learn it, and those are forgotten of which nothing has
 * arrived for long (`uploads_idle_minutes`). Their files are swept (jobs/sweep.h). */

/* Asks which there are. */
void uploads_find(struct app *app, struct db_unit *u);
/* Looks at their files, and tells; false: there are none. */
bool uploads_see(struct app *app, PGresult *const *found, struct db_unit *u);

#endif

#ifndef TIEPDAN_APP_REFERENCE_REFERENCE_H
#define TIEPDAN_APP_REFERENCE_REFERENCE_H

#include "http/req.h"

/* Reference data: the copy in memory that filing decides with, and the public lists. */

/* Loads all of it into a new struct city and puts it in app->city, once its rules are ready, which is done
 * beside the event loop; the old one goes then, unless somebody holds it (civil/city_copy.h): keep nothing of
 * it across a unit. Call at start and whenever the channel "reference_changed" is heard: one load goes on at
 * a time, and what changes meanwhile is loaded after it. Tries again by itself while the database is away or
 * memory is out. */
void reference_load(struct app *app);
struct reference *reference_new(struct arena *arena);

/* Reads anew how many open tickets the departments have that rules ask about. Call at start and whenever the
 * channel "department_loads" is heard; while the database is away the figures of before stay. */
void reference_load_loads(struct app *app);
void loads_free(struct loads *loads); /* accepts NULL */

void department_list(struct req *req);
void category_list(struct req *req);
void area_list(struct req *req);
void area_former(struct req *req);
void kind_list(struct req *req);
void refusal_reason_list(struct req *req);
void calendar_list(struct req *req);

void calendar_show(struct req *req);
void calendar_put(struct req *req);

#endif

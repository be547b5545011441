#ifndef TIEPDAN_APP_DEADLINE_DEADLINE_H
#define TIEPDAN_APP_DEADLINE_DEADLINE_H

#include "http/req.h"

/* The public calculator of deadlines: when a limit that starts at an instant ends, in the calendar of a
 * department or of the city, and why. No ticket, no database. */

void deadline_explain(struct req *req);

#endif

#ifndef TIEPDAN_APP_RECORD_RECORD_H
#define TIEPDAN_APP_RECORD_RECORD_H

#include "db/unit.h"

/* Every change writes an event row in its own transaction; this is the one way to do it from C (moves of the
 * state table write theirs inside ticket_move()). `data` is a JSON object without personal data, or
 * absent. */
void record(struct db_unit *u, const char *type, struct uuid ticket, struct str data);

#endif

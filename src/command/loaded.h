#ifndef TIEPDAN_COMMAND_LOADED_H
#define TIEPDAN_COMMAND_LOADED_H

#include <libpq-fe.h>

#include "base/arena.h"
#include "civil/city.h"

/* The city as the database holds it, within the present transaction: what a server would make of it. NULL and
 * a reason when no server could work with it. */
const struct city *loaded_city(PGconn *pg, struct arena *arena, struct str *ret_reason);

#endif

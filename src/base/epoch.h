#ifndef TIEPDAN_BASE_EPOCH_H
#define TIEPDAN_BASE_EPOCH_H

#include <stdint.h>

/* Counts what this server has committed for its clients and what it has heard that others did, in memory that
 * all its processes share: what PostgreSQL said in this epoch is still so, as far as anybody was told. It is
 * moved before the answer to whoever changed something, so a client never sees what was before, in whichever
 * process it asks next. */
struct epoch;

struct epoch *epoch_new(void); /* in the supervisor, before the first fork; NULL when memory is out */
uint64_t epoch_now(const struct epoch *epoch);
void epoch_move(struct epoch *epoch); /* accepts NULL: nobody keeps anything */

#endif

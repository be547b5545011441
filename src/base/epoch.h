#ifndef TIEPDAN_BASE_EPOCH_H
#define TIEPDAN_BASE_EPOCH_H

#include <stdint.h>

/* Counts what this server may have committed for its clients, one by one, and what it has heard that others
 * did, in memory that all its processes share, those of an image before or after it, too: what PostgreSQL
 * said in this epoch is still so, as far as anybody was told. It moves before the answer to whoever changed
 * something, so a client never sees what was before, in whichever process it asks next. */
struct epoch;

struct epoch *epoch_new(void); /* in the supervisor, before the first fork; NULL: it cannot be had */
void epoch_hand_over(const struct epoch *epoch); /* for the image that is executed next: it finds this one */
uint64_t epoch_now(const struct epoch *epoch);
void epoch_move(struct epoch *epoch); /* accepts NULL: where nothing is kept */

#endif

#ifndef TIEPDAN_AUTH_TICKET_SECRET_H
#define TIEPDAN_AUTH_TICKET_SECRET_H

#include "auth/keys.h"

/* The citizen's secret of a ticket: the generation in decimal digits, then 26 symbols (130 bits) of
 * HMAC-SHA-256 over ticket number and generation. Generation 1 gives 27 symbols. Nothing is stored; the check
 * needs no database, so guesses cost nothing and an unknown ticket and a wrong secret cannot be told apart. A
 * ticket whose generation is raised has a new secret; whether a generation is still the ticket's own, the
 * database says. */

/* `generation` is 1 or more. */
struct str ticket_secret(struct arena *arena, const struct keys *keys, int64_t number, int64_t generation);
/* Takes what a person typed: letter case, blanks and hyphens do not matter, O is 0, I and L are 1. Constant
 * time in everything that depends on the key. False also when memory is out. */
bool ticket_secret_check(const struct keys *keys, int64_t number, struct str secret, int64_t *ret_generation);

#endif

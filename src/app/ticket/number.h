#ifndef TIEPDAN_APP_TICKET_NUMBER_H
#define TIEPDAN_APP_TICKET_NUMBER_H

#include "base/app.h"
#include "base/arena.h"

/* Ticket numbers in blocks: each worker owns a range of the sequence and asks for the next one long before it
 * runs out, so that filing needs no extra round trip. Numbers of a block that is never used up are lost;
 * codes do not show it. */
struct numbers;

struct numbers *numbers_new(struct arena *arena);
/* Is there a number to take? Asks for the first block if not: a worker calls it before it accepts clients. */
bool numbers_ready(struct app *app);
/* The next number, or -1 while there is none (just started, or the database is away). Asks for more by
 * itself. */
int64_t numbers_take(struct app *app);

#endif

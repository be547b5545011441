#ifndef TIEPDAN_BASE_TRANSFERS_H
#define TIEPDAN_BASE_TRANSFERS_H

#include <stdint.h>

#include "base/arena.h"

/* What this process asks of other servers, by libcurl's multi interface on an event loop: nothing waits.
 * Easy handles belong to whoever adds them, with everything that is said by them. */
struct event_base;
struct transfers;

/* `code` is a CURLcode. The handle has ended and is still here: transfers_remove() it. */
typedef void transfers_ended(void *easy, int code);

/* Keeps up to `connections` between transfers, and has no more than that open to one server: further ones
 * wait their turn, within their time. NULL when memory is out. */
struct transfers *transfers_new(
	struct arena *arena, struct event_base *loop, int64_t connections, transfers_ended *ended);
/* Begins; `ended` is called once, from the loop, never inside this call. 0 or -ENOMEM. */
int transfers_add(struct transfers *t, void *easy);
void transfers_remove(struct transfers *t, void *easy);
void transfers_free(struct transfers *t); /* after the last was removed; accepts NULL */

#endif

#ifndef TIEPDAN_APP_TICKET_BULK_H
#define TIEPDAN_APP_TICKET_BULK_H

#include "http/req.h"

/* What is done to many tickets by one request (POST /v1/tickets/bulk). The arguments are checked and there is
 * a city before one of these is called; each ticket succeeds or is refused for itself, in one statement. */
void move_many(struct req *req);  /* move.c */
void level_many(struct req *req); /* level.c */

/* What a single ticket can be refused for: SQLSTATE, and the problem as a call for this ticket alone would
 * have it. They live as long as the request. */
struct bulk_refusal {
	struct str sqlstate, problem;
};
struct bulk_refusals {
	const struct bulk_refusal *rows;
	size_t n;
};
struct bulk_refusals bulk_refusals(struct req *req);
/* New ids for the events, one for each ticket. */
struct uuid *bulk_events(struct req *req, size_t n);

#endif

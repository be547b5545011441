#ifndef TIEPDAN_APP_TICKET_CLOCKS_H
#define TIEPDAN_APP_TICKET_CLOCKS_H

#include "db/answer.h"

/* The clocks of a ticket as staff see them. What time is left is counted when it is read, by the calendars in
 * memory: PostgreSQL gives the due points, these functions add `remaining_seconds`. */

/* Queues the statement that reads the clocks of the ticket in the path, for answer_ticket(). Call it last. */
void clocks_add(struct db_unit *u, struct req *req, int64_t now_ms);
/* As answer_object(), with the member `clocks` added to the body. */
void answer_ticket(struct req *req, PGresult *const *results);

/* What PostgreSQL tells of one clock: a JSON object, but for its last brace, and by what the time that is
 * left is counted; DB_NO_INT where it does not run. */
struct clock_told {
	struct str object;
	int64_t due_ms;
	struct str calendar, unit;
};
void clock_put(struct req *req, const struct clock_told *clock, struct buf *out);

#endif

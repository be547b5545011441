#ifndef TIEPDAN_APP_TICKET_OFFERS_H
#define TIEPDAN_APP_TICKET_OFFERS_H

#include "civil/city.h"
#include "db/unit.h"

/* The clocks that a move can start, of every policy, as the statements of moves take them: parallel arrays.
 * The statement picks those of the ticket's own policy, so that a move is one round trip. */

struct offer {
	struct str kind, unit;
	int64_t policy, due, alarm, amount; /* milliseconds; DB_NO_INT: no alarm */
};
struct offers {
	const struct offer *rows;
	size_t n;
};

struct clock_offer; /* civil/clock.h */
struct offer offer_of(const struct clock_offer *from);

/* Dated in the calendar of `department`, the holder after the move, as if they began at `now_ms`. They live
 * as long as the request. There must be a city. */
void offers_make(struct req *req, const struct department *department, int64_t now_ms, struct offers *ret);

/* When parts that rules ask other departments for would be due, likewise; the statement picks those of the
 * department's calendar and the ticket's policy. */
struct part_offer {
	struct str calendar, unit;
	int64_t amount, due; /* milliseconds */
};
struct part_offers {
	const struct part_offer *rows;
	size_t n;
};
void offers_make_parts(struct req *req, int64_t now_ms, struct part_offers *ret);

#endif

#ifndef TIEPDAN_APP_ALIKE_CANDIDATE_H
#define TIEPDAN_APP_ALIKE_CANDIDATE_H

#include "base/uuid.h"
#include "civil/alike.h"

/* Candidates as the database finds them, and the best among them. It packs what is compared of a ticket, a
 * fact, and one fact after the other (migrations/0095_alike_packed.sql). */

enum {
	CANDIDATES_BEST = 40, /* that are looked at more closely: some are not seen, or stand for one case */
	/* The least of the score. */
	CANDIDATES_LEAST = 450, /* what is below is no duplicate */
	CANDIDATES_NEAR = 301,	/* what is below may be elsewhere, or another matter */
};

struct candidate {
	struct uuid ticket;
	struct alike_score score;
};
struct candidates {
	struct candidate at[CANDIDATES_BEST]; /* the most alike first */
	unsigned n;
	int least; /* of the score; the caller's choice */
};

struct candidate_fact {
	struct uuid ticket;
	bool grouped; /* it has its event */
	struct alike alike;
};

/* Takes the next fact off, whose texts stay in `facts`; false: none is left. */
bool candidate_next(struct str *facts, struct candidate_fact *ret);
/* The best of the facts that have ret->least. Equal ones in the order of their ids. */
void candidates_best(const struct alike *mine, struct str facts, struct candidates *ret);

#endif

#ifndef TIEPDAN_APP_ALIKE_CANDIDATE_H
#define TIEPDAN_APP_ALIKE_CANDIDATE_H

#include <libpq-fe.h>

#include "base/uuid.h"
#include "civil/alike.h"

/* Candidates as the database finds them (alike_fact of migrations/0064_alike.sql), and the best among
 * them. */

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

/* One row. Texts stay in the result, which must live as long. */
void candidate_read(struct arena *arena, const PGresult *rows, int row, struct alike *ret);
/* The best of the rows from `first` on that have ret->least. Equal ones in the order of their ids. */
void candidates_best(struct arena *arena, const struct alike *mine, const PGresult *rows, int first,
	struct candidates *ret);

#endif

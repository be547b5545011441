#ifndef TIEPDAN_JOBS_REDATE_COUNT_H
#define TIEPDAN_JOBS_REDATE_COUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* What moves when clocks are dated anew, counted clock by clock for the preview. */
struct redate_counts;

struct redate_move {
	const char *ticket; /* the clocks of a ticket follow each other */
	struct str kind;    /* "none": the ticket has no clock that runs */
	int64_t holder;
	int64_t before, after; /* when it is due, in microseconds since 1970 UTC; INT64_MAX: never */
	bool parked;	       /* put aside by a merge: it does not count as moved */
};

struct redate_counts *redate_counts_new(struct arena *arena, int64_t now_us);
/* What `move` points to is not needed any longer, but its texts are as long as the counts. */
void redate_count(struct redate_counts *counts, const struct redate_move *move);
/* After the last clock: what redating_count.counts holds (migrations/0052),
 *   {"tickets": n, "clocks": n, "kinds": {code: [moved, later]},
 *    "holders": {id: [moved, clocks, later, earlier, enter, leave]}}
 * A ticket moves later when some of its clocks do and none moves earlier; it enters or leaves breach when a
 * clock of it does. `clocks` of a holder are those that moved; all others there are tickets. */
struct str redate_counts_json(struct redate_counts *counts);

#endif

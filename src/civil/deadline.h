#ifndef TIEPDAN_CIVIL_DEADLINE_H
#define TIEPDAN_CIVIL_DEADLINE_H

#include "civil/calendar.h"

/* Legal time limits. Days are counted as in the Civil Code 2015, Art. 147-148: the day of receipt does not
 * count. A day's closing instant still belongs to its working time, for receipt as for deadlines. No limit
 * ends before it starts: one of no days, received after the close, ends at the next close. */
enum deadline_unit {
	/* Hours of open time. Received outside hours, the limit starts at the next opening; it ends at a
	 * closing rather than at the opening after it. */
	DEADLINE_WORKING_HOURS,
	/* The close of the n-th working day. Received after the close or on a day off counts as received on
	 * the next working day, unless RECEIPT_SAME_DAY. */
	DEADLINE_WORKING_DAYS,
	/* The close of the n-th day; a last day off rolls to the next working day. */
	DEADLINE_CALENDAR_DAYS,
	/* Clock hours. */
	DEADLINE_HOURS,
	/* Due at once: `amount` clock minutes until the alarm. */
	DEADLINE_IMMEDIATE,
	/* No clock. */
	DEADLINE_NONE,
};

/* Working days only: whether what is received after the close, or on a day off, counts as received on the
 * next working day or on its own local day. */
enum deadline_receipt {
	RECEIPT_NEXT_OPENING,
	RECEIPT_SAME_DAY,
};

struct deadline_terms {
	enum deadline_unit unit;
	enum deadline_receipt receipt;
	int64_t amount, extension; /* both in units; the limit is their sum */
};

/* [from, until): the limit does not run. INT64_MAX: the pause goes on.
 *
 * Of hours and minutes only those outside pauses count. A day counts at one instant: a working day at its
 * close, a calendar day at the local midnight that ends it; it does not count when that instant, or the last
 * second before it, lies in a pause: nobody has anything of a day at whose very end a pause is over, as that
 * of a question which nobody answered is at a close. A limit in days that would end at such a close goes on
 * to the first one that no pause takes. A pause that begins after the limit has ended, or ended when it
 * started, changes nothing. */
struct deadline_pause {
	int64_t from, until;
};

struct deadline_question {
	int64_t start;
	struct deadline_terms terms;
	const struct deadline_pause *pauses; /* in order, disjoint; they may touch */
	size_t npauses;
};

/* What deadline_compute() did, for civil/explain.h. A run is a stretch between pauses in which the limit ran,
 * perhaps to no effect. */
struct deadline_run {
	int64_t from, until;
	int64_t first;	 /* of days the first to count: a local day, or a working day's rank */
	int64_t counted; /* seconds, or days */
};
struct deadline_trace {
	struct deadline_run *runs; /* the caller gives room for one more than there are pauses */
	size_t nruns;
	int64_t effective; /* start, or the opening at which it counts as received */
	int32_t received;  /* the local day that counts as that of receipt */
	int32_t last;	   /* the day on which a limit in days ends before it rolls */
	bool rolled;	   /* to a later day, because `last` is off or its close in a pause */
	int64_t due;	   /* INT64_MAX: a pause goes on */
};

bool deadline_unit_parse(struct str code, enum deadline_unit *ret); /* wh wd cd h now none */
const char *deadline_unit_code(enum deadline_unit unit);
bool deadline_counts_days(enum deadline_unit unit);
int64_t deadline_unit_length(enum deadline_unit unit); /* in seconds, or days where days are counted */
/* When a limit ends; `trace` may be NULL. -ERANGE when start or end leave the compiled span (the calendar has
 * to be extended) or an amount is negative, -ENOENT for DEADLINE_NONE, -EINVAL when pauses are out of order
 * or overlap, -EINPROGRESS when the limit stands still in a pause that goes on: the trace tells until
 * then. */
int deadline_compute(const struct calendar *c, const struct deadline_question *q,
	struct deadline_trace *trace, int64_t *ret_due);
/* The instant at which that share of the time between start and due has gone by, pauses left out: of the
 * working time for working hours and days, else of the clock's. 1000 gives due itself. -ERANGE when
 * start or due are outside the compiled span, -EINVAL when due is before start, the share not 0 .. 1000, or
 * the pauses out of order. */
int deadline_share(const struct calendar *c, const struct deadline_question *q, int64_t due, int permille,
	int64_t *ret_at);

#endif

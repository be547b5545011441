#ifndef TIEPDAN_CIVIL_EXPLAIN_H
#define TIEPDAN_CIVIL_EXPLAIN_H

#include "base/buf.h"
#include "civil/deadline.h"

/* Why a limit ends when it does, in steps that a citizen can follow. The steps are those of the trace that
 * deadline_compute() left, taken apart into the days and hours that counted: what is explained is what was
 * computed. */

struct explain_facts {
	const struct calendar *calendar; /* the one it was computed in */
	const struct deadline_question *question;
	const struct deadline_trace *trace; /* of this question; with due INT64_MAX while a pause goes on */
	struct str department;		    /* whose calendar it is: a code; absent: left out */
	struct str started[2]; /* what began it, Vietnamese and English; absent: it was received */
};

/* Appends a JSON object, DeadlineExplanation in the contract. Its `steps` are in order of time; `counted` of
 * all of them, in seconds or days as `counted_in` says, adds up to the limit, and the last one that counted,
 * or that rolled the limit on, ends at `due`. Days off in a row with the same reason are one step; what would
 * take more than 400 steps is told by month. */
void explain_write(struct buf *out, const struct explain_facts *facts);

#endif

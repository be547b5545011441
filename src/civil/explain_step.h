#ifndef TIEPDAN_CIVIL_EXPLAIN_STEP_H
#define TIEPDAN_CIVIL_EXPLAIN_STEP_H

#include "civil/explain.h"

/* One step of an explanation, as explain.c finds it and as it is written: private to the two. */

enum step_kind {
	STEP_RECEIVED,
	STEP_COUNTED,
	STEP_SKIPPED,
	STEP_MADE_UP,
	STEP_PAUSED,
	STEP_EXTENDED,
	STEP_ROLLED,
	STEP_RESULT,
	STEP_MONTH, /* what counts in the parts of a month, where days would be too many */
};

struct step {
	enum step_kind kind;
	int32_t first, last;		    /* the local days it is about */
	int64_t from, until;		    /* INT64_MAX: it goes on */
	int64_t counted, sum;		    /* seconds or days: by it, and with all before */
	const struct calendar_day *because; /* the exception; NULL: nothing but the week */
};

/* Appends the step as a JSON object, with a sentence in both languages. */
void step_write(struct buf *out, const struct explain_facts *facts, const struct step *s);
/* Appends ,"name":"2026-11-23T03:15:00.000Z". */
void step_put_instant(struct buf *out, const char *name, int64_t instant);

#endif

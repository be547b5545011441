#ifndef TIEPDAN_APP_TRIAGE_LISTS_H
#define TIEPDAN_APP_TRIAGE_LISTS_H

#include <libpq-fe.h>

#include "base/arena.h"

/* The word lists of triage as they come from triage/words.sql, and what they make of a text. */
struct lists;

enum {
	LISTS_KINDS_MAX = 16 /* kinds of special matters; more are not counted */
};

struct lists_score {
	struct str kind;
	int64_t score;	  /* the weights of the phrases that were found */
	struct str words; /* these, joined by "; " */
};

/* Keeps pointers into the result. */
const struct lists *lists_read(struct arena *arena, const PGresult *rows);
/* The kinds of which any phrase was found in the folded text; returns how many. */
size_t lists_score(const struct lists *lists, struct arena *arena, struct str folded,
	struct lists_score ret[LISTS_KINDS_MAX]);

#endif

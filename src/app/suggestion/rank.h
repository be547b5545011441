#ifndef TIEPDAN_APP_SUGGESTION_RANK_H
#define TIEPDAN_APP_SUGGESTION_RANK_H

#include "app/suggestion/model.h"

/* What is suggested for one text. Departments follow from the categories: each category passes its share on
 * to the department that the rules of the city find for it, and to those that have accepted such tickets. */

struct ask {
	struct str folded, kind, area; /* area absent: none */
	int64_t now_ms;
};
struct suggested {
	struct str code;
	const struct str *name; /* vi, en; NULL for categories */
	int64_t share;		/* thousandths */
	unsigned class;		/* the category that says so, or most of it: its words are shown */
};
struct ranking {
	struct classified text;
	struct suggested categories[SUGGESTIONS], departments[SUGGESTIONS];
	size_t ncategories, ndepartments; /* none when the model is not sure */
};

void rank(const struct suggestions *s, const struct city *city, struct arena *arena, const struct ask *ask,
	struct ranking *ret);

#endif

#ifndef TIEPDAN_APP_SUGGESTION_MODEL_H
#define TIEPDAN_APP_SUGGESTION_MODEL_H

#include "base/app.h"
#include "civil/city.h"
#include "civil/classify.h"

/* What a worker suggests from: the model of texts (civil/classify.h) and which departments have accepted
 * tickets of a category, as the job worker has served them last (migrations/0063_suggestion.sql). It is
 * replaced as a whole; no request holds anything of it across a turn of the loop. */

enum {
	SUGGESTIONS = 3,      /* that are shown */
	SUGGESTION_WORDS = 6, /* that are shown with each */
	SUGGESTION_BASES = 8  /* categories that departments are looked up for */
};

struct holder {
	struct str kind, category, department; /* code, or AREA */
	int64_t n;
};
struct suggestions {
	struct arena *arena; /* holds all of it, itself too */
	const struct classify *classify;
	const struct str *categories; /* of its classes, sorted */
	unsigned ncategories;
	const struct holder *holders;
	size_t nholders;
	int64_t version, prior;
	int64_t sure; /* thousandths */
};

/* Loads what is served now and swaps it in; tries again later if it cannot. Runs at the start and on NOTIFY
 * suggestion_published. */
void suggestions_load(struct app *app);
void suggestions_free(struct suggestions *suggestions); /* accepts NULL */

#endif

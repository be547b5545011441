#ifndef TIEPDAN_APP_ROUTING_RENDER_H
#define TIEPDAN_APP_ROUTING_RENDER_H

#include "gen/shapes.h"
#include "http/req.h"

/* Rules that came as JSON, as the text that is kept and read: one reader for both. */
struct rendering {
	struct str text;
	const unsigned *lines; /* the first line of each rule, rising; NULL: it came as text */
	unsigned nrules;
};

/* The text that a request brought, or its rules as text; false after an answer: neither, or both. */
bool rendering_of(struct req *req, const struct rule_set_make *in, struct rendering *ret);
/* The place in the JSON of the rule that has this line, -1: it came as text, or no rule has it. */
int rendering_rule(const struct rendering *r, unsigned line);

#endif

#ifndef TIEPDAN_CIVIL_DECIDE_H
#define TIEPDAN_CIVIL_DECIDE_H

#include "civil/clock.h"

/* What filing decides. */
struct filing_facts {
	struct str kind, category, area;
	int64_t at;	    /* seconds */
	struct str against; /* code of the department that is denounced or complained about; absent: none */
};

enum route_reason {
	REASON_RULE,
	REASON_CATEGORY,
	REASON_PARENT_CATEGORY,
	REASON_HUB_NO_AREA,
	REASON_HUB_FALLBACK,
	REASON_ABOVE_DENOUNCED
};

struct decision {
	const struct department *department; /* valid on the day of filing, except a hub that has ended */
	enum route_reason reason;	     /* stored with the ticket, see decide_explain() */
	int64_t rule;			     /* REASON_RULE: its id */
	struct str via_successor_of;	     /* code of the ended department, absent: none */
	struct str level, visibility;
	struct str sight; /* who may see it: the kind's, else the visibility (table sight_right) */
	const struct policy *policy;
	struct clock_set clocks;
};

/* Most specific first: rules by kind+category+area, kind+category, kind+area, kind, category+area, category,
 * area, in each step the ticket's own category and area before those above; then the category's own
 * department, its parent's, then the hub. A rule that has ended falls through to the next, a department that
 * has ended to its successor (of a split to the one whose choice the ticket's category or area meets, else to
 * the principal one) or else to the next step. AREA without a committee (no area given, or none
 * governs it) goes to the hub at once: people have to ask where. Of several rules alike the youngest counts.
 * The level is the kind's, else the category's, else its parent's, else "normal"; the visibility likewise,
 * else "private".
 *
 * Never the department that the ticket is against, one below it or a successor: instead the nearest valid
 * one above it, or else the hub. -EHOSTUNREACH when these are all against whom it is: nothing is decided. 0,
 * or -ERANGE when a deadline leaves the calendar's span: the decision is complete but for the deadlines. */
int decide_filing(const struct city *city, const struct filing_facts *facts, struct decision *ret);
/* The stored explanation, a JSON object with members in this order, those that do not apply left out:
 * reason (rule, category, parent_category, hub_no_area, hub_fallback, above_denounced), rule (id), kind (with
 * rule), category, area, department (code), via (code of the ended department whose successor this is),
 * against (code). */
struct str decide_explain(struct arena *arena, const struct decision *d, const struct filing_facts *facts);
/* The policy in force at facts->at, most specific first. What a ticket is about goes before who gets it:
 * kind+category+level, kind+category, kind+level, kind, category+level, category, level, any; a parent
 * category after the category itself. Of those alike in all that, the policy of `department` itself (NULL:
 * none) counts first, then of the nearest one above it, then the one for all departments. So a department's
 * own policy stands in for the general one of the same kind, category and level, and never for one that says
 * more of the ticket. NULL: none.
 *
 * It is chosen once, at the filing, for the department that gets the ticket. A ticket keeps it wherever it is
 * moved: a clock that begins at another department has the limits of this policy, in the calendar of that
 * department. */
const struct policy *decide_policy(const struct city *city, const struct filing_facts *facts,
	struct str level, const struct department *department);

#endif

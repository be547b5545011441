#ifndef TIEPDAN_CIVIL_DECIDE_H
#define TIEPDAN_CIVIL_DECIDE_H

#include "civil/clock.h"
#include "civil/rules_program.h"

/* How many open tickets departments have, sorted by department. */
struct loads {
	struct arena *arena; /* of its own */
	const struct rule_load *at;
	unsigned n;
};

/* What filing decides. */
struct filing_facts {
	struct str kind, category, area;
	int64_t at;	    /* seconds */
	struct str against; /* code of the department that is denounced or complained about; absent: none */
	struct str language, channel;
	struct str folded;  /* title, text and place, folded */
	struct str profile; /* its policies go before all others; decide_filing() asks the rules for it */
	bool danger;	    /* civil/danger.h */
	const struct loads *loads; /* for rules that ask for them, NULL: none has any */
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
	struct str rule;		     /* REASON_RULE: its name */
	struct str via_successor_of;	     /* code of the ended department, absent: none */
	struct str level, visibility;
	struct str sight;   /* who may see it: the kind's, else the visibility (table sight_right) */
	struct str profile; /* that a rule has chosen, absent: none */
	const struct policy *policy;
	struct clock_set clocks;
	int64_t set; /* number of the set of rules that was asked, 0: none */
	const struct rules_program *program;
	struct rule_outcome rules;			 /* all that it says */
	const struct department *with[RULES_LISTED_MAX]; /* the co-handlers that it names, see below */
	unsigned nwith;
};

/* The rules of the city (civil/rules.h) come first, in their order; then the category's own department, its
 * parent's, then the hub. A department that has ended is its successor (of a split the one whose choice the
 * ticket's category or area meets, else the principal one); a rule whose department is not there on that day
 * falls through to the next, AREA without a committee (no area given, or none governs it) among them. AREA of
 * a category without a committee goes to the hub at once: people have to ask where.
 *
 * The level is that of the rules, else the kind's, else the category's, else its parent's, else "normal".
 * The visibility is the kind's, which is by law, else that of the rules, else of the category or its parent,
 * else "private". A profile of the rules is where the policy is looked for first.
 *
 * Co-handlers are departments that the rules name `with`, AREA among them, as they are on that day: never who
 * gets the ticket or whom it is against, each once, and none for a denunciation.
 *
 * Never the department that the ticket is against, one below it or a successor: instead the nearest valid
 * one above it, or else the hub. -EHOSTUNREACH when these are all against whom it is: nothing is decided. 0,
 * or -ERANGE when a deadline leaves the calendar's span: the decision is complete but for the deadlines. */
int decide_filing(
	struct arena *arena, const struct city *city, const struct filing_facts *facts, struct decision *ret);
/* The department itself while it is valid on the day, else who has what is about this category in this area
 * in its place: by the choices of a split, else the principal successor. NULL: nobody. */
const struct department *decide_heir(const struct city *city, const struct department *department,
	struct str category, struct str area, int32_t day);
/* The stored explanation, a JSON object with members in this order, those that do not apply left out:
 * reason (rule, category, parent_category, hub_no_area, hub_fallback, above_denounced), rule (its name), kind
 * (with rule), category, area, department (code), via (code of the ended department whose successor this is),
 * against (code), and for staff alone `rules`: set (number), taken (in order: rule, title, word, the phrase
 * that was found first, off, the code for which it was passed over, said), level, profile, visibility, with
 * (codes), tags, flags. */
struct str decide_explain(struct arena *arena, const struct decision *d, const struct filing_facts *facts);
/* The same without `rules`: for everybody. */
struct str decide_tell(struct arena *arena, const struct decision *d, const struct filing_facts *facts);
/* The policy in force at facts->at, of facts->profile if that has one that fits, most specific first. What a
 * ticket is about goes before who gets it: kind+category+level, kind+category, kind+level, kind,
 * category+level, category, level, any; a parent category after the category itself. Of those alike in all
 * that, the policy of `department` itself (NULL: none) counts first, then of the nearest one above it, then
 * the one for all departments. So a department's own policy stands in for the general one of the same kind,
 * category and level, and never for one that says more of the ticket. NULL: none.
 *
 * It is chosen once, at the filing, for the department that gets the ticket. A ticket keeps it wherever it is
 * moved: a clock that begins at another department has the limits of this policy, in the calendar of that
 * department. */
const struct policy *decide_policy(const struct city *city, const struct filing_facts *facts,
	struct str level, const struct department *department);

#endif

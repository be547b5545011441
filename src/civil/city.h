#ifndef TIEPDAN_CIVIL_CITY_H
#define TIEPDAN_CIVIL_CITY_H

#include "civil/deadline.h"

/* The reference data of a city in memory: departments, areas, categories, policies, routing rules, calendars.
 * Built once from rows, then read only; a change in the database builds a new one. Everything that filing
 * decides (who is responsible, which profile, which deadlines) is decided here, without I/O. */

struct department {
	int64_t id;
	struct str code, name[2];     /* vi, en */
	int64_t parent;		      /* 0: none */
	int32_t valid_from, valid_to; /* days; INT32_MIN / INT32_MAX when open; valid_to is the first day on
					 which it is gone */
	int64_t successor;	      /* 0: none */
	struct str area;	      /* the area it governs, absent: none */
	bool governs;		      /* a ward or commune committee: AREA in rules means this one */
	const struct calendar *calendar;
};

/* What sort of ticket: decides path and visibility. `sight` and `visibility` are absent where the category
 * decides. */
struct kind {
	struct str code, sight, visibility, level;
};
struct area {
	struct str code, parent;
	int32_t valid_from, valid_to;
};
struct category {
	struct str code, parent, department, level, visibility;
	int32_t valid_from, valid_to;
};

/* One version of a set of deadlines, with its law. */
struct policy {
	int64_t id;
	struct str profile, kind, level, category; /* absent: any */
	int32_t valid_from, valid_to;
	enum deadline_unit accept_unit, forward_unit, answer_unit;
	int64_t accept_amount, forward_amount, answer_amount;
	bool answer_from_acceptance;
};

/* (kind, category, area) -> department; absent members match all, a category or area also covers those below
 * it. `department` is a code, or AREA: the committee that governs the ticket's area or the nearest area above
 * it. */
struct route_rule {
	int64_t id;
	struct str kind, category, area, department;
	int32_t valid_from, valid_to;
};

/* The caller fills in all but what stands last. */
struct city {
	struct str hub, city_area;
	const struct department *departments;
	unsigned ndepartments;
	const struct kind *kinds;
	unsigned nkinds;
	const struct area *areas;
	unsigned nareas;
	const struct category *categories;
	unsigned ncategories;
	const struct policy *policies;
	unsigned npolicies;
	const struct route_rule *rules;
	unsigned nrules;
	const struct calendar *calendar; /* of the city: local dates; NULL: the hub's */
	struct str version;		 /* changes with the data: ETag of the public lists */
	/* Made by city_build(). */
	const struct department *const *by_id;	    /* all departments, by id */
	const struct department *const *committees; /* those that govern, by area */
	unsigned ncommittees;
};

/* Copies, sorts by code and indexes what the caller filled in (texts are not copied); departments without a
 * calendar get that of the city. NULL and a reason for the log if the hub or its calendar is missing, or a
 * code or id stands twice. */
const struct city *city_build(struct arena *arena, struct city *parts, struct str *ret_reason);

const struct department *city_department(const struct city *city, struct str code);
const struct department *city_department_by_id(const struct city *city, int64_t id);
const struct kind *city_kind(const struct city *city, struct str code);
const struct category *city_category(
	const struct city *city, struct str code, int32_t day); /* NULL: unknown or ended */
const struct area *city_area(const struct city *city, struct str code, int32_t day);
/* The department itself while it is valid on `day`, else its successor that is (NULL: none). */
const struct department *city_valid_department(
	const struct city *city, const struct department *d, int32_t day);

/* What filing decides. */
struct filing_facts {
	struct str kind, category, area;
	int64_t at; /* seconds */
};

enum route_reason {
	ROUTE_RULE,
	ROUTE_CATEGORY,
	ROUTE_PARENT_CATEGORY,
	ROUTE_HUB_NO_AREA,
	ROUTE_HUB_FALLBACK
};

struct decision {
	const struct department *department; /* valid on the day of filing, except a hub that has ended */
	enum route_reason reason;	     /* stored with the ticket, see decision_explain() */
	int64_t rule;			     /* ROUTE_RULE: its id */
	struct str via_successor_of;	     /* code of the ended department, absent: none */
	struct str level, visibility;
	struct str sight; /* who may see it: the kind's, else the visibility (table sight_right) */
	const struct policy *policy;
	int64_t accept_due,
		answer_due; /* seconds; 0: no such clock. answer_due is the latest possible date: where
			     * it runs from acceptance, counted from the end of the accept limit */
};

/* Most specific first: rules by kind+category+area, kind+category, kind+area, kind, category+area, category,
 * area, in each step the ticket's own category and area before those above; then the category's own
 * department, its parent's, then the hub. A rule that has ended falls through to the next, a department that
 * has ended to its successor or else to the next step. AREA without a committee (no area given, or none
 * governs it) goes to the hub at once: people have to ask where. Of several rules alike the youngest counts.
 * The level is the kind's, else the category's, else its parent's, else "normal"; the visibility likewise,
 * else "private". 0, or -ERANGE when a deadline leaves the calendar's span: the decision is complete but for
 * the deadlines. */
int city_decide(const struct city *city, const struct filing_facts *facts, struct decision *ret);
/* The stored explanation, a JSON object with members in this order, those that do not apply left out:
 * reason (rule, category, parent_category, hub_no_area, hub_fallback), rule (id), kind (with rule), category,
 * area, department (code), via (code of the ended department whose successor this is). */
struct str decision_explain(struct arena *arena, const struct decision *d, const struct filing_facts *facts);
/* The policy in force at `at` for these facts, most specific first: kind+category+level, kind+category,
 * kind+level, kind, category+level, category, level, any; a parent category after the category itself. NULL:
 * none. */
const struct policy *city_policy(
	const struct city *city, struct str kind, struct str level, struct str category, int64_t at);
/* All deadlines that a move at `now` can start, one per policy (ended ones too: a ticket keeps its version),
 * in the calendar of `department`: the statement picks the ticket's own row, so that one round trip is
 * enough. Units without a clock give INT64_MIN. A policy with a deadline beyond the calendar's span is left
 * out: its clock cannot be started. */
struct clock_offer {
	int64_t policy, accept_due, answer_due;
};
struct clock_offer *city_clock_offers(struct arena *arena, const struct city *city,
	const struct department *department, int64_t now, unsigned *ret_n);

#endif

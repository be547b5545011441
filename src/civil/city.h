#ifndef TIEPDAN_CIVIL_CITY_H
#define TIEPDAN_CIVIL_CITY_H

#include "base/uuid.h"
#include "civil/deadline.h"
#include "civil/patterns.h"

/* The reference data of a city in memory: departments, areas, categories, policies, routing rules, calendars.
 * Built once from rows, then read only; a change in the database builds a new one. What filing
 * decides over them stands in civil/decide.h. */

struct rules_program; /* civil/rules_program.h */

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
	struct str emergency_numbers; /* whom to call, a JSON array; absent: nobody */
};
struct area {
	struct str code, parent;
	int32_t valid_from, valid_to;
	bool placed; /* it is known where its middle is */
	double lon, lat;
};
struct category {
	struct str code, parent, department, level, visibility;
	int32_t valid_from, valid_to;
};

/* The deadlines that a ticket can have: see civil/clock.h. */
enum clock_kind {
	CLOCK_ACCEPT,	   /* the holder accepts, or says no           */
	CLOCK_ROUTE,	   /* the hub finds the department             */
	CLOCK_FIRST_REPLY, /* the citizen hears for the first time     */
	CLOCK_UPDATE,	   /* and again                                */
	CLOCK_STEP,	   /* one holding department                   */
	CLOCK_ANSWER,	   /* the first legal answer                   */
	CLOCK_APPEAL,	   /* of a higher department                   */
	CLOCK_KINDS
};
struct limit {
	enum deadline_unit unit;
	int64_t amount; /* 0, or the unit DEADLINE_NONE: no such limit */
};
static inline bool limit_is(const struct limit *limit)
{
	return limit->unit != DEADLINE_NONE && limit->amount > 0;
}

/* One version of a set of deadlines, with its law. */
struct policy {
	int64_t id;
	struct str profile, kind, level, category; /* absent: any */
	struct str department;			   /* and those below it; absent: all */
	struct str citation[2];			   /* the law: vi, en */
	int32_t valid_from, valid_to;
	struct limit limit[CLOCK_KINDS];
	enum deadline_receipt receipt;
	bool answer_from_acceptance;
	int64_t questions;     /* how often the clocks may stand still for the citizen */
	struct limit question; /* and how long at the most */
};

/* One step of the ladder of a profile (absent: of all that have none of their own). */
struct alarm_level {
	struct str profile;
	int level;	    /* from 1 */
	int share;	    /* thousandths of the time of the clock; 0: `after` counts */
	struct limit after; /* so long after the due point */
};

/* What a department became (ids). With a category or an area it is the successor for what is about that one
 * or those below it; without both it only says where people and papers went. */
struct lineage {
	int64_t before, after;
	struct str category, area;
};

/* A folded phrase that sounds like danger to life, and how much. */
struct danger_word {
	struct str phrase;
	int64_t weight;
	int32_t valid_from, valid_to;
};

/* What is told then, from a day on until there is another one. */
struct danger_text {
	struct str told;   /* a JSON object */
	int64_t threshold; /* the weights have to come to this */
	int32_t valid_from;
};

/* The active officers of one department by their logins. */
struct people {
	const struct str *at;
	unsigned n;
	bool may_be_gone; /* somebody who is not among them is warned of, and no fault */
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
	struct str
		rules_text; /* of the active set of routing rules, see civil/rules.h; absent: there is none */
	int64_t rules_number; /* what it is called by */
	struct uuid rules_id;
	/* Of a copy of the city by which the rules of one department are read, whom they may name and that
	 * their skills are categories; NULL: anybody and anything. */
	const struct people *people;
	const struct lineage *lineage; /* choices in the order in which they are tried */
	unsigned nlineage;
	const struct alarm_level *alarms;
	unsigned nalarms;
	int64_t parts_days; /* working days for a part of an answer where no policy says how many */
	const struct danger_word *danger_words;
	unsigned ndanger_words;
	const struct danger_text *danger_texts;
	unsigned ndanger_texts;
	const struct calendar *const *calendars;
	unsigned ncalendars;
	const struct calendar *const *kept; /* older versions of them, see city_calendar_version() */
	unsigned nkept;
	const struct calendar *calendar; /* of the city: local dates; NULL: the hub's */
	struct str version;		 /* changes with the data: ETag of the public lists */
	/* Made by city_index(). */
	const struct department *const *by_id;	    /* all departments, by id */
	const struct department *const *committees; /* those that govern, by area */
	unsigned ncommittees;
	const struct patterns *danger_index; /* their tags the places in danger_words */
	const struct rules_program *rules;   /* NULL: there are none, or they cannot be read */
	struct str rules_fault; /* why they cannot be read: for the log; tickets go by their category.
				 * Both are made by city_compile(). */
};

/* Copies, sorts by code and indexes what the caller filled in (texts are not copied); departments without a
 * calendar get that of the nearest department above them, else that of the city. NULL and a reason for the
 * log if the hub or its calendar is missing, or a code or id stands twice. */
struct city *city_index(struct arena *arena, const struct city *parts, struct str *ret_reason);
/* Makes its rules ready to be asked, before it is used elsewhere; thousands of them take their time. */
void city_compile(struct arena *arena, struct city *city);
/* Both. */
const struct city *city_build(struct arena *arena, const struct city *parts, struct str *ret_reason);

const struct department *city_department(const struct city *city, struct str code);
const struct department *city_department_by_id(const struct city *city, int64_t id);
const struct calendar *city_calendar(const struct city *city, struct str code); /* as it is now */
/* As it was in this version, by which a running clock was dated; as it is now when that one is not kept any
 * more. calendar_version() of what comes back says which it is. NULL: no such calendar. */
const struct calendar *city_calendar_version(const struct city *city, struct str code, int64_t version);
const struct kind *city_kind(const struct city *city, struct str code);
const struct category *city_category(
	const struct city *city, struct str code, int32_t day); /* NULL: unknown or ended */
const struct area *city_area(const struct city *city, struct str code, int32_t day);
/* Whether a point can be one of the city: not far from the middle of some area, of whatever day. True as well
 * where the city has not said where all its wards and communes are. */
bool city_may_be_at(const struct city *city, double lon, double lat);
/* The department itself while it is valid on `day`, else its principal successor that is (NULL: none). Who
 * has what is about a category in an area says decide_filing(). */
const struct department *city_valid_department(
	const struct city *city, const struct department *d, int32_t day);

#endif

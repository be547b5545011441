#ifndef TIEPDAN_JOBS_REDATE_H
#define TIEPDAN_JOBS_REDATE_H

#include <libpq-fe.h>

#include "base/uuid.h"
#include "civil/city.h"

/* Dates a portion of running clocks anew, by the city as it is now. No I/O: rows in, rows out. */

/* One clock with its new dates, for jobs/redating_fill.sql. */
struct redated {
	int64_t mark;			   /* the version of its row */
	struct str unit;		   /* absent: the unit stays */
	int64_t start, due, alarm, amount; /* milliseconds; DB_NO_INT: as it was, but no alarm: never */
	bool first;
};

struct redate_input {
	const PGresult *clocks,
		*pauses; /* of redating_portion.sql and redating_pauses.sql; outlive what comes out */
	int limit;	 /* with so many rows the last ticket may be cut off: it is left out   */
	struct uuid end; /* the last ticket there is */
	bool policies;	 /* amounts are those of the policy as it is now */
	int64_t now_us;	 /* what is due before is in breach */
};

struct redate_portion {
	struct redated *rows;
	size_t n;
	struct uuid until;	  /* the tickets up to here are complete */
	bool last;		  /* none come after them */
	int64_t mark;		  /* of all rows together */
	int64_t questions, ended; /* of these tickets: how many pauses, and how many that are over */
	struct str counts;	  /* what moves: see redate_count.h */
};

/* A clock that cannot be dated (it lies outside of what the calendars cover, or its calendar is gone) keeps
 * its dates. */
void redate(struct arena *arena, const struct city *city, const struct redate_input *in,
	struct redate_portion *ret);

#endif

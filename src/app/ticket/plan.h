#ifndef TIEPDAN_APP_TICKET_PLAN_H
#define TIEPDAN_APP_TICKET_PLAN_H

#include "app/ticket/offers.h"
#include "civil/clock.h"
#include "db/answer.h"

/* Dating running clocks anew, because the citizen is asked or has answered, because there is more time, or
 * because the ticket has another level and with it another policy.
 * The facts are the rows of ticket/clock_facts.sql (another policy: ticket/level_facts.sql,
 * ticket/path_clocks.sql), the pauses
 * those of ticket/pause_list.sql; what comes out are the parallel arrays that the statement of the change
 * takes. Such a change needs two units of work: the first reads the facts, the second brings the dates. The
 * version of the ticket in both says that nothing happened between.
 *
 * Dates are counted in that version of its calendar which a clock has: a change of the calendar that was not
 * brought to the clocks that run (re-dating) does not reach this one by the way. What begins anew is counted
 * in the newest version: a new clock, a new round, an answer clock that waited for the acceptance, and the
 * limit of a question itself. Only when a version is so old that no server keeps it (city_calendar_version())
 * the newest takes its place, and plan_row says so. */

struct plan_change {
	struct deadline_pause pause; /* a pause that begins, or the last one with another end; from 0: none */
	int64_t extension;	     /* so many units more for the answer */
	/* NULL, or what the limits are taken from: the ladders of alarms begin anew, an extension stays
	 * where the unit does, and the first answer is counted from where this policy has it, whether a clock
	 * has run for it until now or not. */
	const struct policy *policy;
};

struct plan_row {
	struct str kind, unit;
	int64_t slot, start, due, alarm; /* milliseconds; DB_NO_INT: no alarm, no such clock any more */
	int64_t round, version;		 /* version: of the calendar that was used */
	int64_t amount, extension;
	bool waits;
};
struct plan {
	const struct plan_row *rows;
	size_t n;
};

/* 0; -ENOENT when a clock's calendar is not known any more, -ERANGE when a date leaves the calendar's
 * span. */
int plan_dates(struct req *req, PGresult *const *facts, const struct plan_change *change, struct plan *ret);
/* The same of one ticket among several: its rows are those before `end` of the facts of all. */
struct plan_rows {
	const PGresult *all;
	int from, end;
};
struct plan_rows plan_rows_all(const PGresult *rows);
int plan_dates_among(struct req *req, struct plan_rows clocks, struct plan_rows pauses,
	const struct plan_change *change, struct plan *ret);
/* The clocks of a policy as they would be if they began now, for a ticket with these pauses: where a question
 * waits it puts them off, as it does those that run. One that would end beyond the calendar's span is left
 * out. */
void plan_offers(struct req *req, struct plan_rows pauses, const struct policy *policy,
	const struct department *holder, struct offers *ret);
/* The pause of the question that waits, as it is when it ends at `now` (seconds); the last one as it was when
 * none waits, nothing without pauses. */
struct deadline_pause plan_pause_ended(const PGresult *pauses, int64_t now);
/* Until when a question that is asked at `now` (seconds) may stop the clocks: in their calendar, the city's
 * when none runs. 0, or as deadline_compute(). */
int plan_question(struct req *req, const PGresult *facts, int64_t now, int64_t *ret_until);

#endif

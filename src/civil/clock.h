#ifndef TIEPDAN_CIVIL_CLOCK_H
#define TIEPDAN_CIVIL_CLOCK_H

#include "civil/city.h"

/* The clocks of a ticket: which ones a policy gives, when they end and when they warn. Instants are
 * seconds since 1970 UTC. The table of kinds in the database is clock_kind; what starts and stops them is
 * action_clock. */

const char *clock_kind_code(enum clock_kind kind);
bool clock_kind_parse(struct str code, enum clock_kind *ret);
enum deadline_receipt clock_receipt(struct str code); /* next_opening (and anything else), same_day */

/* A clock as it is if it starts. */
struct clock_offer {
	int64_t policy;
	enum clock_kind kind;
	struct limit limit;
	int64_t start, due;
	int64_t alarm; /* of level 1; CLOCK_NEVER: none */
	bool waits;    /* an answer clock before the acceptance, counted from the end of the accept limit */
	const struct calendar *calendar;
	const struct deadline_pause *pauses; /* that it has had already */
	size_t npauses;
};
#define CLOCK_NEVER INT64_MAX

/* Those of one ticket, in the order of their kinds. */
struct clock_set {
	struct clock_offer at[CLOCK_KINDS];
	unsigned n;
};

/* Dates an offer of which kind, start, calendar and pauses stand there. 0, or as deadline_compute(). */
int clock_offer_date(const struct city *city, const struct policy *policy, struct clock_offer *offer);
/* The clocks that a ticket filed now under this policy can have, in the calendar of `department`. The
 * answer is at its latest possible date: where it runs from acceptance it is counted from the end of the
 * accept limit. 0, or -ERANGE when one leaves the calendar's span. */
int clock_offers_filing(const struct city *city, const struct policy *policy,
	const struct department *department, int64_t now, struct clock_set *ret);
/* All clocks that a move at `now` can start, of every policy (ended ones too: a ticket keeps its version):
 * the statement picks those of the ticket's own policy, so that one round trip is enough. A clock that
 * would end beyond the calendar's span is left out: it cannot be started. */
struct clock_offer *clock_offers_move(struct arena *arena, const struct city *city,
	const struct department *department, int64_t now, unsigned *ret_n);

/* When a part of an answer would be due that a rule asks another department for. */
struct clock_part {
	const struct calendar *calendar;
	struct limit limit;
	int64_t due;
};
/* Of those that rules ask for at `now`: in every calendar, by each limit that a policy has for one department
 * (ended ones too) and by that of the city. One that would end beyond the calendar's span is left out. */
struct clock_part *clock_parts(struct arena *arena, const struct city *city, int64_t now, unsigned *ret_n);

/* A running clock, to be dated anew because it was paused or extended, or because a calendar or policy
 * changed. */
struct clock_facts {
	struct str profile;
	const struct calendar *calendar;
	struct deadline_question question;
	int level; /* the lowest level of its ladder that has not fired */
};
/* 0, or as deadline_compute(). `ret_alarm` may be CLOCK_NEVER. */
int clock_date(
	const struct city *city, const struct clock_facts *clock, int64_t *ret_due, int64_t *ret_alarm);

/* The first step of the ladder of this profile from level `from` on; NULL: there is none. A profile that
 * has steps of its own uses only those. */
const struct alarm_level *clock_level(const struct city *city, struct str profile, int from);
/* When clock_level() of clock->level fires; CLOCK_NEVER when there is none, or it lies beyond the
 * calendar. */
int64_t clock_alarm(const struct city *city, const struct clock_facts *clock, int64_t due);

/* What is left of a clock at `now`: working seconds for limits in working hours and days, else seconds of the
 * clock. Negative: so long overdue. */
int64_t clock_remaining(const struct calendar *calendar, enum deadline_unit unit, int64_t due, int64_t now);
/* Within how many working days something was done: the least number of them, 1 at least, whose limit from
 * `start` had not ended before `stop`; 0 outside the calendar's span. */
int64_t clock_days(const struct calendar *calendar, int64_t start, int64_t stop);
/* The instant up to which a due point counts as near: the same time of the city's next working day.
 * Milliseconds; without a city a day ahead. */
int64_t clock_soon(const struct city *city, int64_t now_ms);

#endif

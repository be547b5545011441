#ifndef TIEPDAN_CIVIL_DEADLINE_H
#define TIEPDAN_CIVIL_DEADLINE_H

#include "civil/calendar.h"

/* Legal time limits. Days are counted as in the Civil Code 2015, Art. 147-148: the day of receipt does not
 * count. A day's closing instant still belongs to its working time, for receipt as for deadlines. */
enum deadline_unit {
	/* Hours of open time. Received outside hours, the limit starts at the next opening; it ends at a
	 * closing rather than at the opening after it. */
	DEADLINE_WORKING_HOURS,
	/* The close of the n-th working day. Received after the close or on a day off counts as received on
	 * the next working day. */
	DEADLINE_WORKING_DAYS,
	/* The close of the n-th day; a last day off rolls to the next working day. */
	DEADLINE_CALENDAR_DAYS,
	/* Clock hours. */
	DEADLINE_HOURS,
	/* Due at once: `amount` clock minutes until the alarm. */
	DEADLINE_IMMEDIATE,
	/* No clock. */
	DEADLINE_NONE,
};

bool deadline_unit_parse(struct str code, enum deadline_unit *ret); /* wh wd cd h now none */
const char *deadline_unit_code(enum deadline_unit unit);
/* When a limit of `amount` units that starts at `start` ends. -ERANGE when start or end leave the compiled
 * span (the calendar has to be extended) or the amount is negative, -ENOENT for DEADLINE_NONE. */
int deadline_compute(
	const struct calendar *c, int64_t start, enum deadline_unit unit, int64_t amount, int64_t *ret_due);

#endif

#ifndef TIEPDAN_CIVIL_ICAL_VALUE_H
#define TIEPDAN_CIVIL_ICAL_VALUE_H

#include "civil/ical.h"

/* Values of iCalendar properties (RFC 5545 section 3.3). Private to the reader and the writer. */

enum {
	ICAL_FIRST_DAY = 0,    /* 1970-01-01 */
	ICAL_LAST_DAY = 84370, /* 2200-12-31 */
	ICAL_TEXT_MAX = 1000   /* code points, as an import takes */
};

struct ical_time {
	int32_t day;
	int second;	    /* of the day */
	bool has_time, utc; /* utc: with a Z behind */
};
/* 20261125, 20261125T080000 or 20261125T080000Z; a date that exists, of the years 1 to 9999. */
bool ical_value_time(struct str text, struct ical_time *ret);
void ical_value_put_time(struct buf *out, struct ical_time t);

/* MO .. SU as 0 .. 6; -1: none of them. */
int ical_value_weekday(struct str text);
extern const char *const ical_value_weekdays[7];

/* Unescaped, line breaks as blanks; absent when blank, too long or wrongly escaped. */
struct str ical_value_text(struct arena *arena, struct str value);

/* "08:00-12:00 13:00-15:00" -> intervals; 0: it is none, or too many. */
unsigned ical_value_hours(struct str text, struct calendar_interval ret[ICAL_INTERVALS_MAX]);
bool ical_value_hours_overlap(const struct calendar_interval *hours, unsigned n);

struct ical_repeat {
	bool weekly; /* else yearly */
	int64_t interval;
	int64_t count; /* 0: none */
	bool ends;     /* at `until` */
	struct ical_time until;
	unsigned weekdays;	  /* a bit for each of BYDAY, 0: none */
	int64_t month, month_day; /* of BYMONTH and BYMONTHDAY, 0: none */
};
/* An RRULE. On failure *ret_code and the part that is wrong. */
bool ical_value_repeat(
	struct str text, struct ical_repeat *ret, enum ical_fault_code *ret_code, struct str *ret_part);

#endif

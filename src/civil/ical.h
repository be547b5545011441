#ifndef TIEPDAN_CIVIL_ICAL_H
#define TIEPDAN_CIVIL_ICAL_H

#include "base/buf.h"
#include "civil/calendar.h"

/* A calendar of working time as iCalendar (RFC 5545), and back; no I/O. An exception is an all-day event: a
 * day off, unless X-TIEPDAN-RULE says MAKE-UP (with X-TIEPDAN-WEEKDAY) or HOURS (with X-TIEPDAN-HOURS).
 * Weekly hours are events with times, X-TIEPDAN-RULE:WEEKLY and an RRULE; one that ends at the end of 2200 is
 * open. SUMMARY is the Vietnamese name, COMMENT;LANGUAGE=en the English one. What is written is read back
 * alike. */

enum {
	ICAL_FAULTS_MAX = 50, /* the reader stops there                                            */
	ICAL_EVENTS_MAX = 5000,
	ICAL_DAYS_MAX = 3660, /* exceptions of one text, those of recurring events counted singly  */
	ICAL_HOURS_MAX = 500,
	ICAL_INTERVALS_MAX = 8 /* of one day                                                        */
};

struct ical_hours {
	unsigned line; /* of the event's BEGIN, from 1 */
	struct calendar_hours hours;
};

struct ical_day {
	unsigned line;
	struct calendar_day day;
	struct str note; /* absent: none */
};

struct ical {
	struct str code, name[2], zone;	   /* name: vi, en */
	const struct zone_offset *offsets; /* of the zone, to the end of 2200 */
	unsigned noffsets;
	const struct ical_hours *hours;
	unsigned nhours;
	const struct ical_day *days;
	unsigned ndays;
};

enum ical_fault_code {
#define ICAL_FAULT(name, vi, en) ICAL_##name,
#include "civil/ical_faults.def"
	ICAL_FAULT_COUNT
};

struct ical_fault {
	unsigned line;
	enum ical_fault_code code;
	struct str what; /* the property, value or date that it is about; absent: none */
};

struct ical_reading {
	struct ical calendar; /* hours and days; complete only when there are no faults */
	struct ical_fault faults[ICAL_FAULTS_MAX];
	unsigned nfaults;
};

/* Lines of at most 75 bytes with CRLF. `made_at_ms` is the DTSTAMP of all events. */
void ical_write(struct buf *out, const struct ical *calendar, int64_t made_at_ms);

/* Reads a text for the calendar `of`, of which code, zone and offsets are used. What has no meaning for
 * working time (alarms, places, other components) is passed over; what would change the meaning is a fault.
 * Recurring exceptions need an end, within ten years. The result may point into `text`. NULL when memory is
 * out. */
const struct ical_reading *ical_read(struct arena *arena, struct str text, const struct ical *of);

/* Why, in Vietnamese (0) or English (1), without the line. */
struct str ical_fault_text(struct arena *arena, const struct ical_fault *fault, int lang);

#endif

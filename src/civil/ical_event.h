#ifndef TIEPDAN_CIVIL_ICAL_EVENT_H
#define TIEPDAN_CIVIL_ICAL_EVENT_H

#include "civil/ical_line.h"

/* One VEVENT as weekly hours or as exceptions. Private to the reader. */

/* The properties that mean something. */
enum ical_property {
	ICAL_START,
	ICAL_FINISH,
	ICAL_REPEAT,
	ICAL_SUMMARY,
	ICAL_STATUS,
	ICAL_RULE,
	ICAL_WEEKDAY,
	ICAL_HOURS,
	ICAL_VALID_FROM,
	ICAL_SOURCE,
	ICAL_NOTE,
	ICAL_PROPERTIES
};

struct ical_event {
	unsigned line; /* of its BEGIN */
	struct ical_line at[ICAL_PROPERTIES];
	struct str name_en; /* COMMENT;LANGUAGE=en */
	bool makes_up;	    /* CATEGORIES say so   */
};

/* Where the reader puts what it finds. */
struct ical_sink {
	struct arena *arena;
	const struct ical *of;
	struct ical_reading *out;
	struct ical_hours *hours; /* of out->calendar, while it is filled */
	struct ical_day *days;
	unsigned days_room; /* how many fit in `days` */
	bool full;	    /* more would be too many: stop */
};

/* Adds to the sink, or notes why not. */
void ical_event_take(struct ical_sink *s, const struct ical_event *e);

void ical_fault(struct ical_sink *s, unsigned line, enum ical_fault_code code, struct str what);
void ical_fault_at(
	struct ical_sink *s, const struct ical_line *at, enum ical_fault_code code); /* NAME:VALUE */

#endif

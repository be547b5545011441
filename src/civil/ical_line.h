#ifndef TIEPDAN_CIVIL_ICAL_LINE_H
#define TIEPDAN_CIVIL_ICAL_LINE_H

#include "base/buf.h"
#include "civil/ical.h"

/* Content lines of iCalendar (RFC 5545 section 3.1): unfolded and taken apart, or put together and folded.
 * Private to the reader and the writer. */

struct ical_line {
	unsigned line; /* where it begins, from 1; 0 for a property that is not there */
	struct str name, value;
	struct str language, zone, type; /* parameters LANGUAGE, TZID, VALUE; absent: none */
};

struct ical_lines {
	struct arena *arena;
	struct str rest;
	unsigned next_line;
};

enum ical_next {
	ICAL_END,
	ICAL_LINE,
	ICAL_FAULTY /* *ret_code says what is wrong with the line at ret->line; one may go on */
};

/* LF ends a line as CRLF does; blank lines are passed over. */
enum ical_next ical_line_next(
	struct ical_lines *lines, struct ical_line *ret, enum ical_fault_code *ret_code);

/* Name (with its parameters) and a value that needs no escaping. */
void ical_line_put(struct buf *out, const char *name, struct str value);
/* The same with a value of type TEXT: backslash, comma, semicolon and line breaks are escaped. Nothing when
 * the text is absent. */
void ical_line_put_text(struct buf *out, const char *name, struct str text);

#endif

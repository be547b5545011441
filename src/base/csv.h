#ifndef TIEPDAN_BASE_CSV_H
#define TIEPDAN_BASE_CSV_H

#include <stdbool.h>

#include "base/buf.h"

/* RFC 4180: reader over a whole text in memory, and a writer that is safe to open in a spreadsheet. Strict: a
 * quotation mark inside an unquoted field, text behind a closing one and a bare CR are faults. */
struct csv {
	struct str rest;
	unsigned line;	      /* line of the last record's first byte, from 1 */
	unsigned next_line;   /* line where `rest` begins */
	const char *fault;    /* NULL, or what is wrong with the record at `line`; the reader stops there */
	const char *fault_vi; /* the same in Vietnamese */
};

enum {
	CSV_FIELDS_MAX = 64
};

/* The text must be UTF-8; a byte order mark is skipped. */
struct csv csv_open(struct str text);
/* The next record's fields, unquoted, in `arena`. Returns the number of fields, 0 at the end or at a fault
 * (see csv->fault). Blank lines are skipped. Accepts CRLF and LF. */
unsigned csv_read(struct csv *csv, struct arena *arena, struct str ret_fields[CSV_FIELDS_MAX]);

/* One cell, quoted when needed; an absent one is empty. Cells that a spreadsheet would run as a formula (they
 * begin with = + - @ TAB CR LF) get a leading apostrophe unless they are plain numbers: [+-]digits, with
 * decimals behind . or , */
void csv_cell(struct buf *out, struct str cell, bool first);
void csv_end(struct buf *out); /* CRLF */

#endif

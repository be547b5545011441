#ifndef TIEPDAN_BASE_ROWS_H
#define TIEPDAN_BASE_ROWS_H

#include "base/arena.h"

/* CSV as the rows that import_rows() and calendar_put() of the database take. */

struct rows_fault {
	unsigned line;
	struct str reason[2]; /* vi, en */
};

/* A JSON array of objects: the members that the first line of the CSV names, and "line". An empty cell is
 * left out; an apostrophe that the writer put before what a spreadsheet would run (base/csv.h) is taken off.
 * Absent, with the fault, when the CSV itself is broken. */
struct str rows_from_csv(struct arena *arena, struct str text, struct rows_fault *ret_fault);

#endif

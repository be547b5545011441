#ifndef TIEPDAN_HTTP_PROBLEM_H
#define TIEPDAN_HTTP_PROBLEM_H

#include "base/str.h"

/* Refusals, one row each in problems.def: name, HTTP status, what raises it in the database (SQLSTATE or
 * constraint name), the member it is about, and the text in both languages. Type URI:
 * <public_url>/problems/<name>. */
enum problem {
#define PROBLEM(name, status, raised_by, pointer, title_vi, title_en) PROBLEM_##name,
#include "http/problems.def"
	PROBLEM_COUNT
};

/* Faults of single members inside problem `invalid` (RFC 9457 extension errors[].code). */
enum fault {
#define FAULT(name, text_vi, text_en) FAULT_##name,
#include "http/faults.def"
	FAULT_COUNT
};

enum lang {
	LANG_VI,
	LANG_EN,
	LANG_COUNT
};

struct problem_row {
	const char *name; /* last part of the type URI, words joined by '-' */
	int status;
	const char *raised_by; /* "" when nothing in the database raises it       */
	const char *pointer;   /* "" or a JSON Pointer                            */
	const char *title[LANG_COUNT];
};

/* The table is made on the first call and constant from then on. */
const struct problem_row *problem_row(enum problem problem);
/* What the client can do about it, as http/advice.def says. */
const char *problem_advice(enum problem problem, enum lang lang);
const char *fault_name(enum fault fault);
const char *fault_text(enum fault fault, enum lang lang);
/* The row raised by this constraint name or, failing that, this SQLSTATE; PROBLEM_internal if there is
 * none. */
enum problem problem_of_database(struct str sqlstate, struct str constraint);
/* The row with this name; false if there is none. */
bool problem_find(struct str name, enum problem *ret);

#endif

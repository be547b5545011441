#ifndef TIEPDAN_SHAPE_FIELD_H
#define TIEPDAN_SHAPE_FIELD_H

#include "shape/shape.h"

/* Checks of single values, shared by JSON bodies and query strings. Every fault is noted with its place;
 * nothing stops at the first. */

/* The place of a value: a chain from the inside out. A query parameter is a chain of one. */
struct place {
	const struct place *up; /* NULL: the whole input, without a name */
	struct str name;	/* member; absent: item `index` of a list */
	size_t index;
};

struct filling {
	struct req *req;
	const char *in; /* "pointer" or "parameter" */
};

void field_fault(const struct filling *f, const struct place *at, enum fault code);
/* The same with the limit that was missed, as part of the detail. */
void field_fault_limit(const struct filling *f, const struct place *at, enum fault code, int64_t limit);

/* Each stores into `out`, the place of the value in its struct, or notes a fault. field_text() takes every
 * type that is written as a text: texts, enums, UUIDs, dates, instants. */
void field_text(const struct filling *f, const struct place *at, const struct shape_field *field,
	struct str value, void *out);
void field_int(const struct filling *f, const struct place *at, const struct shape_field *field,
	int64_t value, void *out);
void field_number(const struct filling *f, const struct place *at, const struct shape_field *field,
	double value, void *out);
/* Nothing was sent: the default of the contract, the mark of absence of shape.h, or the fault `required`. */
void field_absent(
	const struct filling *f, const struct place *at, const struct shape_field *field, void *out);
/* Checks the number of items and makes room for them, `size` bytes each; NULL after a fault. */
void *field_items(const struct filling *f, const struct place *at, const struct shape_field *field, size_t n,
	size_t size);
/* Notes an item that is there already, if the contract forbids it. */
void field_unique(const struct filling *f, const struct place *at, const struct shape_field *field,
	const struct str *items);

/* Answers the request if there were faults or memory ran out: NULL. Otherwise `out`. */
const void *field_done(const struct filling *f, const void *out);

#endif

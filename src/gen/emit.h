#ifndef TIEPDAN_GEN_EMIT_H
#define TIEPDAN_GEN_EMIT_H

#include <stdbool.h>
#include <stdio.h>

#include "gen/document.h"

/* Writes C for input schemas: structs into the header, tables of src/shape/shape.h into the source. */
struct emit {
	json_t *root, *pool; /* see document_resolve() */
	FILE *header, *source;
};

/* Where the members of a shape come from: parameters hold no objects; a body that may be left out needs no
 * member. */
enum input {
	INPUT_QUERY,
	INPUT_BODY,
	INPUT_OPTIONAL_BODY
};

/* The struct `name` and the table shape_`name` of an object schema; those of nested objects come first. */
void emit_shape(struct emit *e, const char *name, json_t *schema, enum input in, const struct at *at);

#endif

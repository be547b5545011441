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

/* The struct `name` and the table shape_`name` of an object schema; those of nested objects come first.
 * `in_query`: the members are parameters, so objects are refused. */
void emit_shape(struct emit *e, const char *name, json_t *schema, bool in_query, const struct at *at);

#endif

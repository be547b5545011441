#ifndef TIEPDAN_GEN_DOCUMENT_H
#define TIEPDAN_GEN_DOCUMENT_H

#include <jansson.h>

/* The contract as a JSON tree, read from YAML. A fault in it ends the program with its place in the document:
 * this is a tool of the build. */

/* A place in the document, as a chain from the inside out. */
struct at {
	const struct at *up;
	const char *name; /* member, or number of an item */
};

_Noreturn void at_die(const struct at *at, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reads a YAML file: one document, JSON types by the core schema (YAML 1.2 section 10.3), order of members
 * kept. No anchors, aliases, tags or repeated members. */
json_t *document_load(const char *path);

/* The schema with its $ref followed; members beside $ref win over those of the target (OpenAPI 3.1). The
 * result belongs to `pool`, an array. */
json_t *document_resolve(json_t *root, json_t *pool, json_t *schema, const struct at *at);

#endif

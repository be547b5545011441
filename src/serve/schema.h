#ifndef TIEPDAN_SERVE_SCHEMA_H
#define TIEPDAN_SERVE_SCHEMA_H

#include "base/app.h"
#include "base/arena.h"

/* Whether this program can serve the schema that is there. Each process that serves asks over its own first
 * connection, while it makes itself ready, so that nobody waits for the question. */

/* `told` is called once, when PostgreSQL has answered, however late that is; `fault` is what is wrong in one
 * line, with its cure, or absent. `arena` lives as long as the process. */
typedef void schema_told(struct app *app, struct str fault);
void schema_ask(struct app *app, struct arena *arena, schema_told *told);

/* A program knows the migrations embedded in it: `known` of them. It may serve a schema at version `schema`
 * when nothing is missing and the schema still carries it: oldest <= known <= schema. */
struct str schema_fault(struct arena *arena, int64_t known, int64_t schema, int64_t oldest);

#endif

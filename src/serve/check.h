#ifndef TIEPDAN_SERVE_CHECK_H
#define TIEPDAN_SERVE_CHECK_H

#include "base/arena.h"
#include "base/config.h"

/* What must be right before the server starts: settings that have no default, the keys, and a schema that
 * this program can serve. Faults are logged with their cure; returns 0 or -1. A database that is away is
 * only a warning: the server starts, answers 503 and recovers by itself. */
int serve_check(const struct config *config, struct arena *arena);

/* Whether the settings that say who comes in make sense: those that name roles name some that there are (a
 * slip would let roles count with one factor that should need two), and those of the identity provider
 * belong together. The fault is logged. */
bool serve_settings_fit(const struct config *config);

/* Says in one line what is wrong with the schema for this program, or absent when it can be served. A
 * program knows the migrations embedded in it: `known` of them. It may serve a schema at version `schema`
 * when nothing is missing and the schema still carries it: oldest <= known <= schema. */
struct str serve_schema_fault(struct arena *arena, int64_t known, int64_t schema, int64_t oldest);

#endif

#ifndef TIEPDAN_SERVE_CHECK_H
#define TIEPDAN_SERVE_CHECK_H

#include "base/arena.h"
#include "base/config.h"

/* What must be right before the server starts: settings that have no default, and the keys. Faults are logged
 * with their cure; returns 0 or -1. What is asked of the database waits for nobody: serve/schema.h. */
int serve_check(const struct config *config, struct arena *arena);

/* Whether the settings that say who comes in make sense: those that name roles name some that there are (a
 * slip would let roles count with one factor that should need two), and those of the identity provider
 * belong together. The fault is logged. */
bool serve_settings_fit(const struct config *config);

#endif

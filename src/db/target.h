#ifndef TIEPDAN_DB_TARGET_H
#define TIEPDAN_DB_TARGET_H

#include "base/arena.h"

/* Where to connect: the keywords and values that libpq takes. Private to db/.
 *
 * PQconnectStart would block in name resolution, so that each host name is replaced here, once, by its
 * addresses (the name stays, for certificates). Sockets and addresses stay as they are. */
enum {
	TARGET_KEYWORDS_MAX = 64
};

struct target {
	const char *keywords[TARGET_KEYWORDS_MAX + 1]; /* NULL behind the last */
	const char *values[TARGET_KEYWORDS_MAX + 1];
};

/* Reads a connection URL or string; may block in the resolver. `options` are settings of the session ("-c
 * name=value ..."); those of the URL win. Everything lives in `arena`. Returns false with a reason that may
 * be logged (it has no password). */
bool target_resolve(
	struct arena *arena, const char *url, struct str options, struct target *ret, struct str *ret_reason);
/* The name of its sessions, whatever the URL says; it lives as long as the target. */
void target_name(struct target *t, const char *name);

#endif

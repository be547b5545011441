#ifndef TIEPDAN_BASE_EMBEDDED_H
#define TIEPDAN_BASE_EMBEDDED_H

#include "base/str.h"

/* Files that are part of the program: migrations, seeds, the contract. gen/embed.c turns them into
 * gen/embedded.c, which defines the one function below. Everything here is constant and lives as long as the
 * process. */
struct embedded_file {
	/* The path behind the last "/seed/" ("hanoi/departments.csv"), else the file name. */
	const char *name;
	/* The bytes; never absent, with a zero byte behind them. */
	struct str data;
};

struct embedded_group {
	const struct embedded_file *files; /* by name, bytewise; no name twice */
	unsigned n;
};

const struct embedded_group *embedded_group(const char *name); /* NULL when the build made no such group */

#endif

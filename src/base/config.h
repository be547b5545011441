#ifndef TIEPDAN_BASE_CONFIG_H
#define TIEPDAN_BASE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/str.h"

/* The settings. One row of config.def gives the member here, the line of the file, the environment variable
 * (TIEPDAN_<NAME>), the flag (--name=value), the help and the sample file. Later sources win: default, file,
 * environment, flag. */
struct config {
#define CONFIG_TEXT(name, ...)	 const char *name;
#define CONFIG_CHOICE(name, ...) const char *name;
#define CONFIG_INT(name, ...)	 int64_t name;
#define CONFIG_BOOL(name, ...)	 bool name;
#include "base/config.def"
};

/* Reads all sources. `args` are the arguments that are left after the sub-command, NULL-terminated; those
 * that are no setting stay for the caller in ret_rest (may be NULL), in their order, and so does everything
 * from "--" on. A flag is --name=value or --name value, a switch --name or --no-name, with '-' or '_' alike.
 * The file comes from --config or TIEPDAN_CONFIG: lines `name = value`; a line that begins with '#' is a
 * comment. Names that are no setting are a fault in the file, but not in the environment: Kubernetes puts
 * TIEPDAN_PORT and its like there for a service called tiepdan. Faults are printed one a line on `complain`
 * as "where: what is wrong"; returns the configuration in `arena` or NULL if there was any fault. */
const struct config *config_load(struct arena *arena, char **args, char ***ret_rest, FILE *complain);
void config_print_help(FILE *out);   /* for --help: flag, default, range, what it does */
void config_print_sample(FILE *out); /* a commented configuration file with every default */

#endif

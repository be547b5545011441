#ifndef TIEPDAN_COMMAND_COMMAND_H
#define TIEPDAN_COMMAND_COMMAND_H

#include "base/config.h"

/* The sub-commands besides `serve`: short programs that talk to PostgreSQL and wait for it. */
struct command {
	const char *name;
	const char *usage; /* arguments, for --help            */
	const char *help;  /* one sentence                     */
	/* `args` is what the settings left over, NULL-terminated. Returns the exit status. */
	int (*run)(const struct config *config, char **args);
};

extern const struct command commands[]; /* ends with a row without name */

int command_migrate(const struct config *config, char **args);
int command_seed(const struct config *config, char **args);
int command_import(const struct config *config, char **args);
int command_keys(const struct config *config, char **args);
int command_user(const struct config *config, char **args);
int command_demo(const struct config *config, char **args);
int command_doctor(const struct config *config, char **args);
int command_config(const struct config *config, char **args);
int command_version(const struct config *config, char **args);

#endif

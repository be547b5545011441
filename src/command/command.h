#ifndef TIEPDAN_COMMAND_COMMAND_H
#define TIEPDAN_COMMAND_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "base/config.h"

/* The sub-commands besides `serve`: short programs that talk to PostgreSQL and wait for it. */
struct command {
	const char *name;
	const char *usage; /* arguments, for the list of all   */
	const char *help;  /* one sentence                     */
	const char *more;  /* what `tiepdan help NAME` adds: lines, or NULL */
	/* `args` is what the settings left over, NULL-terminated. Returns the exit status. */
	int (*run)(const struct config *config, char **args);
};

extern const struct command commands[]; /* ends with a row without name */

const struct command *command_find(const char *name); /* NULL if there is none */
void command_print(const struct command *c, FILE *out);
/* True when no argument is left; else names the first one. An argument that nobody reads is a mistake: `seed
 * --form DIR` must not load the shipped city. */
bool command_ends(char *const *args);

int command_migrate(const struct config *config, char **args);
int command_seed(const struct config *config, char **args);
int command_import(const struct config *config, char **args);
int command_export(const struct config *config, char **args);
int command_keys(const struct config *config, char **args);
int command_user(const struct config *config, char **args);
int command_roles(const struct config *config, char **args);
int command_mail(const struct config *config, char **args);
int command_demo(const struct config *config, char **args);
int command_generate(const struct config *config, char **args);
int command_verify(const struct config *config, char **args);
int command_record(const struct config *config, char **args);
int command_doctor(const struct config *config, char **args);
int command_config(const struct config *config, char **args);
int command_version(const struct config *config, char **args);

#endif

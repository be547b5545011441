/* Small sub-commands: keys, config, version; and the table of all of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/keys.h"
#include "command/command.h"

/* clang-format off */
const struct command commands[] = {
	{"migrate", "[--dry-run]",               "bring the schema of the database forward", command_migrate},
	{"seed",    "[--from DIR]",              "load the reference data of the shipped city, or of a folder", command_seed},
	{"import",  "KIND FILE.csv",             "load one kind of reference data; nothing is loaded if any line is wrong", command_import},
	{"keys",    "create|rotate",             "make the missing keys in key_dir, or a new key that signs tokens", command_keys},
	{"user",    "add|code|list|enable|disable ...", "staff accounts and one-time sign-in codes", command_user},
	{"demo",    "",                          "fill an empty database with demo accounts and tickets", command_demo},
	{"doctor",  "",                          "say what is wrong with this installation and how to mend it", command_doctor},
	{"config",  "sample|check",              "print a configuration file with every setting, or check the present one", command_config},
	{"version", "",                          "print the version", command_version},
	{NULL, NULL, NULL, NULL},
};
/* clang-format on */

int command_keys(const struct config *config, char **args)
{
	struct arena *arena = arena_new();
	struct str reason = STR("say what to do: keys create, or keys rotate");
	int error = -1;

	if (!arena || config->key_dir[0] == '\0')
		reason = STR("the setting key_dir is not set");
	else if (args[0] && strcmp(args[0], "create") == 0)
		error = keys_create(arena, config->key_dir, &reason);
	else if (args[0] && strcmp(args[0], "rotate") == 0)
		error = keys_rotate_token(arena, config->key_dir, &reason);
	if (error < 0)
		fprintf(stderr, "tiepdan: %.*s\n", STR_ARG(reason));
	arena_free(arena);
	return error < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int command_config(const struct config *config, char **args)
{
	(void)config; /* it has been read and checked by now */
	if (args[0] && strcmp(args[0], "sample") == 0)
		config_print_sample(stdout);
	else
		puts("the configuration is right");
	return EXIT_SUCCESS;
}

int command_version(const struct config *config, char **args)
{
	(void)config, (void)args;
	puts("tiepdan " TIEPDAN_VERSION);
	return EXIT_SUCCESS;
}

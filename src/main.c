/* tiepdan: picks the sub-command. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "command/command.h"
#include "serve/supervisor.h"

static void print_help(FILE *out)
{
	fputs("tiepdan: receives what citizens ask and report, brings it to the right department, keeps the "
	      "legal time.\n\n"
	      "usage: tiepdan COMMAND [--SETTING=VALUE ...] [arguments]\n\n"
	      "  serve                                             run the server in the foreground\n",
		out);
	for (const struct command *c = commands; c->name; c++)
		fprintf(out, "  %-8s%-42s%s\n", c->name, c->usage, c->help);
	fputs("\nsettings (flag, or TIEPDAN_<NAME> in the environment, or `name = value` in "
	      "--config=FILE):\n",
		out);
	config_print_help(out);
}

static int run_command(const struct command *c, char **args)
{
	struct arena *arena = arena_new();
	char **rest = args;
	const struct config *config = arena ? config_load(arena, args, &rest, stderr) : NULL;
	int status = config ? c->run(config, rest) : EXIT_FAILURE;

	arena_free(arena);
	return status;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "help";

	sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
	if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
		print_help(stdout);
		return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	if (strcmp(name, "serve") == 0)
		return supervisor_run(argv, argv + 2);
	for (const struct command *c = commands; c->name; c++)
		if (strcmp(name, c->name) == 0)
			return run_command(c, argv + 2);
	fprintf(stderr, "tiepdan: there is no command '%s'; see tiepdan help\n", name);
	return EXIT_FAILURE;
}

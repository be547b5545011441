/* tiepdan: picks the sub-command. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "command/command.h"
#include "command/examine.h"
#include "serve/supervisor.h"

static void print_help(FILE *out)
{
	fputs("tiepdan: receives what citizens ask and report, brings it to the right department, keeps the "
	      "legal time.\n\n"
	      "usage: tiepdan COMMAND [--SETTING=VALUE ...] [arguments]\n\n"
	      "  help    [COMMAND]                                 print this, or more about one command\n"
	      "  serve                                             run the server in the foreground\n",
		out);
	for (const struct command *c = commands; c->name; c++)
		fprintf(out, "  %-7s %-41s %s\n", c->name, c->usage, c->help);
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

/* tiepdan help [COMMAND] */
static int help(const char *name)
{
	const struct command *c = name ? command_find(name) : NULL;

	if (name && !c && strcmp(name, "serve") != 0) {
		fprintf(stderr, "tiepdan: there is no command '%s'; see tiepdan help\n", name);
		return EXIT_FAILURE;
	}
	if (c)
		command_print(c, stdout);
	else
		print_help(stdout);
	return EXIT_SUCCESS;
}

static bool is_help(const char *arg)
{
	return strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
	sigaction(SIGXFSZ, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
	if (argc < 2) {
		print_help(stderr);
		return EXIT_FAILURE;
	}
	if (strcmp(name, "help") == 0 || is_help(name))
		return help(argv[2]);
	if (argc > 2 && is_help(argv[2]))
		return help(name);
	if (strcmp(name, "serve") == 0)
		return supervisor_run(argv, argv + 2);
	if (strcmp(name, "examine") == 0)
		return examine_run(argv + 2);
	const struct command *c = command_find(strcmp(name, "--version") == 0 ? "version" : name);
	if (c)
		return run_command(c, argv + 2);
	fprintf(stderr, "tiepdan: there is no command '%s'; see tiepdan help\n", name);
	return EXIT_FAILURE;
}

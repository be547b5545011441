/* Small sub-commands: keys, config, version; and the table of all of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/keys.h"
#include "command/command.h"

#define ROLE(NAME, name) " " name
static const char user_more[] =
	"  user add LOGIN --name=NAME --department=CODE --role=ROLE[,ROLE] [--email=ADDRESS] "
	"[--language=vi|en]\n"
	"                            make an account; one with this login is changed and enabled; its\n"
	"                            roles count at once, those that need two administrators in the API, "
	"too\n"
	"  user code LOGIN           print a new one-time sign-in code; older ones end\n"
	"  user link LOGIN           print a link to the page welcome_url with such a code in it\n"
	"  user list                 list all accounts\n"
	"  user enable|disable LOGIN a disabled account cannot sign in, and its sessions end\n\n"
	"LOGIN is 2 to 64 of a-z 0-9 . _ @ - and NAME 2 to 100 characters. ROLE is one of:\n"
	" "
#include "auth/role.def"
	"\n";

static const char roles_more[] =
	"  roles show                who signs in with database_url, door_url and job_url, and what they "
	"may\n"
	"  roles login               let tiepdan_door and tiepdan_job sign in with new passwords, and print "
	"both "
	"settings\n"
	"  roles apart               take from tiepdan_app what the two are for, once they can sign in\n"
	"  roles together            give it back, before an older server is started again\n\n"
	"With `roles apart` whoever gets to run SQL as the server's role cannot let themselves in as "
	"somebody "
	"else, nor touch the keys\nof sealed records. Where PostgreSQL knows users by the system (peer), map "
	"the server's user to both roles in pg_ident.conf\nand set door_url and job_url instead of `roles "
	"login`. Reload the server with both settings before `roles apart`.\n";

static const char generate_more[] =
	"Tickets with all that people did to them: filed, answered in time and late, returned, refused, "
	"withdrawn, "
	"merged, rated, published.\nThe same seed, city, people and days give the same tickets, but for what "
	"is "
	"sealed. Departments without people get some.\n\n"
	"  --tickets N   how many, up to 100000000\n"
	"  --seed S      a number that chooses all of them (1)\n"
	"  --from DAY    the first of them is filed then (when the city has areas and deadlines, at most "
	"three "
	"years ago)\n"
	"  --to DAY      what is generated ends when this day begins (now)\n"
	"  --yes         it is meant so: nothing takes them out again\n"
	"  --add         also where other tickets are; without dropping indexes meanwhile, so it takes "
	"several "
	"times as long\n\n"
	"All of it is one transaction, in which nobody else reads or writes tickets: stop the server before. "
	"What "
	"is interrupted leaves at the most tables generated_*, which the next run drops.\nNobody is told of "
	"what was generated: alarms that were due by then have fired in it. Those that come later are told "
	"as of any ticket,\nand with --to so is what the job worker closes after it. It seals the events.\n";

static const char seed_more[] =
	"DIR holds KIND.csv for every kind that `tiepdan import` lists, routing.rules and "
	"assignment.CODE.rules; one "
	"without rows is its first line alone,\n"
	"and those that come with the schema may be missing.\n"
	"All are loaded, or none.\n";

/* clang-format off */
const struct command commands[] = {
	{"migrate", "[--dry-run]",               "bring the schema of the database forward", NULL, command_migrate},
	{"seed",    "[--from DIR]",              "load the reference data of the shipped city, or of a folder", seed_more, command_seed},
	{"import",  "KIND FILE.csv|--all DIR [--dry-run]", "load one kind of reference data, or a folder with all; nothing is loaded if any line is wrong", "`tiepdan import rules FILE.rules` loads the routing rules. `tiepdan import` alone lists the kinds and their columns. --dry-run prints what would change; `days` takes the place of all days of the years and calendars in the file.\n--all loads each KIND.csv of DIR in one transaction and tells every difference; rows of the city that no file names are told as `left` and stay.\n", command_import},
	{"export",  "KIND|--all DIR",            "print one kind of reference data as `tiepdan import` takes it, or write all into a folder", "The same rows give the same bytes, so that DIR can be kept in version control; DIR/VERSION has the hashes. `tiepdan seed --from DIR` and\n`tiepdan import --all DIR` take it.\n", command_export},
	{"keys",    "create|rotate [record|seal]", "make the missing keys in key_dir, or a new key that signs tokens (or the record, or seals personal data)", "`keys rotate record` also writes the public half of each older record key, record-KID.pub.pem: once the server has the new key, record-KID.pem can be taken away.\nAfter `keys rotate seal` every server needs the new key; then the server brings what is sealed under it, and doctor says when it has.\n", command_keys},
	{"user",    "add|code|list|enable|disable ...", "staff accounts and one-time sign-in codes", user_more, command_user},
	{"roles",   "show|login|apart|together", "who serves, who lets people in and who does jobs, as roles of the database", roles_more, command_roles},
	{"mail",    "",                          "list the messages that mail_url = file:DIR has written, the newest last", "A line each: time, recipient, subject, file.\n", command_mail},
	{"demo",    "",                          "fill an empty database with demo accounts and tickets", NULL, command_demo},
	{"generate", "--tickets N [--seed S] [--from DAY] [--to DAY] --yes [--add]", "fill a database with invented tickets of years, for measuring", generate_more, command_generate},
	{"verify",  "record [--head NUMBER:HASH] [--keys FILE]|receipt FILE [--keys FILE] [--roots FILE] [--head NUMBER:HASH]|reports", "check that no event, ticket or text was changed, removed or added behind the record, that a receipt proves what it says, or that reports are right", "`verify record` needs the database, and key_dir or --keys: a file with the public keys as GET /v1/record/keys tells them. Those say nothing of the words of filings.\nA root that was published (GET /v1/record, /v1/record/days, or printed in short) is given as --head: a record whose end was cut off is whole without it.\nEnds with status 0 when there is no fault; each fault names its event, root or ticket, the first bad row first.\n`verify receipt` needs no database: FILE is what GET /v1/tracking/receipt answered, --roots a page of GET /v1/record/roots?from=NUMBER with the roots\nbehind its own, --head the one that was published, which has to be one of them.\n`verify reports` counts all tickets and holds that against what reports say by the sums that the server keeps: each day, month and year of each department,\ncategory, area and state, and what is open now. It names what differs and ends with status 0 when nothing does.\n", command_verify},
	{"record",  "resume",                    "accept that the database was restored: seal on from the root that is its last one now", "The sealer stops when the database is older than the last root that it has seen (`record.place` in record_dir, by default key_dir), or has another one in\nits place. Whoever knows why accepts it so; an event of the record tells what was known and what is there. Receipts and published roots of what is lost do not\nfit the record any more.\n", command_record},
	{"doctor",  "",                          "say what is wrong with this installation and how to mend it", NULL, command_doctor},
	{"config",  "sample|check",              "print a configuration file with every setting, or check the present one", NULL, command_config},
	{"version", "",                          "print the version", NULL, command_version},
	{NULL, NULL, NULL, NULL, NULL},
};
/* clang-format on */

const struct command *command_find(const char *name)
{
	for (const struct command *c = commands; c->name; c++)
		if (strcmp(name, c->name) == 0)
			return c;
	return NULL;
}

void command_print(const struct command *c, FILE *out)
{
	fprintf(out, "usage: tiepdan %s%s%s\n%s\n", c->name, c->usage[0] ? " " : "", c->usage, c->help);
	if (c->more)
		fprintf(out, "\n%s", c->more);
}

bool command_ends(char *const *args)
{
	if (args[0])
		fprintf(stderr,
			"tiepdan: '%s' is neither a setting nor an argument of this command; see tiepdan "
			"help\n",
			args[0]);
	return !args[0];
}

static const struct rotation {
	const char *name; /* behind `keys rotate`; NULL: nothing */
	int (*rotate)(struct arena *arena, const char *folder, struct str *ret_reason);
} rotations[] = {{NULL, keys_rotate_token}, {"record", keys_rotate_record}, {"seal", keys_rotate_seal}};

static const struct rotation *find_rotation(char **args)
{
	for (size_t i = 0; i < sizeof(rotations) / sizeof(rotations[0]); i++)
		if (rotations[i].name
				? args[0] && strcmp(args[0], rotations[i].name) == 0 && command_ends(args + 1)
				: !args[0])
			return &rotations[i];
	return NULL;
}

int command_keys(const struct config *config, char **args)
{
	const struct rotation *rotation = NULL;
	struct arena *arena = arena_new();
	struct str reason =
		STR("say what to do: keys create, keys rotate, keys rotate record, or keys rotate seal");
	int error = -1;

	if (!arena || config->key_dir[0] == '\0')
		reason = STR("the setting key_dir is not set");
	else if (args[0] && strcmp(args[0], "create") == 0 && command_ends(args + 1))
		error = keys_create(arena, config->key_dir, &reason);
	else if (args[0] && strcmp(args[0], "rotate") == 0 && (rotation = find_rotation(args + 1)))
		error = rotation->rotate(arena, config->key_dir, &reason);
	if (error < 0)
		fprintf(stderr, "tiepdan: %.*s\n", STR_ARG(reason));
	arena_free(arena);
	return error < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int command_config(const struct config *config, char **args)
{
	bool sample = args[0] && strcmp(args[0], "sample") == 0;
	bool check = args[0] && strcmp(args[0], "check") == 0;

	(void)config; /* it has been read and checked by now */
	if (!sample && !check) {
		command_print(command_find("config"), stderr);
		return EXIT_FAILURE;
	}
	if (!command_ends(args + 1))
		return EXIT_FAILURE;
	if (sample)
		config_print_sample(stdout);
	else
		puts("the configuration is right");
	return EXIT_SUCCESS;
}

int command_version(const struct config *config, char **args)
{
	(void)config;
	if (!command_ends(args))
		return EXIT_FAILURE;
	puts("tiepdan " TIEPDAN_VERSION);
	return EXIT_SUCCESS;
}

/* tiepdan doctor: says what is wrong with an installation and how to mend it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <seccomp.h>

#include "auth/key_file.h"
#include "auth/keys.h"
#include "auth/provider.h"
#include "base/clock.h"
#include "base/embedded.h"
#include "civil/rules_program.h"
#include "civil/zone.h"
#include "command/command.h"
#include "command/loaded.h"
#include "command/pg.h"
#include "command/record.h"
#include "command/rules.h"
#include "db/answer.h"
#include "jobs/mail_target.h"
#include "shape/shape.h"

enum {
	FREE_PERCENT = 5,
	CLOCK_SLACK_MS = 5000,
	SPARE_DESCRIPTORS = 256,
	SEALED_S = 300,
	FILTERS_API = 2 /* of libseccomp: the kernel filters all threads of a process at once */
};

struct patient {
	const struct config *config;
	struct arena *arena;
	PGconn *app, *owner; /* NULL while they cannot be reached */
};

/* A finding: absent `fault` means that all is well. */
struct finding {
	struct str fault;
	const char *cure;
	bool mild; /* worth knowing, but nothing is wrong yet */
};

static const struct finding well = {.fault = {NULL, 0}};

static struct finding check_settings(struct patient *p)
{
	const struct config *c = p->config;

	if (c->database_url[0] == '\0' || c->owner_url[0] == '\0' || c->key_dir[0] == '\0')
		return (struct finding){STR("database_url, owner_url or key_dir is not set"),
			"set them in the configuration file; `tiepdan config sample` prints one"};
	return well;
}

static struct finding check_keys(struct patient *p)
{
	struct str reason = STR("key_dir is not set");

	if (p->config->key_dir[0] != '\0' && keys_load(p->arena, p->config->key_dir, &reason))
		return well;
	return (struct finding){reason, "run `tiepdan keys create`; the folder must be 0700 and its files "
					"0600, owned by the server's user"};
}

static struct finding check_server_database(struct patient *p)
{
	p->app = pg_connect("database_url", p->config->database_url);
	if (!p->app)
		return (struct finding){STR("the server cannot reach its database"),
			"start PostgreSQL, and check database_url and pg_hba.conf for the role tiepdan_app"};
	if (PQserverVersion(p->app) < 150000)
		return (struct finding){
			arena_printf(p->arena, "PostgreSQL is too old (%d)", PQserverVersion(p->app)),
			"version 15 or later is needed"};
	return well;
}

static struct finding check_owner_database(struct patient *p)
{
	p->owner = pg_connect("owner_url", p->config->owner_url);
	if (!p->owner)
		return (struct finding){STR("the owner of the schema cannot sign in"), "check owner_url"};
	return well;
}

/* One row of text from a statement, absent when it fails. */
static struct str ask(struct patient *p, PGconn *pg, const char *statement)
{
	PGresult *r = pg ? pg_query(pg, statement, NULL, 0) : NULL;
	struct str answer =
		r && PQntuples(r) > 0 ? arena_str(p->arena, str_of(PQgetvalue(r, 0, 0))) : STR_NONE;

	PQclear(r);
	return answer;
}

/* The same about a number. */
static struct str ask_about(struct patient *p, const char *statement, int64_t number)
{
	struct str text = arena_printf(p->arena, "%lld", (long long)number);
	PGresult *r = p->owner ? pg_query(p->owner, statement, &text, 1) : NULL;
	struct str answer =
		r && PQntuples(r) > 0 ? arena_str(p->arena, str_of(PQgetvalue(r, 0, 0))) : STR_NONE;

	PQclear(r);
	return answer;
}

static struct finding check_schema(struct patient *p)
{
	int64_t schema = 0, known = (int64_t)embedded_group("migrations")->n;
	struct str answer = ask(p, p->owner, "serve_schema");

	if (!answer.at || str_to_i64(answer, &schema) < 0 || schema < known)
		return (struct finding){arena_printf(p->arena, "the schema is at migration %ld of %ld",
						(long)schema, (long)known),
			"run `tiepdan migrate`"};
	return well;
}

static struct finding check_rights(struct patient *p)
{
	struct str answer = ask(p, p->app, "command_check_rights");

	if (!answer.at)
		return (struct finding){
			STR("the rights of the server cannot be read"), "check database_url first"};
	if (!str_eq(answer, STR("t")))
		return (struct finding){
			STR("the server signs in with a role that owns tables or passes row-level security"),
			"let database_url use the role tiepdan_app, never the owner or a superuser"};
	return well;
}

/* What the server's role could do besides serving, if somebody ran SQL of their own as it. */
static struct finding check_apart(struct patient *p)
{
	PGresult *r = p->app ? pg_query(p->app, "command_check_role", NULL, 0) : NULL;
	bool one = r && PQgetvalue(r, 0, 1)[0] == 't';
	bool can = p->config->door_url[0] != '\0' && p->config->job_url[0] != '\0';

	PQclear(r);
	if (r && one)
		return (struct finding){
			.fault = STR("the server serves, lets people in and does jobs as one role of the "
				     "database: whoever can run SQL as it can sign in as anybody"),
			.cure = "`tiepdan roles login` prints two settings; with them reload the server and "
				"run "
				"`tiepdan roles apart`",
			.mild = true};
	if (r && !can)
		return (struct finding){.fault = STR("nobody can sign in: the roles are apart, and door_url "
						     "or job_url is not set"),
			.cure = "set both (`tiepdan help roles`) and reload the server"};
	return well;
}

static struct finding check_reference(struct patient *p)
{
	struct str answer = ask(p, p->owner, "command_check_reference");

	if (!answer.at || answer.len > 0)
		return (struct finding){answer.at ? answer : STR("reference data cannot be read"),
			"run `tiepdan seed`, or `tiepdan import` with what is missing, e.g. days of the new "
			"yearly notice"};
	return well;
}

/* Departments that wait for their people are as they should be until tickets come. */
static struct finding check_staff(struct patient *p)
{
	PGresult *r = p->owner ? pg_query(p->owner, "command_check_staff", NULL, 0) : NULL;
	struct finding f = {
		.cure = "`tiepdan user add LOGIN --name=NAME --department=CODE --role=officer`, and a head; "
			"the hub can route their tickets to another department"};

	if (!r)
		f.fault = STR("the people of the departments cannot be read");
	else if (PQntuples(r) > 0) {
		f.fault = arena_str(p->arena, str_of(PQgetvalue(r, 0, 0)));
		f.mild = strcmp(PQgetvalue(r, 0, 1), "f") == 0;
	}
	PQclear(r);
	return f;
}

static struct finding check_admins(struct patient *p)
{
	struct str answer = ask(p, p->owner, "command_check_admins");

	if (!answer.at || answer.len == 0)
		return answer.at ? well : (struct finding){STR("cannot be read"), "run `tiepdan migrate`"};
	return (struct finding){
		arena_printf(p->arena, "these also decide about tickets: %.*s", STR_ARG(answer)),
		"give them an account of its own for each, or set admins_apart to 0"};
}

/* Who signs where nobody else of a department may, and says where what has come back twice goes. */
static struct finding check_hub_head(struct patient *p)
{
	struct str answer = ask(p, p->owner, "command_check_hub_head");

	if (!answer.at)
		return (struct finding){STR("the people of the hub cannot be read"), "run `tiepdan migrate`"};
	if (str_eq(answer, STR("t")))
		return well;
	return (struct finding){
		.fault = STR("the hub has no active head: nobody signs where a department has nobody who "
			     "may, and what has come back twice waits"),
		.cure = "`tiepdan user add LOGIN --name=NAME --department=CODE --role=hub_head` with the "
			"code of the "
			"hub",
		.mild = true};
}

/* What a statement says, which is nothing when all is well. */
static struct finding ask_fault(struct patient *p, const char *statement, const char *what, bool mild)
{
	struct str answer = ask(p, p->owner, statement);

	if (!answer.at)
		return (struct finding){STR("who sees what cannot be read"), "run `tiepdan migrate`"};
	if (answer.len == 0)
		return well;
	return (struct finding){.fault = arena_printf(p->arena, "%s: %.*s", what, STR_ARG(answer)),
		.cure = "give somebody there the role that sees them: `tiepdan user add` with "
			"--role=legal_officer for denunciations, data_officer for personal data",
		.mild = mild};
}

static struct finding check_unseen(struct patient *p)
{
	return ask_fault(p, "command_check_unseen", "nobody sees the open tickets of", false);
}

static struct finding check_unseen_soon(struct patient *p)
{
	return ask_fault(p, "command_check_unseen_soon", "nobody would see the tickets of", true);
}

/* Rules that are switched off today; well when there are none. */
static struct finding off_today(
	struct patient *p, const struct city *city, const struct rules_program *program, struct str of)
{
	unsigned n = 0;
	const struct rule_off *off =
		rules_off(p->arena, program, calendar_local_day(city->calendar, clock_wall_ms() / 1000), &n);

	if (n == 0)
		return well;
	return (struct finding){
		.fault = arena_printf(p->arena,
			"%u rules%.*s are switched off, the first is %.*s: %.*s has ended", n, STR_ARG(of),
			STR_ARG(rules_rule_name(program, off[0].rule)), STR_ARG(off[0].ended)),
		.mild = true};
}

/* Rules of the active set that name what has ended, or a set that this program cannot read. */
static struct finding check_rules(struct patient *p)
{
	struct str reason;
	const struct city *city = p->owner ? loaded_city(p->owner, p->arena, &reason) : NULL;
	struct finding f = well;

	if (!city) /* which is said of the reference data */
		return well;
	if (city->rules_fault.at)
		f.fault = arena_printf(p->arena, "set %ld cannot be read, %.*s", (long)city->rules_number,
			STR_ARG(city->rules_fault));
	else if (city->rules)
		f = off_today(p, city, city->rules, STR(""));
	f.cure = "write them anew: `tiepdan export rules`, then `tiepdan import rules FILE`";
	return f;
}

/* The same of one set of a department. */
static struct finding check_assignment(
	struct patient *p, const struct city *city, struct str department, struct str text)
{
	struct rules_faults faults;
	const struct rules *rules = rules_read(p->arena, RULES_ASSIGNMENT, text, &faults);

	if (!rules)
		return (struct finding){
			arena_printf(p->arena, "the set of %.*s cannot be read, line %u: %.*s",
				STR_ARG(department), faults.at[0].line, STR_ARG(faults.at[0].en))};
	city = rules_city(p->owner, p->arena, city, department);
	if (!city)
		return well;
	return off_today(p, city, rules_compile(p->arena, rules, city),
		arena_printf(p->arena, " of %.*s", STR_ARG(department)));
}

/* Of the sets of departments the first one that has something. */
static struct finding check_assignments(struct patient *p)
{
	PGresult *r = p->owner ? rules_active(p->owner) : NULL;
	struct str reason;
	const struct city *city = r ? loaded_city(p->owner, p->arena, &reason) : NULL;
	struct finding f = well;

	for (int i = 0; city && !f.fault.at && i < PQntuples(r); i++) {
		struct str department = db_cell(r, i, "department");

		if (department.at)
			f = check_assignment(p, city, arena_str(p->arena, department), db_cell(r, i, "text"));
	}
	PQclear(r);
	f.cure = "let the head of the department write them anew, or: `tiepdan export rules:DEPARTMENT`, "
		 "then `tiepdan import rules:DEPARTMENT FILE`";
	return f;
}

static struct finding check_feeds(struct patient *p)
{
	struct str answer = ask(p, p->owner, "command_check_feeds");

	if (!answer.at)
		return (struct finding){STR("the feed of events cannot be read"), "run `tiepdan migrate`"};
	if (str_eq(answer, STR("t")))
		return (struct finding){
			STR("the database comes from another cluster, so nobody is told what happens"),
			"run `tiepdan migrate`"};
	return well;
}

/* Without a key tickets are served all the same. */
static struct finding check_sealing(struct patient *p)
{
	struct str reason = STR_NONE, answer = ask(p, p->owner, "command_check_record");
	const struct keys *keys =
		p->config->key_dir[0] != '\0' ? keys_load(p->arena, p->config->key_dir, &reason) : NULL;
	int64_t waits_s;

	if (!keys) /* which is said of the keys */
		return well;
	if (!keys->record.signs)
		return (struct finding){.fault = STR("there is no record key, so no event is sealed"),
			.cure = "run `tiepdan keys create`, and restart the server",
			.mild = true};
	if (!answer.at || str_to_i64(answer, &waits_s) < 0)
		return (struct finding){STR("the record cannot be read"), "run `tiepdan migrate`"};
	if (waits_s < SEALED_S)
		return well;
	return (struct finding){.fault = arena_printf(p->arena, "an event has waited for %lld s to be sealed",
					(long long)waits_s),
		.cure = "see the log for job.failed with seal_events, and whether a transaction has been "
			"open for long",
		.mild = true};
}

/* That old keys have done their work is no fault, but somebody should take them away. */
static struct finding check_seals(struct patient *p)
{
	struct str reason = STR_NONE;
	const struct keys *keys =
		p->config->key_dir[0] != '\0' ? keys_load(p->arena, p->config->key_dir, &reason) : NULL;
	struct str answer;

	if (!keys || keys->nseal < 2) /* which is said of the keys */
		return well;
	answer = ask_about(p, "command_check_reseal", keys->seal[keys->nseal - 1].epoch);
	if (!answer.at)
		return (struct finding){
			STR("it cannot be seen which key seals what"), "run `tiepdan migrate`"};
	if (str_eq(answer, STR("ended")))
		return (struct finding){
			.fault = STR("nothing in the database is sealed under older keys any more"),
			.cure = "take seal-*.key of the older epochs away once no backup needs them",
			.mild = true};
	return (struct finding){.fault = STR("some records are still sealed under an older key"),
		.cure = str_eq(answer, STR("waits"))
				? "the job `reseal` waits until every server has the newest key: give it to "
				  "each and send SIGHUP, or end it"
				: "the job `reseal` brings them under the newest; keep all keys meanwhile",
		.mild = true};
}

static struct finding check_record(struct patient *p)
{
	struct record_state s;
	struct str reason;

	if (!record_state(p->owner, p->arena, p->config, &s, &reason))
		return (struct finding){reason, "run `tiepdan migrate`; record_dir must be 0700 and its file "
						"0600, owned by the server's user"};
	if (s.goes_on)
		return check_sealing(p);
	return (struct finding){
		arena_printf(p->arena,
			"nothing is sealed: root %lld is known, which the database, whose last one is %lld, "
			"does not have",
			(long long)s.known.number, (long long)s.last.number),
		"when the database was restored on purpose, `tiepdan record resume`; else somebody has "
		"exchanged "
		"it: look at backups and the log of the server (record.sealed)"};
}

static struct finding check_place(struct patient *p)
{
	int error = record_place_try(p->config);

	if (error == 0)
		return well;
	return (struct finding){
		.fault = arena_printf(
			p->arena, "the folder for the last root of the record %s", key_file_fault(error)),
		.cure = "set record_dir to a folder of the server's user, 0700: without it nobody notices "
			"that the "
			"database was exchanged for an older one",
		.mild = true};
}

static struct finding check_clock(struct patient *p)
{
	struct str answer = ask(p, p->owner, "command_check_clock");
	int64_t theirs;

	if (!answer.at || str_to_i64(answer, &theirs) < 0)
		return (struct finding){
			STR("the clock of the database cannot be read"), "check the database"};
	int64_t apart = theirs - clock_wall_ms();
	if (apart > CLOCK_SLACK_MS || apart < -CLOCK_SLACK_MS)
		return (struct finding){
			arena_printf(p->arena, "this machine and the database are %ld ms apart", (long)apart),
			"switch on time synchronisation on both (systemd-timesyncd or chrony)"};
	return well;
}

static struct finding check_zone(struct patient *p)
{
	const struct zone_offset *offsets;
	unsigned n;

	if (zone_load(p->arena, str_of(p->config->zone), 2040, &offsets, &n) < 0)
		return (struct finding){
			arena_printf(p->arena, "the time zone %s is not there", p->config->zone),
			"install the package tzdata, or correct the setting zone"};
	return well;
}

static struct finding check_limits(struct patient *p)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
		limit.rlim_cur < (rlim_t)p->config->max_connections + SPARE_DESCRIPTORS)
		return (struct finding){
			arena_printf(p->arena, "%lu open files are too few for %ld connections",
				(unsigned long)limit.rlim_cur, (long)p->config->max_connections),
			"raise ulimit -n (a unit has a limit of its own: LimitNOFILE), or lower "
			"max_connections"};
	return well;
}

static struct finding check_confinement(struct patient *p)
{
	if (!p->config->confine)
		return (struct finding){.fault = STR("what the server may ask of the system is not limited"),
			.cure = "take `confine = off` out of the configuration when the search is over",
			.mild = true};
	if (seccomp_api_get() < FILTERS_API)
		return (struct finding){STR("this system cannot filter system calls, so no worker starts"),
			"let the container or the kernel have seccomp; `confine = off` does without"};
	return well;
}

static struct finding check_disk(struct patient *p)
{
	struct statvfs st;

	if (statvfs(p->config->key_dir[0] != '\0' ? p->config->key_dir : "/", &st) == 0 && st.f_blocks > 0 &&
		st.f_bavail * 100 / st.f_blocks < FREE_PERCENT)
		return (struct finding){
			STR("the disk is almost full"), "free space: PostgreSQL stops when it has none"};
	return well;
}

/* A place for files is a choice. */
static struct finding check_files(struct patient *p)
{
	const char *folder = p->config->attachments;

	if (folder[0] == '\0' || access(folder, R_OK | W_OK | X_OK) == 0)
		return well;
	return (struct finding){arena_printf(p->arena, "%s: %s", folder, strerror(errno)),
		"make the folder of the setting attachments, 0700 and owned by the server's user"};
}

/* Mail is a choice; a mail server that was chosen has to answer. */
static struct finding check_mail(struct patient *p)
{
	struct mail_target target;
	struct str fault = STR_NONE;

	if (p->config->mail_url[0] == '\0')
		return well;
	if (mail_target_read(p->arena, p->config, &target, &fault) == 0 && !target.folder)
		fault = smtp_try(p->arena, &target.smtp);
	else if (!fault.at && access(target.folder, W_OK | X_OK) < 0 && errno != ENOENT)
		fault = arena_printf(p->arena, "%s cannot be written to", target.folder);
	return (struct finding){
		fault, "correct the settings mail_*, or start the mail server; until then notices wait"};
}

/* To sign in with somebody else's help is a choice, too. */
static struct finding look_at_provider(struct patient *p,
	int (*read)(struct arena *, const struct config *, struct provider_settings *, struct str *))
{
	struct provider_settings *settings = arena_alloc(p->arena, sizeof(*settings));
	struct str fault;
	int outcome = read(p->arena, p->config, settings, &fault);

	if (outcome == -ENOENT)
		return well;
	if (outcome == 0)
		fault = provider_examine(p->arena, settings);
	return (struct finding){fault, "correct the settings (`tiepdan config sample`), or let this machine "
				       "reach the identity provider; until then nobody signs in with it"};
}

static struct finding check_provider(struct patient *p)
{
	return look_at_provider(p, provider_settings_read);
}

static struct finding check_citizen_provider(struct patient *p)
{
	return look_at_provider(p, provider_settings_read_citizen);
}

static const struct check {
	const char *name;
	struct finding (*run)(struct patient *p);
} checks[] = {
	{"settings", check_settings},
	{"keys", check_keys},
	{"database of the server", check_server_database},
	{"database of the owner", check_owner_database},
	{"schema", check_schema},
	{"rights of the server", check_rights},
	{"roles of the server", check_apart},
	{"reference data", check_reference},
	{"routing rules", check_rules},
	{"assignment rules", check_assignments},
	{"people of the departments", check_staff},
	{"head of the hub", check_hub_head},
	{"administrators", check_admins},
	{"tickets for named people", check_unseen},
	{"named people", check_unseen_soon},
	{"feed of events", check_feeds},
	{"record", check_record},
	{"seal keys", check_seals},
	{"last root of the record", check_place},
	{"clock", check_clock},
	{"time zone", check_zone},
	{"open files", check_limits},
	{"confinement", check_confinement},
	{"disk", check_disk},
	{"files", check_files},
	{"mail", check_mail},
	{"identity provider", check_provider},
	{"identity provider of citizens", check_citizen_provider},
};

static const char *verdict(const struct finding *f)
{
	if (!f->fault.at)
		return "ok";
	return f->mild ? "warn" : "WRONG";
}

int command_doctor(const struct config *config, char **args)
{
	if (!command_ends(args))
		return EXIT_FAILURE;
	shape_init(); /* what identity providers answer is read by it */
	struct patient p = {.config = config, .arena = arena_new()};
	int faults = 0;
	for (size_t i = 0; p.arena && i < sizeof(checks) / sizeof(checks[0]); i++) {
		struct finding f = checks[i].run(&p);
		printf("%-6s %s%s%.*s\n", verdict(&f), checks[i].name, f.fault.at ? ": " : "",
			STR_ARG(f.fault));
		if (f.fault.at)
			printf("       cure: %s\n", f.cure);
		faults += f.fault.at && !f.mild;
	}
	PQfinish(p.app);
	PQfinish(p.owner);
	arena_free(p.arena);
	return faults == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

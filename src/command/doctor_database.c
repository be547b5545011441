/* Whether the server can do its work: settings, keys, both sides of the database. */
#include "auth/keys.h"
#include "base/embedded.h"
#include "command/doctor.h"
#include "command/pg.h"
#include "db/db.h"

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

static struct finding check_schema(struct patient *p)
{
	int64_t schema = 0, known = (int64_t)embedded_group("migrations")->n;
	struct str answer = doctor_ask(p, p->owner, "command_schema");

	if (!answer.at || str_to_i64(answer, &schema) < 0 || schema < known)
		return (struct finding){arena_printf(p->arena, "the schema is at migration %ld of %ld",
						(long)schema, (long)known),
			"run `tiepdan migrate`"};
	return well;
}

static struct finding check_rights(struct patient *p)
{
	struct str answer = doctor_ask(p, p->app, "command_check_rights");

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

/* Of the servers on all machines, taken to be set up like this one: what all processes make at the most, and
 * what their successors begin with while a reload replaces them. */
static int64_t connections_needed(const struct config *config, int64_t machines)
{
	const struct db_urls serve = db_urls_of(config, true), jobs = db_urls_of(config, false);
	int64_t serve_begins, jobs_begins;
	int64_t serve_most = db_connections(config, &serve, &serve_begins);
	int64_t jobs_most = db_connections(config, &jobs, &jobs_begins);

	return machines * (config->workers * (serve_most + serve_begins) + jobs_most + jobs_begins);
}

/* The columns of check_connections.sql. */
enum {
	MOST,
	KEPT,
	OTHERS,
	MACHINES,
	NARROWEST,
	COUNTS
};

static bool count_connections(struct patient *p, int64_t *ret)
{
	PGresult *r = p->app ? pg_query(p->app, "command_check_connections", NULL, 0) : NULL;
	bool known = r != NULL;

	for (int i = 0; known && i < COUNTS; i++)
		known = str_to_i64(str_of(PQgetvalue(r, 0, i)), &ret[i]) == 0;
	PQclear(r);
	return known;
}

/* Whoever is refused by PostgreSQL tries again, and meanwhile requests wait for other connections. */
static struct finding check_connections(struct patient *p)
{
	int64_t n[COUNTS];

	if (!count_connections(p, n))
		return (struct finding){
			STR("what PostgreSQL lets in cannot be read"), "check database_url first"};
	int64_t needed = connections_needed(p->config, n[MACHINES]), all = needed + n[OTHERS] + n[KEPT];
	if (n[NARROWEST] >= 0 && n[NARROWEST] < needed)
		return (struct finding){
			.fault = arena_printf(p->arena,
				"servers on %lld machine(s) may make %lld connections while they are "
				"reloaded; their database or role has a connection limit of %lld",
				(long long)n[MACHINES], (long long)needed, (long long)n[NARROWEST]),
			.cure = "`alter database` or `alter role` with `connection limit -1`",
			.mild = true};
	if (all <= n[MOST])
		return well;
	return (struct finding){
		.fault = arena_printf(p->arena,
			"servers on %lld machine(s) may make %lld connections while they are reloaded, and "
			"others have %lld; PostgreSQL lets %lld in and keeps %lld of them for superusers",
			(long long)n[MACHINES], (long long)needed, (long long)n[OTHERS], (long long)n[MOST],
			(long long)n[KEPT]),
		.cure = arena_cstr(p->arena,
			arena_printf(p->arena,
				"set max_connections of PostgreSQL to %lld or more and restart it, or set "
				"fewer workers, db_fast, db_search, db_slow or db_door",
				(long long)all)),
		.mild = true};
}

/* What has been answered with 201 is kept: that is the promise of each receipt. */
static struct finding check_durable(struct patient *p)
{
	struct str answer = doctor_ask(p, p->app, "command_check_durable");

	if (!answer.at)
		return (struct finding){
			STR("the settings of PostgreSQL cannot be read"), "check database_url first"};
	if (answer.len > 0)
		return (struct finding){
			arena_printf(p->arena, "a crash may take what was receipted: %.*s", STR_ARG(answer)),
			"set them to on in postgresql.conf (and for the role and the database)"};
	return well;
}

static struct finding check_room(struct patient *p)
{
	struct str answer = doctor_ask(p, p->app, "command_check_room");

	if (!answer.at || answer.len == 0)
		return well; /* what cannot be read was said above */
	return (struct finding){.fault = arena_printf(p->arena, "made for calm days: %.*s", STR_ARG(answer)),
		.cure = "in postgresql.conf: shared_buffers a quarter of the memory, min_wal_size = 2GB, "
			"max_wal_size = 8GB, wal_compression = off (or lz4), checkpoint_timeout = 15min",
		.mild = true};
}

static const struct check checks[] = {
	{"settings", check_settings},
	{"keys", check_keys},
	{"database of the server", check_server_database},
	{"database of the owner", check_owner_database},
	{"schema", check_schema},
	{"rights of the server", check_rights},
	{"roles of the server", check_apart},
	{"connections of the server", check_connections},
	{"durability", check_durable},
	{"room of PostgreSQL", check_room},
};

const struct checks doctor_database = CHECKS(checks);

#ifndef TIEPDAN_TESTS_UNIT_DB_FIXTURE_H
#define TIEPDAN_TESTS_UNIT_DB_FIXTURE_H

/* What the tests of db share: a PostgreSQL of their own, an app in an event loop beside it, and a client that
 * is connected to that app over a socket pair, so that requests come and go through the real connection
 * layer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/fail.h"
#include "base/log.h"
#include "base/metric.h"
#include "db/answer.h"
#include "db/db.h"
#include "db/unit.h"
#include "http/conn.h"
#include "http/reply.h"

struct fixture {
	char dir[32];
	struct arena *arena;
	struct config config;
	struct app app;
	struct event *tick;
	PGconn *admin; /* superuser, blocking */
};

/* The tables and functions that the statements of the tests use. caller_enter() is as the migrations have it,
 * without accounts: the account must not be the one that ends in f. */
static const char fixture_schema[] =
	"create schema tiepdan;"
	"create function tiepdan.caller_enter(p_kind text, p_account uuid, p_session uuid, p_read_only "
	"boolean, p_timeout bigint, p_may text[])"
	" returns void language plpgsql as $$ begin"
	"  if p_account::text like '%f' then raise exception 'ended' using errcode = 'TD401'; end if;"
	"  perform set_config('app.kind', p_kind, true), set_config('app.account', coalesce(p_account::text, "
	"''), true),"
	"   set_config('statement_timeout', p_timeout::text, true);"
	"  if p_read_only then perform set_config('transaction_read_only', 'on', true); end if;"
	" end $$;"
	"create table note (id bigint constraint note_pk primary key, text text constraint note_not_empty "
	"check (text <> ''));"
	"create table rating (id bigint constraint rating_once unique);"
	"create table reply (note bigint constraint reply_note_fk references note deferrable initially "
	"deferred);"
	"create function refuse(p_state text, p_detail text) returns void language plpgsql as $$ begin"
	"  raise exception 'refused' using errcode = p_state, detail = p_detail; end $$;";

/* Runs tests/lib/cluster. */
static inline void fixture_cluster(const struct fixture *f, const char *verb)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		execl(TEST_ROOT "/tests/lib/cluster", "cluster", verb, f->dir, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Runs SQL as superuser; returns the first cell of the last result, "" when there is none. */
static inline const char *fixture_sql(struct fixture *f, const char *sql)
{
	static char cell[256];
	PGresult *result = PQexec(f->admin, sql);

	if (PQresultStatus(result) == PGRES_FATAL_ERROR)
		fail_msg("%s", PQresultErrorMessage(result));
	cell[0] = '\0';
	if (PQntuples(result) > 0)
		snprintf(cell, sizeof(cell), "%s", PQgetvalue(result, 0, 0));
	PQclear(result);
	return cell;
}

static inline void fixture_admin(struct fixture *f)
{
	char url[128];

	snprintf(url, sizeof(url), "host=%s/socket user=postgres dbname=postgres application_name=admin",
		f->dir);
	PQfinish(f->admin);
	f->admin = PQconnectdb(url);
	assert_int_equal(PQstatus(f->admin), CONNECTION_OK);
}

static inline void fixture_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

/* One program: a cluster, an app with default settings and small limits. No pools yet. */
static inline struct fixture *fixture_new(void)
{
	struct fixture *f = test_calloc(1, sizeof(*f));
	struct timeval soon = {0, 5000};
	char *none[] = {NULL}, **rest;

	strcpy(f->dir, "/tmp/tiepdan-db-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	fixture_cluster(f, "start");
	fixture_admin(f);
	fixture_sql(f, fixture_schema);
	metric_init();
	log_set_level(LOG_ERROR);
	arena_reserve(1 << 20);
	f->arena = arena_new();
	f->config = *config_load(f->arena, none, &rest, stderr);
	f->config.database_url = arena_cstr(f->arena,
		arena_printf(f->arena, "postgresql:///postgres?user=postgres&host=%s/socket", f->dir));
	f->config.db_fast = 1;
	f->config.db_slow = 1;
	f->config.db_timeout_ms = 2000;
	f->config.access_log = false;
	f->app = (struct app){.config = &f->config, .cursor_key = STR("a key for tests")};
	f->app.loop = event_base_new();
	f->app.conns = conns_new(&f->app);
	f->tick = event_new(f->app.loop, -1, EV_PERSIST, fixture_tick, NULL);
	event_add(f->tick, &soon);
	return f;
}

/* Turns the loop until the condition holds. */
#define fixture_until(f, condition)                                                                          \
	do {                                                                                                 \
		int64_t end_us_ = clock_mono_us() + 20000000;                                                \
		while (!(condition)) {                                                                       \
			if (clock_mono_us() > end_us_)                                                       \
				fail_msg("waited in vain for: %s", #condition);                              \
			event_base_loop((f)->app.loop, EVLOOP_ONCE);                                         \
		}                                                                                            \
	} while (0)

static inline bool fixture_all_ready(struct fixture *f, int n)
{
	char sql[160];

	snprintf(sql, sizeof(sql),
		"select count(*) >= %d from pg_stat_activity where application_name = 'tiepdan' and state = "
		"'idle'",
		n);
	return db_ready(f->app.db) && *fixture_sql(f, sql) == 't';
}

static inline void fixture_open(struct fixture *f, const struct db_statement *statements, unsigned n)
{
	f->app.db = db_open_with(&f->app, statements, n);
	assert_non_null(f->app.db);
	db_settle(f->app.db);
	fixture_until(f, fixture_all_ready(f, 2)); /* one for each pool: more come when they are needed */
}

static inline void fixture_close(struct fixture *f)
{
	db_close(f->app.db);
	f->app.db = NULL;
}

static inline void fixture_free(struct fixture *f)
{
	PQfinish(f->admin);
	conns_free(f->app.conns);
	event_free(f->tick);
	event_base_free(f->app.loop);
	fixture_cluster(f, "stop");
	pid_t pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", f->dir, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
	arena_free(f->arena);
	test_free(f);
}

/* The row of the generated table. */
static inline struct db_statement fixture_generated(const char *name)
{
	for (unsigned i = 0; i < db_nstatements; i++)
		if (strcmp(db_statements[i].name, name) == 0)
			return db_statements[i];
	fail_msg("no statement %s", name);
	return (struct db_statement){0};
}

/* A client with one request under way. */
struct client {
	int fd;
	char text[16384];
	size_t len;
};

static void (*fixture_handler)(struct req *req);

static inline void fixture_begin(struct req *req)
{
	req->read_only = req->method == HTTP_GET;
	req_become(req, REQ_STEPS);
	fixture_handler(req);
}

static inline unsigned fixture_route_index(const struct req *req)
{
	(void)req;
	return 0;
}

static inline const char *fixture_route_name(const struct req *req)
{
	(void)req;
	return "test";
}

static const struct server fixture_server = {fixture_begin, fixture_route_index, fixture_route_name};

/* Sends "GET /path" or "POST /path"; the handler gets the request. */
static inline struct client *client_new(
	struct fixture *f, const char *request, void (*handler)(struct req *req))
{
	struct client *c = test_calloc(1, sizeof(*c));
	int pair[2];

	fixture_handler = handler;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	c->fd = pair[0];
	struct sockaddr peer = {.sa_family = AF_UNIX};
	conn_open(&f->app, &fixture_server, pair[1], &peer);
	assert_true(
		dprintf(c->fd, "%s HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
			request) > 0);
	event_base_loop(f->app.loop, EVLOOP_NONBLOCK);
	return c;
}

static inline bool client_done(struct client *c)
{
	ssize_t n = recv(c->fd, c->text + c->len, sizeof(c->text) - 1 - c->len, 0);

	if (n > 0)
		c->len += (size_t)n;
	return n == 0;
}

static inline int client_status(struct client *c)
{
	int status = 0;

	assert_int_equal(sscanf(c->text, "HTTP/1.1 %d", &status), 1);
	return status;
}

static inline const char *client_body(struct client *c)
{
	const char *end = strstr(c->text, "\r\n\r\n");

	assert_non_null(end);
	return end + 4;
}

static inline bool client_has(struct client *c, const char *text)
{
	return strstr(c->text, text) != NULL;
}

static inline void client_free(struct client *c)
{
	close(c->fd);
	test_free(c);
}

/* Asks and waits for the whole answer. */
static inline struct client *client_ask(
	struct fixture *f, const char *request, void (*handler)(struct req *req))
{
	struct client *c = client_new(f, request, handler);

	fixture_until(f, client_done(c));
	return c;
}

#endif

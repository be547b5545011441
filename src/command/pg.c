/* One waiting connection for the sub-commands. */
#include "command/pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/must.h"
#include "db/db.h"

enum {
	PARAMETERS_MAX = 48,
	TEXT_FORMAT = 0,
	BINARY_FORMAT = 1,
	GATHER_NS = 500000
};

static void ignore_notice(void *arg, const PGresult *r)
{
	(void)arg, (void)r;
}

PGconn *pg_connect(const char *name, const char *url)
{
	if (url[0] == '\0') {
		fprintf(stderr,
			"tiepdan: the setting %s is not set: give --%s=..., or a file with --config=FILE\n",
			name, name);
		return NULL;
	}
	PGconn *pg = PQconnectdb(url);
	PQsetNoticeReceiver(pg, ignore_notice, NULL);
	if (PQstatus(pg) == CONNECTION_OK &&
		pg_script(
			pg, "set client_encoding = 'UTF8'; set search_path = tiepdan, public; set jit = off"))
		return pg;
	fprintf(stderr, "tiepdan: cannot connect with %s: %s", name, PQerrorMessage(pg));
	PQfinish(pg);
	return NULL;
}

static const struct db_statement *find(const char *name)
{
	for (unsigned i = 0; i < db_nstatements; i++)
		if (strcmp(db_statements[i].name, name) == 0)
			return &db_statements[i];
	return NULL;
}

/* One line: where in the database a function raised it is of no use here. */
static void print_fault(const PGresult *r)
{
	const char *what = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);

	if (what)
		fprintf(stderr, "tiepdan: %s\n", what);
	else
		fprintf(stderr, "tiepdan: %s", PQresultErrorMessage(r));
}

/* Parameters as libpq takes them. */
struct bound {
	const struct db_statement *s;
	char *text[PARAMETERS_MAX];
};

static struct bound bind(const char *statement, const struct str *values, int n)
{
	struct bound b = {.s = find(statement)};

	must(b.s && b.s->nparams == (unsigned)n && n <= PARAMETERS_MAX);
	for (int i = 0; i < n; i++)
		b.text[i] = values[i].at ? strndup(values[i].at, values[i].len) : NULL;
	return b;
}

static void release(struct bound *b)
{
	for (int i = 0; i < PARAMETERS_MAX; i++)
		free(b->text[i]);
}

/* NULL after a message when it is a failure. */
static PGresult *good(PGresult *r)
{
	ExecStatusType status = PQresultStatus(r);

	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
		return r;
	print_fault(r);
	PQclear(r);
	return NULL;
}

PGresult *pg_query(PGconn *pg, const char *statement, const struct str *values, int n)
{
	struct bound b = bind(statement, values, n);
	PGresult *r = PQexecParams(
		pg, b.s->text, n, b.s->types, (const char *const *)b.text, NULL, NULL, TEXT_FORMAT);

	release(&b);
	return good(r);
}

bool pg_send(PGconn *pg, const char *statement, const struct str *values, int n)
{
	struct bound b = bind(statement, values, n);
	bool sent = PQsendQueryParams(pg, b.s->text, n, b.s->types, (const char *const *)b.text, NULL, NULL,
			    BINARY_FORMAT) == 1;

	release(&b);
	if (!sent)
		fprintf(stderr, "tiepdan: %s", PQerrorMessage(pg));
	return sent;
}

PGresult *pg_take(PGconn *pg)
{
	PGresult *r = PQgetResult(pg), *end;

	while ((end = PQgetResult(pg)))
		PQclear(end);
	return good(r);
}

/* Waits until the next row is there. Whoever sleeps until there is something is woken for each 8 KiB that
 * PostgreSQL sends, which costs both more than the rows in them: meanwhile more gathers in the socket. */
static void gather(PGconn *pg)
{
	const struct timespec moment = {.tv_nsec = GATHER_NS};

	while (PQisBusy(pg)) {
		(void)nanosleep(&moment, NULL);
		if (PQconsumeInput(pg) != 1)
			return; /* PQgetResult() says why */
	}
}

bool pg_each(PGconn *pg, void (*look)(void *arg, const PGresult *r), void *arg)
{
	bool ok = PQsetSingleRowMode(pg) == 1;
	PGresult *r;

	while (gather(pg), (r = PQgetResult(pg))) {
		if (PQresultStatus(r) == PGRES_SINGLE_TUPLE) {
			look(arg, r);
		} else if (PQresultStatus(r) != PGRES_TUPLES_OK) {
			print_fault(r);
			ok = false;
		}
		PQclear(r);
	}
	return ok;
}

bool pg_do(PGconn *pg, const char *statement, const struct str *values, int n)
{
	PGresult *r = pg_query(pg, statement, values, n);

	PQclear(r);
	return r != NULL;
}

bool pg_script(PGconn *pg, const char *text)
{
	PGresult *r = PQexec(pg, text);
	ExecStatusType status = PQresultStatus(r);
	bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;

	if (!ok)
		fprintf(stderr, "tiepdan: %s", PQresultErrorMessage(r));
	PQclear(r);
	return ok;
}

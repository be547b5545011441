/* How generated rows get into the database. */
#include "command/generate_sink.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "command/generate_lanes.h"
#include "command/generate_search.h"
#include "command/pg.h"

static const char *const tables[TABLES] = {
#define TABLE(name, columns, counted) [TABLE_##name] = #name,
#include "command/generate_tables.def"
};

static const char *const into[TABLES] = {
#define TABLE(name, columns, counted) [TABLE_##name] = "tiepdan." #name " (" columns ")",
#include "command/generate_tables.def"
};

static const char *const counted[TABLES] = {
#define TABLE(name, columns, counted) [TABLE_##name] = counted,
#include "command/generate_tables.def"
};

const char *sink_table(enum generate_table table)
{
	return into[table];
}

/* --- months --------------------------------------------------------------------------------------------- */

struct month {
	char stage[24], name[24], from[16], until[16];
};

static struct month month_of(const struct generate *g, unsigned i)
{
	int first = g->first_month + (int)i, next = first + 1;
	struct month m;

	(void)snprintf(m.stage, sizeof(m.stage), "generated_%04d_%02d", first / 12 % 10000, first % 12 + 1);
	(void)snprintf(m.name, sizeof(m.name), "event_%04d_%02d", first / 12 % 10000, first % 12 + 1);
	(void)snprintf(m.from, sizeof(m.from), "%04d-%02d-01Z", first / 12 % 10000, first % 12 + 1);
	(void)snprintf(m.until, sizeof(m.until), "%04d-%02d-01Z", next / 12 % 10000, next % 12 + 1);
	return m;
}

void sink_month(const struct generate *g, unsigned month, char ret_into[SINK_NAME])
{
	struct month m = month_of(g, month);

	(void)snprintf(ret_into, SINK_NAME, "tiepdan.%s%s", m.stage, strchr(into[TABLE_event], ' '));
}

__attribute__((format(printf, 2, 3))) static bool run(PGconn *pg, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	int len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	must(len >= 0 && (size_t)len < sizeof(text));
	return pg_script(pg, text);
}

static bool drop_left(PGconn *pg)
{
	PGresult *r = pg_query(pg, "command_generate_left", NULL, 0);
	bool ok = r != NULL;

	for (int i = 0; ok && i < PQntuples(r); i++)
		ok = run(pg, "drop table tiepdan.%s", PQgetvalue(r, i, 0));
	PQclear(r);
	return ok;
}

/* A month without events gets a table beside, unless nothing may be dropped. */
static bool open_month(struct sink *s, const struct generate *g, unsigned i)
{
	struct month m = month_of(g, i);
	PGresult *r = pg_query(
		s->main, "command_generate_month", (struct str[]){str_of(m.from), str_of(m.until)}, 2);
	bool ok = r != NULL;

	s->apart[i] = ok && !s->add && PQgetvalue(r, 0, 0)[0] == 'f';
	PQclear(r);
	if (!ok || !s->apart[i])
		return ok;
	/* Nobody looks at it before all of it is there. */
	return run(s->beside,
		"create table tiepdan.%s (like tiepdan.event including defaults including constraints) "
		"with (autovacuum_enabled = false)",
		m.stage);
}

bool sink_make_places(struct sink *s, const struct generate *g)
{
	bool ok = true;

	for (unsigned i = 0; ok && s->add && i < g->months; i++)
		ok = pg_do(s->main, "command_generate_place", (struct str[]){str_of(month_of(g, i).from)}, 1);
	return ok;
}

static bool open_months(struct sink *s, struct arena *arena, const struct generate *g)
{
	bool ok = drop_left(s->beside);

	s->apart = arena_alloc(arena, g->months * sizeof(*s->apart));
	for (unsigned i = 0; ok && i < g->months; i++)
		ok = open_month(s, g, i);
	return ok;
}

/* In the transaction: the empty partition goes and the table takes its place. */
static bool attach_month(struct sink *s, const struct generate *g, unsigned i)
{
	struct month m = month_of(g, i);

	return !s->apart[i] ||
	       (run(s->main, "drop table if exists tiepdan.%s", m.name) &&
		       run(s->main, "alter table tiepdan.%s reset (autovacuum_enabled)", m.stage) &&
		       run(s->main, "alter table tiepdan.%s rename to %s", m.stage, m.name) &&
		       run(s->main,
			       "alter table tiepdan.event attach partition tiepdan.%s for values from ('%s') "
			       "to ('%s')",
			       m.name, m.from, m.until));
}

void sink_forget(struct sink *s, const struct generate *g)
{
	for (unsigned i = 0; s->apart && i < g->months; i++)
		if (s->apart[i])
			(void)run(s->beside, "drop table if exists tiepdan.%s", month_of(g, i).stage);
}

/* --- the transaction ------------------------------------------------------------------------------------ */

static struct str table_list(struct arena *arena)
{
	struct buf list = {.arena = arena};

	for (unsigned i = 0; i < TABLES; i++)
		if (i != TABLE_event && i != TABLE_clock_running)
			buf_printf(&list, "%ctiepdan.%s", i > 0 ? ',' : '{', tables[i]);
	buf_byte(&list, '}');
	return buf_str(&list);
}

/* What is dropped is kept in mind, the last first. */
static bool drop(struct sink *s, struct arena *arena)
{
	PGresult *r = pg_query(s->main, "command_generate_drops", (struct str[]){table_list(arena)}, 1);
	int n = PQntuples(r);
	bool ok = r != NULL;

	s->make = arena_alloc(arena, ((size_t)n + 1) * sizeof(*s->make));
	s->nmake = (size_t)n;
	for (int i = 0; ok && i < n; i++) {
		ok = pg_script(s->main, PQgetvalue(r, i, 0));
		s->make[n - 1 - i] = arena_str(arena, str_of(PQgetvalue(r, i, 1)));
	}
	PQclear(r);
	return ok;
}

static bool triggers(struct sink *s, const char *how)
{
	bool ok = true;

	for (unsigned i = 0; ok && i < TABLES; i++)
		ok = run(s->main, "alter table tiepdan.%s %s trigger user", tables[i], how);
	return ok;
}

/* Partitions for what tickets are found by. */
static bool open_search(struct sink *s, const struct generate *g)
{
	s->counts = word_counts_new();
	return pg_do(s->main, "command_generate_halves",
		(struct str[]){str_of(month_of(g, 0).from), str_of(month_of(g, g->months - 1).from)}, 2);
}

static bool close_search(const struct sink *s, struct arena *arena)
{
	struct str lists[2];

	word_counts_lists(s->counts, arena, &lists[0], &lists[1]);
	return pg_do(s->main, "command_generate_words", lists, 2);
}

bool sink_open(struct sink *s, struct arena *arena, const struct generate *g)
{
	s->beside = pg_connect("owner_url", s->url);
	return s->beside &&
	       pg_script(s->beside, "set client_min_messages = error; set maintenance_work_mem = '256MB'") &&
	       pg_script(s->main,
		       "set local client_min_messages = error; set local maintenance_work_mem = '512MB'; "
		       "set local synchronous_commit = on") &&
	       open_months(s, arena, g) && open_search(s, g) && triggers(s, "disable") &&
	       (s->add || drop(s, arena)) &&
	       /* What is not locked now is waited for: the rows are there. */
	       pg_script(s->main, "set local lock_timeout = 0");
}

/* What the partitions of `event` have, of each month, and what is known of their rows. */
static struct str *month_indexes(
	const struct sink *s, struct arena *arena, const struct generate *g, size_t *ret_n)
{
	struct str *all = arena_alloc(arena, (4 * (size_t)g->months + 1) * sizeof(*all));
	size_t n = 0;

	for (unsigned i = 0; i < g->months; i++) {
		struct month m = month_of(g, i);

		if (!s->apart[i])
			continue;
		all[n++] = arena_printf(arena, "alter table tiepdan.%s add primary key (at, id)", m.stage);
		all[n++] = arena_printf(arena, "create index on tiepdan.%s (ticket, at, id)", m.stage);
		all[n++] = arena_printf(arena, "create index on tiepdan.%s (xid, id)", m.stage);
		all[n++] = arena_printf(
			arena, "analyze tiepdan.%s (id, at, ticket, type, department, xid)", m.stage);
	}
	*ret_n = n;
	return all;
}

bool sink_close(struct sink *s, struct arena *arena, const struct generate *g)
{
	size_t n;
	struct str *months = month_indexes(s, arena, g, &n);
	struct lane lanes[] = {
		{.pg = s->main, .todo = s->make, .n = s->nmake}, {.pg = s->beside, .todo = months, .n = n}};
	bool ok = lanes_run(lanes, 2);

	for (unsigned i = 0; ok && i < g->months; i++)
		ok = attach_month(s, g, i);
	ok = ok && triggers(s, "enable") && close_search(s, arena);
	for (unsigned i = 0; ok && i < TABLES; i++)
		ok = counted[i][0] == '\0' || run(s->main, "analyze tiepdan.%s (%s)", tables[i], counted[i]);
	return ok;
}

/* --- rows ----------------------------------------------------------------------------------------------- */

static bool put(PGconn *pg, struct str bytes)
{
	enum {
		PIECE = 1 << 20
	};

	for (size_t at = 0; at < bytes.len; at += PIECE) {
		size_t n = bytes.len - at < PIECE ? bytes.len - at : PIECE;

		if (PQputCopyData(pg, bytes.at + at, (int)n) != 1)
			return false;
	}
	return true;
}

bool sink_copy(PGconn *pg, const char *name, const struct rows *rows)
{
	char text[SINK_NAME + 64];
	PGresult *r;
	bool ok;

	if (rows->len == 0)
		return true;
	(void)snprintf(text, sizeof(text), "copy %s from stdin (format binary)", name);
	r = PQexec(pg, text);
	ok = PQresultStatus(r) == PGRES_COPY_IN && put(pg, rows_head()) &&
	     put(pg, (struct str){rows->at, rows->len}) && put(pg, rows_end()) && PQputCopyEnd(pg, NULL) == 1;
	if (ok) {
		PQclear(r);
		r = PQgetResult(pg);
		ok = PQresultStatus(r) == PGRES_COMMAND_OK;
	}
	if (!ok)
		fprintf(stderr, "tiepdan: %s", PQerrorMessage(pg));
	PQclear(r);
	while ((r = PQgetResult(pg)))
		PQclear(r);
	return ok;
}

/* tiepdan verify: whether the record (civil/record.h) is as it was sealed. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/es256.h"
#include "auth/keys.h"
#include "base/clock.h"
#include "base/merkle.h"
#include "civil/record.h"
#include "command/command.h"
#include "command/pg.h"
#include "db/answer.h"

enum {
	ROOTS_PAGE = 32, /* each with some hundred KiB of entries */
	EVENTS_PAGE = 5000,
	FAULTS_PRINTED = 100
};

/* No transaction is open for longer, so an event is under a root by then, if there are roots over later ones.
 * The cursor of the sealer alone proves nothing: whoever adds events can put it back. */
static const int64_t late_us = INT64_C(3600) * 1000 * 1000;

/* What is known from elsewhere of the last root: whoever cuts the end of the record off leaves it whole. */
struct head {
	int64_t number; /* 0: nothing is known */
	struct digest chain;
};

struct verification {
	PGconn *pg;
	const struct keys *keys;
	struct head head;
	bool head_seen;
	int64_t roots, events, unsealed, late, faults;
	int64_t sealed, looked_at; /* entries: of all roots, and of all months */
	int64_t last_us;	   /* the latest event that is under a root */
	struct digest chain;	   /* of the last root that was looked at */
};

/* An entry with the root that it is under. */
struct sealed {
	struct record_entry entry;
	int64_t root;
};

static void fault(struct verification *v, const char *what, ...) __attribute__((format(printf, 2, 3)));
static void fault(struct verification *v, const char *what, ...)
{
	va_list args;

	if (++v->faults > FAULTS_PRINTED)
		return;
	va_start(args, what);
	vprintf(what, args);
	va_end(args);
	putchar('\n');
}

static struct digest cell_digest(struct arena *arena, const PGresult *r, int row, const char *column)
{
	struct str bytes = db_cell_bytes(arena, r, row, column);
	struct digest digest = {{0}};

	if (bytes.len == DIGEST_SIZE)
		memcpy(digest.byte, bytes.at, DIGEST_SIZE);
	return digest;
}

static bool same(const struct digest *a, const struct digest *b)
{
	return memcmp(a->byte, b->byte, DIGEST_SIZE) == 0;
}

static struct str number_text(struct arena *arena, int64_t n)
{
	return arena_printf(arena, "%" PRId64, n);
}

/* --- the roots ------------------------------------------------------------------------------------------ */

/* What says that it happened before others that were sealed before it is counted: nobody can tell whether it
 * came late or is made up. */
static void check_times(struct verification *v, const PGresult *r, int row, struct str entries)
{
	int64_t first = INT64_MAX, last = INT64_MIN, before = v->last_us;

	for (size_t i = 0; i < entries.len / RECORD_ENTRY_SIZE; i++) {
		int64_t at = record_entry(entries, i).at_us;

		v->late += at < before - late_us;
		first = at < first ? at : first;
		last = at > last ? at : last;
	}
	if (last > v->last_us)
		v->last_us = last;
	if (first != db_cell_int(r, row, "first_us") || last != db_cell_int(r, row, "last_us"))
		fault(v, "root %" PRId64 ": its events are of another time than it says",
			db_cell_int(r, row, "number"));
}

static void check_signature(
	struct verification *v, struct arena *arena, const PGresult *r, int row, struct str statement)
{
	int64_t number = db_cell_int(r, row, "number");
	struct str kid = db_cell(r, row, "kid"), signature = db_cell_bytes(arena, r, row, "signature");
	const struct signing_key *key = keys_signing(&v->keys->record, kid);

	if (!key)
		fault(v, "root %" PRId64 ": there is no key %.*s", number, STR_ARG(kid));
	else if (signature.len != ES256_SIGNATURE_SIZE ||
		 es256_verify(key->key, statement, (const uint8_t *)signature.at) == ES256_BAD)
		fault(v, "root %" PRId64 ": what it says was not signed with the key %.*s", number,
			STR_ARG(kid));
}

static void check_root(struct verification *v, struct arena *arena, const PGresult *r, int row)
{
	struct record_root root = {.number = db_cell_int(r, row, "number"),
		.at_ms = db_cell_int(r, row, "at_ms"),
		.events = db_cell_int(r, row, "events"),
		.root = cell_digest(arena, r, row, "root"),
		.previous = cell_digest(arena, r, row, "previous")};
	struct str entries = db_cell_bytes(arena, r, row, "entries"),
		   statement = record_statement(arena, &root);
	struct digest chain = record_chain(statement), stored = cell_digest(arena, r, row, "chain"),
		      made = merkle_root(record_leaves(arena, entries), entries.len / RECORD_ENTRY_SIZE);

	if (root.number != v->roots + 1)
		fault(v, "root %" PRId64 ": root %" PRId64 " before it is gone", root.number, v->roots + 1);
	else if (!same(&root.previous, &v->chain))
		fault(v, "root %" PRId64 ": it does not name the root before it", root.number);
	if (!same(&chain, &stored))
		fault(v, "root %" PRId64 ": its hash is not that of what it says", root.number);
	if (!same(&made, &root.root) || (int64_t)(entries.len / RECORD_ENTRY_SIZE) != root.events)
		fault(v, "root %" PRId64 ": it is not the root over its entries", root.number);
	check_signature(v, arena, r, row, statement);
	check_times(v, r, row, entries);
	v->sealed += (int64_t)(entries.len / RECORD_ENTRY_SIZE);
	if (root.number == v->head.number) {
		v->head_seen = true;
		if (!same(&chain, &v->head.chain))
			fault(v, "root %" PRId64 ": it is another one than was published", root.number);
	}
	v->roots = root.number;
	v->chain = chain;
}

/* False after a message. */
static bool check_roots(struct verification *v)
{
	int n = ROOTS_PAGE;

	while (n == ROOTS_PAGE) {
		struct arena *arena = arena_new();
		struct str after = arena ? number_text(arena, v->roots) : STR_NONE;
		PGresult *r = arena ? pg_query(v->pg, "command_verify_roots",
					      (struct str[]){after, number_text(arena, ROOTS_PAGE)}, 2)
				    : NULL;

		n = r ? PQntuples(r) : -1;
		for (int i = 0; i < n; i++)
			check_root(v, arena, r, i);
		PQclear(r);
		arena_free(arena);
	}
	if (n >= 0 && v->head.number > 0 && !v->head_seen)
		fault(v, "root %" PRId64 " was published and is gone: the record has been cut off",
			v->head.number);
	return n >= 0;
}

/* --- the events of a month ------------------------------------------------------------------------------ */

struct month {
	struct verification *v;
	struct arena *arena;
	int64_t from_us, until_us;
	struct str from, until; /* the same as text */
	struct sealed *sealed;	/* by time and id */
	size_t n, room, at;	/* at: the first one that no event has met yet */
};

static int by_time(const void *a, const void *b)
{
	const struct record_entry *x = &((const struct sealed *)a)->entry,
				  *y = &((const struct sealed *)b)->entry;

	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	return memcmp(x->event.byte, y->event.byte, sizeof(x->event.byte));
}

static void keep(struct month *m, const struct sealed *sealed)
{
	if (m->n == m->room) {
		size_t room = m->room * 2 + 4096;
		struct sealed *more = arena_alloc(m->arena, room * sizeof(*more));

		if (m->n > 0)
			memcpy(more, m->sealed, m->n * sizeof(*more));
		m->sealed = more;
		m->room = room;
	}
	m->sealed[m->n++] = *sealed;
}

static void keep_entries(struct month *m, int64_t root, struct str entries)
{
	for (size_t i = 0; i < entries.len / RECORD_ENTRY_SIZE; i++) {
		struct sealed sealed = {.entry = record_entry(entries, i), .root = root};

		if (sealed.entry.at_us < m->from_us || sealed.entry.at_us >= m->until_us)
			continue;
		keep(m, &sealed);
		m->v->looked_at++;
	}
}

/* False after a message. */
static bool read_entries(struct month *m)
{
	struct str after_us = m->from, after = STR("0");
	int n = ROOTS_PAGE;

	while (n == ROOTS_PAGE) {
		struct arena *arena = arena_new();
		PGresult *r = arena ? pg_query(m->v->pg, "command_verify_entries",
					      (struct str[]){after_us, after, m->until,
						      number_text(arena, ROOTS_PAGE)},
					      4)
				    : NULL;

		n = r ? PQntuples(r) : -1;
		for (int i = 0; i < n; i++)
			keep_entries(m, db_cell_int(r, i, "number"), db_cell_bytes(arena, r, i, "entries"));
		if (n > 0) {
			after_us = arena_str(m->arena, db_cell(r, n - 1, "last_us"));
			after = arena_str(m->arena, db_cell(r, n - 1, "number"));
		}
		PQclear(r);
		arena_free(arena);
	}
	if (m->n > 0)
		qsort(m->sealed, m->n, sizeof(*m->sealed), by_time);
	return n >= 0;
}

struct named {
	char id[UUID_TEXT_SIZE], at[CLOCK_RFC3339_SIZE];
};

static struct named name_of(const struct record_entry *entry)
{
	struct named named;

	uuid_format(&entry->event, named.id);
	clock_format(entry->at_us / 1000, named.at);
	return named;
}

static void tell_gone(struct month *m)
{
	const struct sealed *s = &m->sealed[m->at++];
	struct named named = name_of(&s->entry);

	fault(m->v, "event %s of %s is gone, or sealed twice: it is under root %" PRId64, named.id, named.at,
		s->root);
}

static void compare(
	struct verification *v, const struct sealed *s, struct str content, const struct digest *stored)
{
	struct digest made = digest_sha256(content);
	struct named named = name_of(&s->entry);

	if (!same(&made, &s->entry.hash))
		fault(v, "event %s of %s is not what was sealed under root %" PRId64, named.id, named.at,
			s->root);
	else if (!same(stored, &s->entry.hash))
		fault(v, "event %s of %s has another hash than its content", named.id, named.at);
}

static void check_event(struct month *m, struct arena *arena, const PGresult *r, int row)
{
	struct sealed key = {
		.entry = {.at_us = db_cell_int(r, row, "at_us"), .event = db_cell_uuid(r, row, "id")}};
	struct digest stored = cell_digest(arena, r, row, "hash");
	int order = 1;

	m->v->events++;
	while (m->at < m->n && (order = by_time(&m->sealed[m->at], &key)) < 0)
		tell_gone(m);
	if (m->at < m->n && order == 0) {
		compare(m->v, &m->sealed[m->at++], db_cell(r, row, "content"), &stored);
	} else if (db_cell_flag(r, row, "due") || key.entry.at_us < m->v->last_us - late_us) {
		struct named named = name_of(&key.entry);
		fault(m->v, "event %s of %s was added behind the record", named.id, named.at);
	} else {
		m->v->unsealed++;
	}
}

/* False after a message. */
static bool check_events(struct month *m)
{
	struct str after = number_text(m->arena, m->from_us - 1),
		   id = STR("ffffffff-ffff-ffff-ffff-ffffffffffff");
	int n = EVENTS_PAGE;

	while (n == EVENTS_PAGE) {
		struct arena *arena = arena_new();
		PGresult *r =
			arena ? pg_query(m->v->pg, "command_verify_events",
					(struct str[]){after, id, m->until, number_text(arena, EVENTS_PAGE)},
					4)
			      : NULL;

		n = r ? PQntuples(r) : -1;
		for (int i = 0; i < n; i++)
			check_event(m, arena, r, i);
		if (n > 0) {
			after = arena_str(m->arena, db_cell(r, n - 1, "at_us"));
			id = arena_str(m->arena, db_cell(r, n - 1, "id"));
		}
		PQclear(r);
		arena_free(arena);
	}
	while (n >= 0 && m->at < m->n)
		tell_gone(m);
	return n >= 0;
}

static bool check_month(struct verification *v, int64_t from_us, int64_t until_us)
{
	struct month m = {.v = v, .arena = arena_new(), .from_us = from_us, .until_us = until_us};
	bool ok = false;

	if (m.arena) {
		m.from = number_text(m.arena, from_us);
		m.until = number_text(m.arena, until_us);
		ok = read_entries(&m) && check_events(&m);
	}
	arena_free(m.arena);
	return ok;
}

/* False after a message. */
static bool check_months(struct verification *v)
{
	PGresult *r = pg_query(v->pg, "command_verify_months", NULL, 0);
	bool ok = r != NULL;

	for (int i = 0; ok && i < PQntuples(r); i++)
		ok = check_month(v, db_cell_int(r, i, "from_us"), db_cell_int(r, i, "until_us"));
	PQclear(r);
	return ok;
}

/* --- the command ---------------------------------------------------------------------------------------- */

/* NUMBER:HASH, as GET /v1/record tells them. */
static bool read_head(struct arena *arena, const char *text, struct head *ret)
{
	struct str hash = str_of(text), number, bytes;

	if (!str_next(&hash, ':', &number) || str_to_i64(number, &ret->number) < 0 || ret->number < 1)
		return false;
	bytes = digest_hex_decode(arena, hash);
	if (bytes.len != DIGEST_SIZE)
		return false;
	memcpy(ret->chain.byte, bytes.at, DIGEST_SIZE);
	return true;
}

static bool read_args(struct arena *arena, char **args, struct head *ret)
{
	if (!args[0] || strcmp(args[0], "record") != 0) {
		command_print(command_find("verify"), stderr);
		return false;
	}
	if (!args[1])
		return true;
	if (strcmp(args[1], "--head") != 0 || !args[2] || !read_head(arena, args[2], ret)) {
		fputs("tiepdan: --head needs NUMBER:HASH, 64 hex digits\n", stderr);
		return false;
	}
	return command_ends(args + 3);
}

/* No month is left out: an entry that nobody has looked at hides an event that is gone. */
static bool check_sum(struct verification *v)
{
	if (v->sealed != v->looked_at)
		fault(v, "%" PRId64 " entries of roots are of no month", v->sealed - v->looked_at);
	return true;
}

/* All of it as of one moment. */
static bool run(struct verification *v)
{
	return pg_script(v->pg, "begin isolation level repeatable read read only") && check_roots(v) &&
	       check_months(v) && check_sum(v) && pg_script(v->pg, "commit");
}

static void print_sum(struct arena *arena, const struct verification *v)
{
	if (v->faults > FAULTS_PRINTED)
		printf("... and %" PRId64 " more\n", v->faults - FAULTS_PRINTED);
	printf("%" PRId64 " events, %" PRId64 " of them not sealed yet, under %" PRId64 " roots: %" PRId64
	       " faults\n",
		v->events, v->unsealed, v->roots, v->faults);
	if (v->late > 0)
		printf("%" PRId64
		       " events were sealed more than an hour behind later ones: late, or made up\n",
			v->late);
	if (v->roots > 0)
		printf("the last root is %" PRId64 ":%.*s\n", v->roots,
			STR_ARG(digest_hex(arena, digest_bytes(&v->chain))));
}

int command_verify(const struct config *config, char **args)
{
	struct arena *arena = arena_new();
	struct verification v = {.roots = 0};
	struct str reason = STR("the setting key_dir is not set");
	bool ok = false;

	if (!arena || !read_args(arena, args, &v.head)) {
		arena_free(arena);
		return EXIT_FAILURE;
	}
	v.keys = config->key_dir[0] != '\0' ? keys_load(arena, config->key_dir, &reason) : NULL;
	if (!v.keys)
		fprintf(stderr, "tiepdan: %.*s\n", STR_ARG(reason));
	v.pg = v.keys ? pg_connect("owner_url", config->owner_url) : NULL;
	if (v.pg && run(&v)) {
		print_sum(arena, &v);
		ok = v.faults == 0;
	}
	PQfinish(v.pg);
	arena_free(arena);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

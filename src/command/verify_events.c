/* The events of a time, against the entries of roots. */
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"
#include "civil/record.h"
#include "command/canonical.h"
#include "command/verify.h"

enum {
	ROOTS_PAGE = 32 /* each with some hundred KiB of entries */
};

/* The columns of verify_entries.sql. */
enum {
	ROOT_NUMBER,
	ROOT_LAST,
	ROOT_ENTRIES
};

/* The columns of verify_events.sql: twelve that are hashed, in the order of the hash. */
enum {
	ID,
	AT,
	TICKET,
	TYPE,
	ACTOR_KIND,
	ACTOR,
	DEPARTMENT,
	FROM_STATE,
	TO_STATE,
	PUBLIC_VI,
	PUBLIC_EN,
	DATA,
	HASH,
	XID
};

/* An entry with the root that it is under. */
struct sealed {
	struct record_entry entry;
	int64_t root;
};

struct span {
	const struct verify *v;
	const struct verify_piece *piece;
	struct verify_found *found;
	PGconn *pg;
	struct sealed *sealed; /* by time and id */
	size_t n, at;	       /* at: the first one that no event has met yet */
	struct buf scratch;
};

static int by_time(const void *a, const void *b)
{
	const struct record_entry *x = &((const struct sealed *)a)->entry,
				  *y = &((const struct sealed *)b)->entry;

	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	return memcmp(x->event.byte, y->event.byte, sizeof(x->event.byte));
}

/* --- entries -------------------------------------------------------------------------------------------- */

static void keep_entries(struct span *s, int64_t root, struct str entries)
{
	for (size_t i = 0; i < entries.len / RECORD_ENTRY_SIZE; i++) {
		struct sealed sealed = {.entry = record_entry(entries, i), .root = root};

		if (sealed.entry.at_us < s->piece->from || sealed.entry.at_us >= s->piece->until)
			continue;
		must(s->n < s->piece->entries); /* they were counted as of the same moment */
		s->sealed[s->n++] = sealed;
	}
}

/* The place behind which the next page of roots begins. */
struct behind {
	int64_t last_us, number;
};

static int page_of_roots(struct span *s, struct behind *behind)
{
	struct arena *arena = arena_new();
	PGresult *r = NULL;
	int n;

	if (arena && pg_send(s->pg, "command_verify_entries",
			     (struct str[]){verify_number(arena, behind->last_us),
				     verify_number(arena, behind->number),
				     verify_number(arena, s->piece->until), verify_number(arena, ROOTS_PAGE)},
			     4))
		r = pg_take(s->pg);
	n = r ? PQntuples(r) : -1;
	for (int i = 0; i < n; i++)
		keep_entries(s, verify_int(r, i, ROOT_NUMBER), verify_bytes(r, i, ROOT_ENTRIES));
	if (n > 0)
		*behind = (struct behind){verify_us(r, n - 1, ROOT_LAST), verify_int(r, n - 1, ROOT_NUMBER)};
	PQclear(r);
	arena_free(arena);
	return n;
}

static bool read_entries(struct span *s)
{
	struct behind behind = {.last_us = s->piece->from};
	int n;

	do
		n = page_of_roots(s, &behind);
	while (n == ROOTS_PAGE);
	if (s->n > 0)
		qsort(s->sealed, s->n, sizeof(*s->sealed), by_time);
	s->found->entries = (int64_t)s->n;
	return n >= 0;
}

/* --- what is hashed of an event ------------------------------------------------------------------------- */

static void put_uuid(struct buf *out, const PGresult *r, int row, int column)
{
	struct uuid id = verify_uuid(r, row, column);
	char text[UUID_TEXT_SIZE];

	if (PQgetisnull(r, row, column)) {
		buf_put(out, STR("null"));
		return;
	}
	uuid_format(&id, text);
	buf_byte(out, '"');
	buf_put(out, str_of(text));
	buf_byte(out, '"');
}

static void put_number(struct buf *out, int64_t n)
{
	char room[VERIFY_DIGITS];

	buf_put(out, verify_digits(room, n));
}

/* jsonb in binary format is a version and the text. */
static struct str json_text(const PGresult *r, int row, int column)
{
	struct str bytes = verify_bytes(r, row, column);

	return bytes.len > 1 ? (struct str){bytes.at + 1, bytes.len - 1} : STR("null");
}

static void put_column(struct buf *out, const PGresult *r, int row, int column)
{
	switch (column) {
	case ID:
	case TICKET:
	case ACTOR:
		put_uuid(out, r, row, column);
		break;
	case AT:
		put_number(out, verify_us(r, row, column));
		break;
	case DEPARTMENT:
		if (PQgetisnull(r, row, column))
			buf_put(out, STR("null"));
		else
			put_number(out, verify_int(r, row, column));
		break;
	case DATA:
		buf_put(out, json_text(r, row, column));
		break;
	default:
		canonical_text(out, verify_bytes(r, row, column));
	}
}

static struct digest hash_of(struct buf *scratch, const PGresult *r, int row)
{
	scratch->len = 0;
	buf_byte(scratch, '[');
	for (int column = ID; column <= DATA; column++) {
		if (column > ID)
			buf_put(scratch, STR(", "));
		put_column(scratch, r, row, column);
	}
	buf_byte(scratch, ']');
	return digest_sha256(buf_str(scratch));
}

/* --- events --------------------------------------------------------------------------------------------- */

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

static void tell_gone(struct span *s)
{
	const struct sealed *gone = &s->sealed[s->at++];
	struct named named = name_of(&gone->entry);

	verify_fault(s->found, "event %s of %s is gone, or sealed twice: it is under root %" PRId64, named.id,
		named.at, gone->root);
}

static bool same(const struct digest *a, const struct digest *b)
{
	return memcmp(a->byte, b->byte, DIGEST_SIZE) == 0;
}

static void compare(
	struct span *s, const struct sealed *sealed, const struct digest *made, const struct digest *stored)
{
	if (same(made, &sealed->entry.hash) && same(stored, &sealed->entry.hash))
		return;
	struct named named = name_of(&sealed->entry);
	if (!same(made, &sealed->entry.hash))
		verify_fault(s->found, "event %s of %s is not what was sealed under root %" PRId64, named.id,
			named.at, sealed->root);
	else
		verify_fault(
			s->found, "event %s of %s has another hash than its content", named.id, named.at);
}

/* NULL: the sealer has not passed it, or has come back to it for good. */
static const struct verify_passed *passed(const struct verify *v, uint64_t xid)
{
	for (size_t i = 0; i < v->npassed; i++)
		if (v->passed[i].xid == xid)
			return &v->passed[i];
	return NULL;
}

static bool is_running(const struct verify *v, uint64_t xid)
{
	for (size_t i = 0; i < v->nrunning; i++)
		if (v->running[i] == xid)
			return true;
	return false;
}

static bool is_behind(const struct uuid *id, const struct uuid *last)
{
	return memcmp(id->byte, last->byte, sizeof(id->byte)) > 0;
}

/* Whether an event should be under a root by now, or is of no transaction that there was. Where it is in the
 * feed is not under the record: of what may still come none is older than a transaction may be. While the
 * last root is full, which is signed, the sealer had more before it: one transaction may write many events of
 * years. */
static bool is_due(const struct verify *v, uint64_t xid, const struct record_entry *entry)
{
	const struct verify_passed *open = xid < v->cursor_xid ? passed(v, xid) : NULL;
	bool late = v->cursor_whole && entry->at_us < v->sealed_us - VERIFY_LATE_US;

	if (xid >= v->end_xid || is_running(v, xid) || (xid < v->cursor_xid && !open))
		return true;
	if (open && !is_behind(&entry->event, &open->id))
		return true;
	if (xid == v->cursor_xid && (v->cursor_whole || !is_behind(&entry->event, &v->cursor_id)))
		return true;
	return late;
}

static void say(const struct verify *v, struct buf *scratch, const PGresult *r, int row)
{
	char room[VERIFY_DIGITS];
	struct said said = {.id = verify_uuid(r, row, ID),
		.ticket = verify_uuid(r, row, TICKET),
		.has_ticket = !PQgetisnull(r, row, TICKET),
		.at_us = verify_us(r, row, AT),
		.type = verify_bytes(r, row, TYPE),
		.to_state = verify_bytes(r, row, TO_STATE),
		.data = json_text(r, row, DATA)};

	if (!PQgetisnull(r, row, DEPARTMENT))
		said.department = verify_digits(room, verify_int(r, row, DEPARTMENT));
	verify_said(v, scratch, &said);
}

static void check_event(struct span *s, const PGresult *r, int row)
{
	struct sealed key = {.entry = {.at_us = verify_us(r, row, AT), .event = verify_uuid(r, row, ID)}};
	struct digest stored = verify_digest(r, row, HASH), made = hash_of(&s->scratch, r, row);
	int order = 1;

	s->found->events++;
	say(s->v, &s->scratch, r, row);
	while (s->at < s->n && (order = by_time(&s->sealed[s->at], &key)) < 0)
		tell_gone(s);
	if (s->at < s->n && order == 0) {
		compare(s, &s->sealed[s->at++], &made, &stored);
	} else if (is_due(s->v, (uint64_t)verify_int(r, row, XID), &key.entry)) {
		struct named named = name_of(&key.entry);
		verify_fault(s->found, "event %s of %s was added behind the record", named.id, named.at);
	} else {
		s->found->unsealed++;
	}
}

/* One after the other, while PostgreSQL reads on. */
static void look_at_event(void *arg, const PGresult *r)
{
	check_event(arg, r, 0);
}

static bool check_events(struct span *s)
{
	struct arena *arena = arena_new();
	bool ok;

	s->scratch.arena = arena;
	ok = arena &&
	     pg_send(s->pg, "command_verify_events",
		     (struct str[]){
			     verify_number(arena, s->piece->from), verify_number(arena, s->piece->until)},
		     2) &&
	     pg_each(s->pg, look_at_event, s);
	while (ok && s->at < s->n)
		tell_gone(s);
	must(arena && !arena_failed(arena));
	arena_free(arena);
	return ok;
}

bool verify_events(
	const struct verify *v, PGconn *pg, const struct verify_piece *piece, struct verify_found *found)
{
	struct span s = {.v = v, .piece = piece, .found = found, .pg = pg};
	bool ok;

	s.sealed = calloc(piece->entries + 1, sizeof(*s.sealed));
	if (!s.sealed) {
		perror("tiepdan: memory");
		return false;
	}
	ok = read_entries(&s) && check_events(&s);
	free(s.sealed);
	return ok;
}

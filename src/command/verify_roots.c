/* The roots: each with its entries, its signature and the one before it. */
#include <inttypes.h>

#include "auth/es256.h"
#include "base/merkle.h"
#include "civil/record.h"
#include "command/verify.h"

enum {
	PAGE = 32 /* each with some hundred KiB of entries */
};

/* The columns of verify_roots.sql. */
enum {
	NUMBER,
	AT,
	EVENTS,
	FIRST,
	LAST,
	ROOT,
	PREVIOUS,
	CHAIN,
	KID,
	SIGNATURE,
	ENTRIES
};

static void count(const struct verify_minutes *m, int64_t at_us)
{
	int64_t place = at_us < m->first_us ? 0 : (at_us - m->first_us) / VERIFY_MINUTE_US;

	atomic_fetch_add_explicit(
		&m->count[(uint64_t)place < m->n ? (size_t)place : m->n - 1], 1, memory_order_relaxed);
}

/* What says that it happened before others that were sealed before it is counted: nobody can tell whether it
 * came late or is made up. */
static void check_times(const struct verify *v, struct verify_found *found, const PGresult *r, int row)
{
	int64_t first = INT64_MAX, last = INT64_MIN, before = found->last_us;
	struct str entries = verify_bytes(r, row, ENTRIES);

	for (size_t i = 0; i < entries.len / RECORD_ENTRY_SIZE; i++) {
		int64_t at = record_entry(entries, i).at_us;

		count(&v->minutes, at);
		found->late += at < before - VERIFY_LATE_US;
		first = at < first ? at : first;
		last = at > last ? at : last;
	}
	if (last > found->last_us)
		found->last_us = last;
	if (first != verify_us(r, row, FIRST) || last != verify_us(r, row, LAST))
		verify_fault(found, "root %" PRId64 ": its events are of another time than it says",
			verify_int(r, row, NUMBER));
}

static void check_signature(
	const struct verify *v, struct verify_found *found, const PGresult *r, int row, struct str statement)
{
	int64_t number = verify_int(r, row, NUMBER);
	struct str kid = verify_bytes(r, row, KID), signature = verify_bytes(r, row, SIGNATURE);
	const struct signing_key *key = keys_signing(v->signers, kid);

	if (!key)
		verify_fault(found, "root %" PRId64 ": there is no key %.*s", number, STR_ARG(kid));
	else if (signature.len != ES256_SIGNATURE_SIZE ||
		 es256_verify(key->key, statement, (const uint8_t *)signature.at) != ES256_GOOD)
		verify_fault(found, "root %" PRId64 ": what it says was not signed with the key %.*s", number,
			STR_ARG(kid));
}

static void check_known(struct arena *arena, const struct verify *v, const struct record_root *root,
	const struct digest *chain, struct verify_found *found)
{
	for (size_t i = 0; i < VERIFY_KNOWN; i++) {
		const struct verify_known *known = &v->known[i];

		if (root->number != known->root.number)
			continue;
		found->seen[i] = true;
		if (!record_known_is(arena, &known->root, chain))
			verify_fault(found, "root %" PRId64 ": it is another one than %s", root->number,
				known->why);
	}
}

void verify_link(int64_t number, const struct digest *chain, int64_t behind, const struct digest *names,
	struct verify_found *found)
{
	if (behind != number + 1)
		verify_fault(
			found, "root %" PRId64 ": root %" PRId64 " before it is gone", behind, number + 1);
	else if (!digest_eq(names, chain))
		verify_fault(found, "root %" PRId64 ": it does not name the root before it", behind);
}

/* The first root of a piece is held against the one before it when both pieces have been looked at. */
static void check_place(struct verify_found *found, const struct record_root *root)
{
	if (found->roots++ > 0) {
		verify_link(found->last, &found->last_chain, root->number, &root->previous, found);
		return;
	}
	found->first = root->number;
	found->first_names = root->previous;
}

static void check_root(
	const struct verify *v, struct arena *arena, const PGresult *r, int row, struct verify_found *found)
{
	struct record_root root = {.number = verify_int(r, row, NUMBER),
		.at_ms = verify_int(r, row, AT),
		.events = verify_int(r, row, EVENTS),
		.root = verify_digest(r, row, ROOT),
		.previous = verify_digest(r, row, PREVIOUS)};
	struct str entries = verify_bytes(r, row, ENTRIES), statement = record_statement(arena, &root);
	int64_t n = (int64_t)(entries.len / RECORD_ENTRY_SIZE);
	struct digest chain = record_chain(statement), stored = verify_digest(r, row, CHAIN),
		      made = merkle_root(record_leaves(arena, entries), (size_t)n);

	check_place(found, &root);
	if (!digest_eq(&chain, &stored))
		verify_fault(found, "root %" PRId64 ": its hash is not that of what it says", root.number);
	if (!digest_eq(&made, &root.root) || n != root.events)
		verify_fault(found, "root %" PRId64 ": it is not the root over its entries", root.number);
	check_signature(v, found, r, row, statement);
	check_times(v, found, r, row);
	check_known(arena, v, &root, &chain, found);
	found->entries += n;
	found->last = root.number;
	found->last_chain = chain;
}

/* Returns how many there were, -1 after a message. */
static int page(const struct verify *v, PGconn *pg, struct verify_found *found, int64_t *after, int64_t until)
{
	struct arena *arena = arena_new();
	PGresult *r = NULL;
	int n = -1;

	if (arena && pg_send(pg, "command_verify_roots",
			     (struct str[]){verify_number(arena, *after), verify_number(arena, until),
				     verify_number(arena, PAGE)},
			     3))
		r = pg_take(pg);
	n = r ? PQntuples(r) : -1;
	for (int i = 0; i < n; i++)
		check_root(v, arena, r, i, found);
	if (n > 0)
		*after = verify_int(r, n - 1, NUMBER);
	PQclear(r);
	arena_free(arena);
	return n;
}

bool verify_roots(
	const struct verify *v, PGconn *pg, const struct verify_piece *piece, struct verify_found *found)
{
	int64_t after = piece->from - 1;
	int n;

	found->last_us = piece->before_us;
	do
		n = page(v, pg, found, &after, piece->until);
	while (n == PAGE);
	return n >= 0;
}

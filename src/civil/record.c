/* Batches of events and what is said of their roots. */
#include "civil/record.h"

#include <endian.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/merkle.h"
#include "base/must.h"

void record_put(struct buf *out, const struct record_entry *entry)
{
	uint64_t at = htobe64((uint64_t)entry->at_us);

	buf_put(out, (struct str){(const char *)&at, sizeof(at)});
	buf_put(out, (struct str){(const char *)entry->event.byte, sizeof(entry->event.byte)});
	buf_put(out, digest_bytes(&entry->hash));
}

struct record_entry record_entry(struct str entries, size_t place)
{
	const char *from = entries.at + place * RECORD_ENTRY_SIZE;
	struct record_entry entry;
	uint64_t at;

	must((place + 1) * RECORD_ENTRY_SIZE <= entries.len);
	memcpy(&at, from, sizeof(at));
	entry.at_us = (int64_t)be64toh(at);
	memcpy(entry.event.byte, from + sizeof(at), sizeof(entry.event.byte));
	memcpy(entry.hash.byte, from + sizeof(at) + sizeof(entry.event.byte), DIGEST_SIZE);
	return entry;
}

struct digest *record_leaves(struct arena *arena, struct str entries)
{
	size_t n = entries.len / RECORD_ENTRY_SIZE;
	struct digest *leaf = arena_alloc(arena, (n + 1) * sizeof(*leaf));

	for (size_t i = 0; i < n; i++)
		leaf[i] = merkle_leaf((struct str){entries.at + i * RECORD_ENTRY_SIZE, RECORD_ENTRY_SIZE});
	return leaf;
}

struct str record_statement(struct arena *arena, const struct record_root *root)
{
	char at[CLOCK_RFC3339_SIZE];

	clock_format(root->at_ms, at);
	return arena_printf(arena,
		"tiepdan record 1\nnumber %" PRId64 "\nat %s\nevents %" PRId64 "\nroot %.*s\nprevious %.*s\n",
		root->number, at, root->events, STR_ARG(digest_hex(arena, digest_bytes(&root->root))),
		STR_ARG(digest_hex(arena, digest_bytes(&root->previous))));
}

struct digest record_chain(struct str statement)
{
	return digest_sha256(statement);
}

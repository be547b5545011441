/* Batches of events and what is said of their roots. */
#include "civil/record.h"

#include <endian.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/merkle.h"
#include "base/must.h"
#include "civil/code.h"

void record_put(struct buf *out, const struct record_entry *entry)
{
	uint64_t at = htobe64((uint64_t)entry->at_us);

	buf_put(out, (struct str){(const char *)&at, sizeof(at)});
	buf_put(out, uuid_bytes(&entry->event));
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

/* --- a root as others keep it --------------------------------------------------------------------------- */

enum {
	SHORT_SIZE = 20, /* bytes of a chain value */
	SHORT_SYMBOLS = 32,
	SHORT_GROUP = 4,
	HEX_SIZE = 2 * DIGEST_SIZE
};

struct str record_short(struct arena *arena, int64_t number, const struct digest *chain)
{
	struct str symbols = code_base32(arena, (struct str){(const char *)chain->byte, SHORT_SIZE});
	struct buf out = {.arena = arena};

	buf_printf(&out, "%" PRId64, number);
	for (size_t i = 0; i < symbols.len; i += SHORT_GROUP)
		buf_printf(&out, "%c%.*s", i == 0 ? ':' : '-', SHORT_GROUP, symbols.at + i);
	return buf_str(&out);
}

bool record_known_read(struct arena *arena, struct str text, struct record_known *ret)
{
	struct str hash = text, number;

	*ret = (struct record_known){.number = 0};
	if (!str_next(&hash, ':', &number) || !hash.at || str_to_i64(number, &ret->number) < 0 ||
		ret->number < 1)
		return false;
	if (hash.len == HEX_SIZE && digest_hex_decode(arena, hash).at)
		ret->hash = hash;
	else
		ret->hash = code_base32_fold(arena, hash);
	return ret->hash.len == HEX_SIZE || ret->hash.len == SHORT_SYMBOLS;
}

bool record_known_is(struct arena *arena, const struct record_known *known, const struct digest *chain)
{
	struct str bytes = digest_bytes(chain);

	if (known->hash.len == HEX_SIZE)
		return str_eq(known->hash, digest_hex(arena, bytes));
	return str_eq(known->hash, code_base32(arena, (struct str){bytes.at, SHORT_SIZE}));
}

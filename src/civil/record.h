#ifndef TIEPDAN_CIVIL_RECORD_H
#define TIEPDAN_CIVIL_RECORD_H

#include "base/buf.h"
#include "base/digest.h"
#include "base/uuid.h"

/* The record that nobody can quietly change: each event has the hash of its content (event_hash(),
 * migrations/0005_events.sql), events are put under roots in batches (base/merkle.h), each root names the one
 * before it, and what is said of it is signed. */

/* An event in its batch. */
struct record_entry {
	int64_t at_us; /* microseconds since 1970 */
	struct uuid event;
	struct digest hash;
};

enum {
	RECORD_ENTRY_SIZE = 8 + 16 + DIGEST_SIZE /* as it is stored: the three, big endian, in this order */
};

/* Appends an entry as it is stored. */
void record_put(struct buf *out, const struct record_entry *entry);
/* The entry in this place; there must be one. */
struct record_entry record_entry(struct str entries, size_t place);
/* The leaves of all of them: each is merkle_leaf() of the entry as it is stored. */
struct digest *record_leaves(struct arena *arena, struct str entries);

struct record_root {
	int64_t number;	       /* counts from 1 without a gap */
	int64_t at_ms, events; /* when it was sealed, how many events are under it */
	struct digest root;
	struct digest previous; /* record_chain() of the one before, zeros for the first */
};

/* What is signed (ES256 over its bytes), six lines of ASCII, each with a line feed:
 *
 *     tiepdan record 1
 *     number 17
 *     at 2026-11-26T20:39:37.123Z
 *     events 42
 *     root <64 hex digits>
 *     previous <64 hex digits>
 */
struct str record_statement(struct arena *arena, const struct record_root *root);
/* What the next one names: the hash of the statement. */
struct digest record_chain(struct str statement);

/* A root as others keep it: NUMBER:HASH with the 64 hex digits of its chain value, or in short, for paper,
 * with the first 160 bits of it in base 32 (civil/code.h), in groups of four: 4711:7K3M-9QXT-... */
struct record_known {
	int64_t number; /* 0: nothing is known */
	struct str hash;
};
struct str record_short(struct arena *arena, int64_t number, const struct digest *chain);
/* Reads either form, the short one as people type it. False for any other text. */
bool record_known_read(struct arena *arena, struct str text, struct record_known *ret);
bool record_known_is(struct arena *arena, const struct record_known *known, const struct digest *chain);

#endif

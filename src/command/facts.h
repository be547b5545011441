#ifndef TIEPDAN_COMMAND_FACTS_H
#define TIEPDAN_COMMAND_FACTS_H

#include "base/arena.h"
#include "base/uuid.h"

/* What events say of the things beside them, and how these stand, for `tiepdan verify record`. Processes meet
 * both in any order and put them away in bins, by thing; when all have, each bin has all there is of its
 * things, and is compared by itself. So nobody sorts all of it, and memory holds one bin. The bins are files
 * without a name. */

enum {
	FACTS_BINS = 32,
	FACTS_PROCESSES = 8 /* at most */
};

/* Of tickets (key: the id): what an event says, and the row. Of texts (key: facts_key() of what names one):
 * what an event commits to, and what the text makes. */
enum fact_what {
	FACT_TICKET,	 /* hash: how it stands, as of its version */
	FACT_SAID,	 /* the same by an event */
	FACT_SAID_FILED, /* the same by the event that began it; it counts while no other one says it */
	FACT_BEGAN,	 /* hash: what never changes of it */
	FACT_SAID_BEGAN,
	FACT_FILED,	   /* version: when it was filed; hash: the commitment to its words */
	FACT_SAID_CONTENT, /* the same; hash 0: the event is of before commitments */
	FACT_DESTROYED,	   /* instead of words there is nothing; version: since when */
	FACT_SAID_DESTROYED,
	FACT_HAS, /* that a text is one of its texts; version: facts_sign() of what names the text */
	FACT_SAID_HAS,
	FACT_TEXT, /* version and hash of the commitment */
	FACT_ROW,  /* the same of a row that nobody may remove */
	FACT_SAID_TEXT,
	FACT_SAID_ROW /* sixteen at the most */
};

struct fact_key {
	uint64_t half[2];
};

struct fact {
	struct fact_key key;
	uint64_t is; /* what and version, so that facts sort by both */
	uint64_t hash;
};

struct facts;

/* NULL after a message. So many processes, FACTS_PROCESSES at most, are forked later and share the files. */
struct facts *facts_new(struct arena *arena, size_t processes);
/* Which of the processes this one is, from 0. */
void facts_be(struct facts *facts, size_t process);
void facts_put(struct facts *facts, enum fact_what what, struct fact_key key, int64_t version, uint64_t hash);
/* A ticket that the database shall name what is wrong with, by facts or because of a text. */
void facts_suspect(struct facts *facts, struct fact_key key);
/* What this process has put is there for others. False after a message. */
bool facts_flush(struct facts *facts);
/* All of a bin, by key, what and version, from malloc(); NULL after a message. */
struct fact *facts_read(struct facts *facts, size_t bin, size_t *ret_n);
/* The suspects. */
struct fact *facts_suspects(struct facts *facts, size_t *ret_n);

enum fact_what fact_what(const struct fact *fact);
int64_t fact_version(const struct fact *fact); /* versions that no one has are all the greatest one */
/* Keyed hashes, with a key that is new each time: whoever changes rows cannot find two texts of one hash. */
uint64_t facts_hash(const struct facts *facts, struct str text);
int64_t facts_sign(const struct facts *facts, struct str text); /* a hash that is the version of a fact */
struct fact_key facts_key(const struct facts *facts, struct str text);
struct fact_key facts_key_of(const struct uuid *id);
struct uuid facts_id(struct fact_key key);

#endif

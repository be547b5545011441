#ifndef TIEPDAN_COMMAND_VERIFY_H
#define TIEPDAN_COMMAND_VERIFY_H

#include <libpq-fe.h>
#include <stdatomic.h>

#include "auth/keys.h"
#include "base/buf.h"
#include "civil/record.h"
#include "command/facts.h"
#include "command/pg.h"

/* The parts of `tiepdan verify record`. Everything is looked at as of one moment, in passes: roots; events,
 * tickets and texts, each as they come; what events say against how tickets and texts stand (facts.h). Each
 * is cut into pieces that processes of their own take one after the other, each with a connection of its own;
 * what they find is told in the order of the pieces, so that the first fault is the first bad row. */

enum {
	VERIFY_FAULTS = 100,	 /* told of one piece, and of all */
	VERIFY_TEXT = 24 * 1024, /* room for them */
	VERIFY_ROOTS = 4096,	 /* in a piece of roots */
	VERIFY_EVENTS = 400000,	 /* entries in a piece of events, or all of one minute */
	VERIFY_DIGITS = 24,	 /* room for a number */
	VERIFY_KNOWN = 2
};

/* Before all times. */
#define VERIFY_NEVER (INT64_MIN / 2)

#define VERIFY_MINUTE_US (INT64_C(60) * 1000 * 1000)

/* An event that is so much older than what was under roots before it has come late, or was added. Only what
 * one long transaction writes may come so late. The cursor of the sealer alone proves nothing: whoever adds
 * events can put it back. */
#define VERIFY_LATE_US (INT64_C(3600) * 1000 * 1000)

/* What was found in a piece. Shared memory: only pages that are written to exist. */
struct verify_found {
	bool done;
	int64_t faults; /* also those that are not told */
	int64_t roots;	/* of them the first and the last number */
	int64_t first, last;
	struct digest first_names,
		last_chain; /* the root that the first one names; the chain of the last one */
	int64_t entries;    /* under roots, or in the time of the piece */
	int64_t last_us;    /* the latest entry */
	int64_t events, unsealed, late;
	int64_t tickets, unsaid, texts, gone, unread;
	bool texts_differ; /* what differs is asked of the database */
	bool seen[VERIFY_KNOWN];
	size_t len;
	char text[VERIFY_TEXT]; /* lines */
};

/* Minutes with the number of entries in each, so that pieces of events have as many as they may. */
struct verify_minutes {
	int64_t from_us, until_us; /* of all events and entries */
	int64_t first_us;	   /* of the first minute; what is before it counts in it */
	size_t n;
	atomic_uint *count; /* shared memory; what is behind the last minute counts in it */
};

struct verify_known {
	struct record_known root;
	const char *why; /* it is known: "was published" */
};

/* A transaction before the sealer, which comes back to it when it has ended: up to which of its events it
 * has. */
struct verify_passed {
	uint64_t xid;
	struct uuid id;
};

struct verify {
	const struct config *config;
	const struct signing_keys *signers;
	const struct keys *keys; /* NULL: nothing is known but signers, so nothing is said of filings */
	/* Roots that others keep: whoever cuts the end of the record off leaves it whole. */
	struct verify_known known[VERIFY_KNOWN];
	struct verify_minutes minutes;
	int64_t sealed_us;   /* the latest entry of all roots */
	struct str snapshot; /* what all see */
	/* Where the sealer is, and the end of transactions: what is before it should be sealed. */
	uint64_t cursor_xid, end_xid;
	struct uuid cursor_id;
	bool cursor_whole; /* all of the transaction that it is at is before it */
	const struct verify_passed *passed;
	const uint64_t
		*running; /* transactions that have not ended, so that nothing of theirs is to be seen */
	size_t npassed, nrunning;
	struct uuid walked; /* no event has to say yet how tickets behind it stand; all ones: each does */
	size_t processes;
	struct facts *facts;
};

struct verify_piece {
	bool (*look)(const struct verify *v, PGconn *pg, const struct verify_piece *piece,
		struct verify_found *found);
	int64_t from, until; /* roots by number, or events by time: the first one, and the first one behind */
	int64_t before_us;   /* of roots: the latest entry before them */
	size_t entries;	     /* of events: how many are sealed in that time */
	size_t bin;	     /* of facts */
};

size_t verify_processes(void); /* as many as there are processors */
/* Has all pieces looked at. False after a message; else `found` has what there is of each. */
bool verify_all(
	const struct verify *v, const struct verify_piece *pieces, size_t n, struct verify_found *found);
/* Memory that processes share; zeros. NULL when there is none. */
void *verify_shared(size_t bytes);

void verify_fault(struct verify_found *found, const char *what, ...) __attribute__((format(printf, 2, 3)));

/* tiepdan verify reports: an exit status. */
int verify_reports(const struct config *config);

/* tiepdan verify receipt: false after a message. A receipt, and NULL or roots behind its own, as they were
 * answered; a root that was published (number 0: none) has to be the receipt's or one of these. */
struct verify_receipt_files {
	const char *receipt, *roots;
	struct record_known head;
};
bool verify_receipt(
	struct arena *arena, const struct signing_keys *signers, const struct verify_receipt_files *files);

/* Pieces: each false after a message. */
bool verify_roots(
	const struct verify *v, PGconn *pg, const struct verify_piece *piece, struct verify_found *found);
bool verify_events(
	const struct verify *v, PGconn *pg, const struct verify_piece *piece, struct verify_found *found);
bool verify_tickets(
	const struct verify *v, PGconn *pg, const struct verify_piece *piece, struct verify_found *found);
bool verify_texts(
	const struct verify *v, PGconn *pg, const struct verify_piece *piece, struct verify_found *found);
bool verify_bin(
	const struct verify *v, PGconn *pg, const struct verify_piece *piece, struct verify_found *found);
/* Has the database say what is wrong with all that is suspected. */
bool verify_named(const struct verify *v, PGconn *pg, bool texts_differ, struct verify_found *found);
/* A root behind another one: what it is and what it names. */
void verify_link(int64_t number, const struct digest *chain, int64_t behind, const struct digest *names,
	struct verify_found *found);

/* Cells in binary format, by position. */
int64_t verify_int(const PGresult *r, int row, int column);
int64_t verify_us(const PGresult *r, int row, int column); /* since 1970 */
struct str verify_bytes(const PGresult *r, int row, int column);
struct uuid verify_uuid(const PGresult *r, int row, int column);
struct digest verify_digest(const PGresult *r, int row, int column); /* zeros for what is none */
struct str verify_number(struct arena *arena, int64_t n);
/* Digits written to `room`, of VERIFY_DIGITS bytes. */
struct str verify_digits(char *room, int64_t n);

/* An event whose content says something of its ticket or of texts. */
struct said {
	struct uuid id, ticket; /* nil: of none */
	bool has_ticket;
	int64_t at_us;
	struct str type, to_state, department, data; /* data: JSON; absent: nothing */
};
void verify_said(const struct verify *v, struct buf *scratch, const struct said *e);
/* A text by its table and key. */
struct verify_text {
	struct str of, key;
};

/* That a ticket has a text, or that an event says so. Nothing of texts that are of no ticket. */
void verify_has(struct facts *facts, struct buf *scratch, enum fact_what what, const struct uuid *ticket,
	struct verify_text text);
/* Whether the sign (the version of such a fact) is of a text that goes with its ticket alone. */
bool verify_stays(int64_t sign);
struct fact_key verify_text_key(const struct facts *facts, struct buf *scratch, struct verify_text text);
/* Whether something is a row that nobody may change or remove. */
bool verify_is_row(struct str of);

#endif

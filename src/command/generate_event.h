#ifndef TIEPDAN_COMMAND_GENERATE_EVENT_H
#define TIEPDAN_COMMAND_GENERATE_EVENT_H

#include "command/canonical.h"
#include "command/generate_life.h"

/* Events of generated tickets, as event_write() and the triggers of migrations/0079_record_complete.sql
 * write them: with how the ticket stands, commitments to the words that were written, reasons apart, and the
 * hash over all of it. */

enum {
	EVENT_MEMBERS = 24,
	EVENT_WORDS = 2
};

/* A text that the event commits to: a row of `word`. */
struct event_word {
	struct str of, key;
	struct str said; /* the texts of it, as a JSON array */
};

struct event {
	struct uuid id;
	int64_t at; /* seconds */
	bool later; /* a microsecond behind them */
	struct str type;
	const char *actor_kind;	  /* anyone, ticket, staff, job */
	const struct uuid *actor; /* of staff */
	int64_t department;
	struct str from_state, to_state, public_vi, public_en, reason;
	struct canonical_member data[EVENT_MEMBERS];
	size_t ndata;
	struct event_word word[EVENT_WORDS];
	size_t nwords;
};

/* Adds a member of the data. */
void event_text(struct life *l, struct event *e, const char *name, struct str text);
void event_number(struct life *l, struct event *e, const char *name, int64_t n);
void event_uuid(struct life *l, struct event *e, const char *name, const struct uuid *id);
void event_instant(struct life *l, struct event *e, const char *name, int64_t seconds);
void event_json(struct event *e, const char *name, struct str canonical);
/* Adds words: `texts` of a row of the table `of` with this key. */
void event_says(struct event *e, const char *of, struct str key, struct str said);
/* A JSON array of texts; absent ones are null. */
struct str event_texts(struct arena *arena, const struct str *texts, size_t n);
struct str event_key(struct life *l, const struct uuid *id);

/* Writes it with its rows of `word` and `event_text`. `stands`: whether it says how the ticket stands. */
void event_put(struct life *l, struct event *e, bool stands);

#endif

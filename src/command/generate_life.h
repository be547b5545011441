#ifndef TIEPDAN_COMMAND_GENERATE_LIFE_H
#define TIEPDAN_COMMAND_GENERATE_LIFE_H

#include "auth/keys.h"
#include "base/buf.h"
#include "civil/clock.h"
#include "civil/decide.h"
#include "command/generate_book.h"
#include "command/generate_days.h"
#include "command/generate_rows.h"
#include "command/generate_words.h"

/* One generated ticket, from its filing to the present: what filings_store(), ticket_move() and the other
 * functions of the database would have written of it. */

enum generate_table {
#define TABLE(name, columns, counted) TABLE_##name,
#include "command/generate_tables.def"
	TABLES
};

/* What is chosen, the first most often. */
struct choice {
	const struct str *at;
	unsigned n;
};

/* What all lives have in common. */
struct generate {
	const struct keys *keys;
	const struct city *city;
	const struct book *book;
	const struct phrases *words;
	struct days days;
	struct choice categories, storm_categories, areas, kinds;
	struct str prefix; /* of codes */
	uint64_t seed, xid;
	int64_t tickets, first_number, to; /* `to` in seconds: the present */
	int64_t now;			   /* alarms up to then tell nobody */
	int32_t first_month;		   /* of events: months since the year 0 */
	unsigned months;
};

/* Rows of lives. Events go by the month of their time, those of some months with the other tables. */
struct sheets {
	struct rows table[TABLES];
	struct rows *month;
	const bool *apart;	    /* by month: it has rows of its own */
	struct word_counts *counts; /* generate_search.h         */
	struct rows words;	    /* what they take to the one that writes */
	int64_t tickets, events;
};

/* Writes the k-th ticket, from 0. Aborts when memory is out. */
void life_write(const struct generate *g, struct sheets *out, int64_t k);

/* --- what its parts share ------------------------------------------------------------------------------- */

enum {
	LIFE_PAUSES = 4
};

struct life_clock {
	bool runs, waits, parked;
	int32_t round; /* of the last one that ran */
	int32_t extension;
	struct limit limit;
	const struct calendar *calendar;
	int64_t start, due, latest, alarm;
	int level; /* the lowest one that has not fired */
};

struct life_part {
	struct uuid id;
	const struct department *department;
	int64_t asked, due, asked_from, alarm;
	int level;
	struct uuid by;
};

struct life_question {
	struct uuid id, by;
	struct str text, from_state;
	int64_t asked, until, ended; /* 0: nobody has answered */
};

struct life_extension {
	struct uuid id, by, decided_by;
	struct str reason;
	int64_t asked, before, after, decided; /* 0: nobody has decided */
	int64_t amount;
	enum deadline_unit unit;
	int64_t department;
	bool lapsed;
};

struct life_reply {
	struct uuid id, by, decided_by;
	struct str text;
	const char *state;
	int64_t at, decided;
};

struct life {
	const struct generate *g;
	struct sheets *out;
	struct arena *arena;
	struct random random;
	/* What was filed. */
	struct uuid id;
	int64_t number, filed;
	struct str code, title, text, folded, location, kind, area, channel, content, route, told_route;
	struct str part_rules; /* which rules ask others, as JSON members; absent: none */
	struct topic topic;
	bool anonymous, has_point;
	double lon, lat;
	struct decision decision;
	/* How it stands. */
	int64_t version, at, answered, held_since, done_at, updated;
	int64_t proposed, published; /* for everybody to read; 0: it was not */
	int32_t returns;
	struct str state, outcome;
	bool done;
	const struct department *holder;
	const struct book_staff *staff; /* of the holder */
	const struct uuid *person;	/* NULL: nobody */
	int64_t clock_holder;		/* whose the running clocks are */
	struct life_clock clock[CLOCK_KINDS];
	struct deadline_pause pause[LIFE_PAUSES];
	unsigned npauses;
	struct life_question question;
	struct life_extension extension;
	struct life_reply reply[2];
	unsigned nreplies;
	struct str said; /* messages and questions; absent: none */
	struct life_part part[RULES_LISTED_MAX];
	unsigned nparts;
	/* Of two that are merged, whichever it is not. */
	struct uuid other;
};

/* generate_clocks.c: clocks_move() and what follows from pauses and extensions. `at` in seconds. */
void life_clocks_file(struct life *l);
void life_clocks_move(struct life *l, enum book_action action, int64_t at);
void life_clocks_redate(struct life *l);
void life_clocks_write(struct life *l); /* those that run in the end */
struct clock_facts life_clock_facts(const struct life *l, enum clock_kind kind);

/* generate_alarms.c: those of clocks and parts that were due before `until` fire, as jobs/alarms.c lets them;
 * what was due from then to now is passed over without a word. */
void life_part_begin(const struct life *l, struct life_part *part);
void life_alarms_fire(struct life *l, int64_t until);
void life_alarms_pass(struct life *l);

/* generate_filing.c: what stands of a ticket when it is filed. */
struct life_seed { /* what is known of a ticket without making it */
	struct uuid id;
	int64_t filed;
	bool merged;	      /* into the one before */
	bool is_root;	      /* of the one behind */
	struct random random; /* for all that follows */
};
struct life_seed life_seed(const struct generate *g, int64_t k);
void life_file(struct life *l, int64_t k);
void life_tags_write(struct life *l);

#endif

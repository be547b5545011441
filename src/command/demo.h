#ifndef TIEPDAN_COMMAND_DEMO_H
#define TIEPDAN_COMMAND_DEMO_H

#include <libpq-fe.h>

#include "auth/keys.h"
#include "civil/decide.h"

/* What the two halves of `tiepdan demo` share: demo.c files tickets, demo_life.c lets people work on them. */

enum {
	DEMO_STAFF_MAX = 400
};

/* A person of the demo with a session to act in. */
struct demo_person {
	int64_t department;
	const char *role;
	struct str account, session;
};

struct demo {
	struct arena *arena;
	PGconn *pg;
	const struct keys *keys;
	const struct city *city;
	struct str prefix;
	int64_t now_ms, next_number;
	uint64_t seed; /* the demo is the same every time but for the dates */
	struct demo_person staff[DEMO_STAFF_MAX];
	int nstaff;
	PGresult *evidence; /* categories whose answers are proved by a file */
};

struct demo_template {
	struct str kind, category, language, title, text, reply;
};

struct demo_ticket {
	struct str id, category, reply;
	int64_t filed_at; /* seconds */
	struct decision decision;
};

int64_t demo_random(struct demo *demo, int64_t below);
struct str demo_uuid(struct demo *demo);
struct str demo_instant(struct demo *demo, int64_t seconds); /* 0 and INT64_MIN: absent */

/* One column of clock offers as an array of PostgreSQL. */
enum demo_column {
	DEMO_ORD, /* 1: all belong to the first ticket */
	DEMO_POLICY,
	DEMO_KIND,
	DEMO_START,
	DEMO_WAITS,
	DEMO_DUE,
	DEMO_ALARM,
	DEMO_UNIT,
	DEMO_AMOUNT,
	DEMO_CALENDAR,
	DEMO_VERSION
};
struct str demo_offers(
	struct demo *demo, const struct clock_offer *offers, unsigned n, enum demo_column column);

/* An officer and a head for each department that has nobody yet: whoever tries the demo files anywhere. */
bool demo_staff(struct demo *demo);
/* Brings a filed ticket to where its fate wants it: untouched, accepted, in work, answered in time or late,
 * refused. */
bool demo_live(struct demo *demo, const struct demo_ticket *ticket);

#endif

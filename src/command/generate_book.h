#ifndef TIEPDAN_COMMAND_GENERATE_BOOK_H
#define TIEPDAN_COMMAND_GENERATE_BOOK_H

#include <libpq-fe.h>

#include "civil/city.h"

/* What the database says of moves, of people and of places, beside the city: the generated lives go by it, as
 * the functions of the database do. */

/* ACTION(name, code in the database) */
#define BOOK_ACTIONS(ACTION)                                                                                 \
	ACTION(file, "file")                                                                                 \
	ACTION(accept, "accept")                                                                             \
	ACTION(claim, "claim")                                                                               \
	ACTION(ask, "ask")                                                                                   \
	ACTION(supply, "supply")                                                                             \
	ACTION(progress, "progress")                                                                         \
	ACTION(request_extension, "request_extension")                                                       \
	ACTION(approve_extension, "approve_extension")                                                       \
	ACTION(propose, "propose")                                                                           \
	ACTION(send_back, "send_back")                                                                       \
	ACTION(approve, "approve")                                                                           \
	ACTION(refuse, "refuse")                                                                             \
	ACTION(return, "return")                                                                             \
	ACTION(route, "route")                                                                               \
	ACTION(withdraw, "withdraw")                                                                         \
	ACTION(merge, "merge")                                                                               \
	ACTION(close, "close")                                                                               \
	ACTION(ask_part, "ask_part")                                                                         \
	ACTION(publication_propose, "publication.propose")                                                   \
	ACTION(publication_publish, "publication.publish")

enum book_action {
#define ACTION(name, code) ACTION_##name,
	BOOK_ACTIONS(ACTION)
#undef ACTION
	BOOK_ACTIONS_N
};

/* What an action does to a clock. */
enum book_effect {
	BOOK_NOTHING,
	BOOK_BEGIN,
	BOOK_STOP,
	BOOK_PASS,
	BOOK_RENEW,
	BOOK_START,
	BOOK_PARK
};
enum {
	BOOK_EFFECTS = 2, /* of one action on one clock, with different holders */
	BOOK_MOVES = 16,  /* of one action */
	BOOK_STAFF = 4	  /* officers of one department who are known */
};

struct book_state {
	struct str from, to;
	bool done;
};

struct book_act {
	struct str event, public_vi, public_en;
	bool publishes;
	struct {
		enum book_effect effect;
		struct str holder; /* any, hub, not_hub */
	} on[CLOCK_KINDS][BOOK_EFFECTS];
	struct book_state move[BOOK_MOVES];
	unsigned nmoves;
};

struct book_staff {
	int64_t department;
	struct uuid officer[BOOK_STAFF], head, coordinator;
	unsigned nofficers;
	bool has_head, has_coordinator;
};

struct book_reason {
	struct str code, told_vi, told_en;
};

struct book_place {
	struct str code;
	double lon, lat;
};

/* A level of the ladder of alarms. */
struct book_alarm {
	struct str profile, event, audiences; /* the last one as a JSON array */
	int level;
};

struct book_category {
	struct str code, public_point;
	bool evidence;
};

struct book {
	struct book_act act[BOOK_ACTIONS_N];
	struct book_staff *staff; /* by department */
	unsigned nstaff;
	const struct book_staff *hub;
	struct book_reason *reasons;
	unsigned nreasons;
	struct book_place *places;
	unsigned nplaces;
	struct book_category *categories;
	unsigned ncategories;
	struct book_alarm *alarms;
	unsigned nalarms;
	int64_t *extensible; /* policies */
	unsigned nextensible;
	int32_t slot;
	int64_t closed;	      /* what was answered before this second is closed */
	struct str task;      /* of a part; absent: there is no text for it */
	int64_t preview_days; /* before a publication */
};

/* Makes people where nobody works yet and reads all of it, as of `now_ms`. NULL after a message. */
const struct book *book_load(struct arena *arena, PGconn *pg, const struct city *city, int64_t now_ms);

const struct book_staff *book_staff(const struct book *book, int64_t department); /* NULL: nobody */
const struct book_place *book_place(const struct book *book, struct str area);	  /* NULL: unknown */
const struct book_category *book_category(const struct book *book, struct str category);
/* What this level of the city is called, and who is told. */
const struct book_alarm *book_alarm(const struct book *book, const struct alarm_level *level);
bool book_extensible(const struct book *book, int64_t policy);
/* What this move makes of the state; NULL: it does not lead on from there. */
const struct book_state *book_move(const struct book *book, enum book_action action, struct str from);

#endif

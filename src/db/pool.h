#ifndef TIEPDAN_DB_POOL_H
#define TIEPDAN_DB_POOL_H

#include "db/link.h"
#include "db/unit.h"

/* The insides of struct db and struct db_unit. Private to db/.
 *
 * A unit waits in its lane of its pool until a link has room, so that it is never behind a slow one while
 * another link is idle, and what was not sent can still be dropped.
 *
 * A pool begins with one link and gets another one when no idle link is left for a unit, up to what its
 * setting allows; it keeps what it has.
 *
 * The lanes keep a city at work while everybody calls: staff go first, some links are for them alone, and
 * each lane has its own bound. Whoever signs in has a pool without strangers, so there they go as staff. */

enum {
	POOL_DEPTH = 4, /* exchanges out on one link: enough to keep the server busy while results travel */
	POOL_STAFF_SHARE = 4,	/* one link of so many is for staff alone, if there are two               */
	POOL_OWN_US = 100000,	/* so long staff wait for a link of their own while it is made */
	POOL_STAFF_TURNS = 8,	/* so many of staff go for each one of others that waits, at the most */
	POOL_PER_PROCESSOR = 4, /* links of all workers together, when nobody says how many           */
	POOL_LEAST = 4,		/* of one worker then: one for staff, and one that waits stops no lane */
	POOL_MOST = 12,		/* and so that PostgreSQL's own max_connections is enough */
	UNIT_HOOKS_MAX = 4,
};

enum lane {
	LANE_STAFF,  /* staff, alone or in batches, signing in, and the server's own work */
	LANE_OTHERS, /* citizens and strangers, alone or in batches      */
	LANES
};

struct queue {
	struct list units; /* oldest first */
	unsigned n;
};

struct pool {
	struct db *db;
	struct target target;
	struct link_plan plan;
	struct query ask_first; /* whether the schema can be served */
	const char *known;	/* its parameter                    */
	struct link *links;
	unsigned nlinks;
	struct queue waiting[LANES];
	unsigned waiting_max; /* in each lane */
	unsigned staff_links; /* the first ones are for staff alone */
	unsigned staff_turns; /* of staff that have gone while others waited, since one of those went */
	bool up;	      /* a link was ready when one changed last */
	struct event timer;   /* the oldest one has waited too long */
};

struct db_listener;

struct db {
	struct app *app;
	struct arena *arena; /* lives as long as the pools */
	struct db_urls urls;
	const struct db_statement *statements;
	unsigned nstatements;
	struct pool pools[DB_POOLS];
	struct list ended; /* units whose handler has to be told */
	struct event deliver;
	bool settled; /* db_settle() */
	bool delivering;
	int64_t complained_us;	      /* when a failed connection was logged last */
	struct db_listener *listener; /* NULL: nobody listens */
	struct list lines;	      /* batch.c: who waits to travel together, by plan */
	struct event launch;	      /* they may go                                    */
};

/* Which list a unit is in. */
enum unit_state {
	UNIT_BUILDING, /* none: the handler adds statements */
	UNIT_WAITING,  /* its lane in `waiting` of its pool */
	UNIT_SENT,     /* `sent` of a link                  */
	UNIT_ENDED,    /* `ended` of its db                 */
};

struct unit_hook {
	const char *sqlstate;
	void (*refused)(struct req *req, struct str detail);
};

struct db_unit {
	struct exchange exchange;
	struct db *db;
	struct arena *arena;
	enum unit_state state;
	struct req *req; /* NULL: a unit of a job */
	struct db_job *job;
	db_then *then;
	db_done *done;
	enum db_pool pool; /* of its statements: the slow one when one of them is slow */
	bool needs_caller, adding_caller;
	bool patient;				/* waits for a connection while there is none */
	bool staff;				/* a batch of them                            */
	unsigned n;				/* statements of the handler             */
	struct query queries[1 + DB_UNIT_MAX];	/* the first place is the caller's       */
	PGresult *results[1 + DB_UNIT_MAX + 1]; /* the same places; NULL behind the last */
	struct unit_hook hooks[UNIT_HOOKS_MAX];
	unsigned nhooks;
	enum lane lane;	   /* from when it is handed to the pool */
	int64_t queued_us; /* when that was                      */
};

/* Once for each pool; its links are asleep. Returns 0 or a negative errno; the reason has been logged. */
int pool_open(struct pool *pool, struct db *db, enum db_pool which);
/* How many links it will have. */
int64_t pool_links(const struct config *config, const struct db_urls *urls, enum db_pool which);
/* Its first link is made in the background, if nothing has made it yet. */
void pool_wake(struct pool *pool);
void pool_close(struct pool *pool);
/* Queues a unit and sends what can be sent. A unit that cannot be taken ends at once. */
void pool_push(struct pool *pool, struct db_unit *u);
int64_t pool_timeout_ms(const struct db *db, enum db_pool which); /* of one statement */
int64_t pool_limit_us(const struct db *db, enum db_pool which);	  /* of a whole unit  */

/* Notes that a unit is over (sqlstate NULL: it succeeded); its handler is told from the event loop. For the
 * pool, which ends those it never sent, and the links. */
void unit_end(struct db_unit *u, const char *sqlstate);
/* Nobody wants it any more: its client has left and it changes nothing. */
bool unit_unwanted(const struct db_unit *u);
void unit_deliver(struct db_unit *u);

/* Logs a connection that could not be made or kept, at most once a second. */
void db_complain(struct db *db, const char *what, const char *reason);

#endif

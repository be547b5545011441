#ifndef TIEPDAN_DB_LINK_H
#define TIEPDAN_DB_LINK_H

#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/list.h"
#include "db/db.h"
#include "db/prepared.h"
#include "db/target.h"

/* One pipelined connection to PostgreSQL: sleeps until it is needed, connects without blocking, carries
 * exchanges, and when it is lost comes back by itself with exponential back-off and jitter. A statement is
 * prepared in front of the first exchange that runs it: connections are there at once, and hold what they
 * use. Private to db/. */

enum query_kind {
	QUERY_RUN,  /* a prepared statement                       */
	QUERY_TEXT, /* statement->text, without preparation       */
};

struct query {
	enum query_kind kind;
	const struct db_statement *statement;
	/* Parameters, as libpq takes them. */
	const char *const *values;
	const int *lengths, *formats;
};

/* What is sent up to one Sync: one transaction. Either all of it took effect or (sqlstate set) none, but for
 * a lost link, where nobody knows. */
struct exchange {
	struct list in; /* the list of the one who has it: a queue, or `sent` of a link */
	const struct query *queries;
	unsigned n, got;
	uint32_t fresh;	      /* bit i: the i-th statement is prepared in front of it */
	unsigned preparing;   /* how many of these are not yet, the last ones         */
	PGresult **results;   /* n places, filled as they come; NULL: only the outcome matters */
	PGresult *error;      /* the first failure, if the server told one                     */
	const char *sqlstate; /* NULL: success. Else five characters, as long as `error` lives */
	int64_t sent_us;
	/* Sync has arrived, or never will. Runs amid the reading of a link: only notes what is to be done. */
	void (*ended)(struct exchange *x);
};

/* Which statement an exchange has come to: that failed, or the commit behind the last one. */
const struct db_statement *exchange_at(const struct exchange *x);

/* SQLSTATEs that are made here: the connection went while the exchange was out, or none is there; the server
 * did not answer in time; too much is waiting already. */
#define LINK_LOST_STATE	   "08006"
#define LINK_TIMEOUT_STATE "57014"
#define LINK_BUSY_STATE	   "53300"

enum link_state {
	LINK_ASLEEP,	 /* nobody has needed it yet                            */
	LINK_DOWN,	 /* the back-off timer runs                             */
	LINK_CONNECTING, /* in PQconnectPoll                                    */
	LINK_SETTING_UP, /* runs what its plan says                             */
	LINK_READY,	 /* takes exchanges                                     */
	LINK_RETIRING,	 /* takes no more; reconnects when those out have ended */
};

struct link;

/* What the links of one kind have in common. The hooks may send on any link. */
struct link_plan {
	struct event_base *loop;
	const struct target *target;
	const struct query *setup; /* run as one exchange after each connect       */
	unsigned nsetup;
	unsigned nstatements; /* that may be prepared */
	int64_t limit_us;     /* an exchange that runs longer means a dead link */
	void *owner;
	void (*changed)(struct link *l);		     /* became ready, was lost, could not be made */
	void (*room)(struct link *l);			     /* exchanges have ended                      */
	void (*failed)(struct link *l, const char *reason);  /* why it goes down; libpq's words */
	void (*heard)(struct link *l, const PGnotify *note); /* NULL: not expected              */
};

enum {
	LINK_REFUSAL_SIZE = 192
};

struct link {
	const struct link_plan *plan;
	PGconn *pg; /* NULL in LINK_ASLEEP and LINK_DOWN */
	enum link_state state;
	struct event readable, writable, timer;
	struct list sent; /* exchanges, oldest first */
	unsigned nsent;
	int64_t head_us; /* since when the oldest one runs */
	struct exchange setup;
	struct prepared prepared;
	unsigned attempts;		 /* failed ones since it was ready last */
	char refusal[LINK_REFUSAL_SIZE]; /* of its setup, the last time; empty: none */
	int64_t lost_us;		 /* when a good one went; 0: none has, or it is back */
};

/* Asleep. The arena lives as long as the link. */
void link_init(struct link *l, const struct link_plan *plan, struct arena *arena);
/* Starts connecting, in the loop; of one that is asleep. */
void link_wake(struct link *l);
/* A good one went and has not come back soon: who waits for it may wait long. */
bool link_is_long_lost(const struct link *l);
void link_close(struct link *l); /* ends what is out with LINK_LOST_STATE */
/* Sends an exchange on a link that is ready. If that fails the link is lost and all its exchanges have
 * ended. */
void link_send(struct link *l, struct exchange *x);

#endif

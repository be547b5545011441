#ifndef TIEPDAN_BASE_APP_H
#define TIEPDAN_BASE_APP_H

#include "base/str.h"

/* What one process of the server has: made at start, handed down, never global. Each layer includes the
 * header of the part that it uses; here they are only names. */
struct app {
	struct event_base *loop;
	const struct config *config;
	const struct city *city; /* civil/city.h: reference data in memory; replaced as a whole on reload */
	struct city_copy
		*city_copy; /* civil/city_copy.h: the same, to be held while work beside the loop reads it */
	struct reference *reference; /* app/reference/reference.h: how it is kept fresh */
	struct db *db;		     /* db/db.h: the pools */
	const struct keys *keys;     /* auth/keys.h */
	struct str cursor_key; /* signs page cursors: KEY_CURSOR of auth/keys.h                             */
	struct token_cache *tokens; /* auth/token.h */
	struct provider *provider;  /* auth/provider.h: whom staff sign in with; NULL: nobody is set up */
	struct provider *citizen_provider; /* the same for citizens */
	struct rate *rate;		   /* auth/rate.h: limits in shared memory */
	struct numbers *numbers; /* app/ticket/number.h: the block of ticket numbers this process owns */
	struct suggestions *suggestions; /* app/suggestion/model.h; NULL: nothing is known yet */
	struct loads *loads; /* civil/decide.h: how much departments have to do; NULL: not known yet */
	struct assignments *assignments; /* jobs/assign.h: rules of departments; NULL but in the job worker */
	struct sealer *sealer;		 /* jobs/sealer.h; NULL but in the job worker */
	struct kept *tracked;		 /* base/kept.h: pages of tickets that were followed lately */
	struct kept *published;		 /* the same of published ones: db/shared.h */
	struct kept *lists;		 /* pages of public lists: db/shared.h */
	struct epoch *epoch; /* base/epoch.h: until when they may be shown unasked; NULL: not serving */
	struct kept *looked; /* the same of those that staff looked at */
	struct conns *conns; /* http/conn.h: the client connections of this process */
	const struct server *server; /* http/conn.h: what the connection layer calls */
	struct store *store;	     /* base/store.h: files; NULL: there is no place for them */
	struct work *work;	     /* base/work.h: the thread for what blocks */
	struct work
		*passwords; /* base/work.h: a thread for checking them, so that they wait for nothing else */
	unsigned draining;  /* set once by SIGTERM: answers carry Connection: close, /readyz says 503 */
};

#endif

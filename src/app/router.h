#ifndef TIEPDAN_APP_ROUTER_H
#define TIEPDAN_APP_ROUTER_H

#include "auth/rate.h"
#include "auth/role.h"
#include "http/req.h"
#include "shape/shape.h"

enum route_flags {
	ROUTE_PLAIN = 0,
	ROUTE_IF_MATCH = 1, /* the change needs If-Match: 428 without it                                    */
	ROUTE_ONCE = 2,	    /* honours Idempotency-Key                                                     */
	ROUTE_READ_LOG = 4, /* a GET that logs the reading of personal data: its unit may write            */
	ROUTE_BODY_1M = 8,  /* body cap 1 MiB instead of 64 KiB                                            */
	ROUTE_TYPES = 16,   /* answers with content types of its own, not only JSON                         */
	ROUTE_STREAM = 32,  /* the handler reads the body itself, as it comes                               */
	ROUTE_BURST =
		128, /* what strangers file: a proof of work while a burst lasts (auth/burst.h)          */
	ROUTE_MEMORY = 256, /* answered from memory: roles of staff are asked for before it is           */
	ROUTE_BODY_4M = 64, /* body cap 4 MiB: a text of 1 MiB with all that JSON escapes                   */
};

/* One line of app/routes.def. */
struct route {
	enum http_method method;
	const char *path;
	role_set roles;
	enum rate_class rate;
	const struct shape *input; /* of the body; of the query string for GET */
	unsigned flags;
	void (*handle)(struct req *req);
	const char *operation; /* name of the handler = operationId of the contract */
};

extern const struct route routes[];
extern const unsigned nroutes;

/* Builds the tree of path segments once. */
void router_init(void);
/* Finds the route and fills req->args. NULL: no such path, or the path exists with other methods, then
 * *ret_allow is the value of Allow. HEAD finds GET. A segment that does not fit its type does not match. */
const struct route *router_find(struct req *req, struct str *ret_allow);

#endif

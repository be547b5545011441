#ifndef TIEPDAN_HTTP_REQ_H
#define TIEPDAN_HTTP_REQ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/uuid.h"
#include "http/problem.h"
#include "http/who.h"

struct conn;
struct server;	  /* http/conn.h  */
struct route;	  /* app/router.h */
struct page;	  /* db/answer.h */
struct body_sink; /* http/conn.h */

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_PATCH,
	HTTP_DELETE,
	HTTP_OPTIONS,
	HTTP_METHODS
};

struct http_field {
	struct str name, value; /* value without leading and trailing blanks */
};

enum {
	HTTP_FIELDS_MAX = 100,
	REQ_PATH_MAX = 4,
	REQ_FAULTS_MAX = 50,
	REQ_HEADERS_MAX = 24
};

/* A typed path segment, in the order of the {..} in the route's template. */
struct path_arg {
	struct str text;  /* percent-decoded                                   */
	struct uuid uuid; /* {x:uuid}                                          */
	int64_t number;	  /* {x:int}                                           */
};

struct req_fault {
	const char *in;	  /* "pointer", "parameter" or "header"                */
	struct str where; /* "/contact/phone", "limit", "If-Match"             */
	enum fault code;
	struct str detail; /* absent: the text of the code                      */
	unsigned line;	   /* of a text that came as a member; 0: none          */
};

/* Where a request is. One function, req_become(), changes it. */
enum req_state {
	REQ_HEAD,     /* being read                                                    */
	REQ_STEPS,    /* in app/steps.c                                                */
	REQ_BODY,     /* body being read for the step `body`                           */
	REQ_UNIT,     /* a unit of work is out; pinned                                 */
	REQ_ANSWERED, /* answer handed to the connection                               */
	REQ_LEFT,     /* the client left; lives until its pins are gone                */
};

/* One request: owner of its arena, from the first byte of the head to the access log line.
 * It ends once: when it has been answered (or its client has left) and nothing pins it. */
struct req {
	struct arena *arena;
	struct app *app;
	const struct server *server; /* of the listening address it came to                    */
	struct conn *conn;	     /* NULL after the client left or its answer has           */
	enum req_state state;
	int pins; /* units of work that still hold this request             */

	enum http_method method;
	int minor;		     /* HTTP/1.minor                                           */
	struct str target;	     /* as sent                                                */
	struct str path, query_text; /* parts of the target, not decoded                       */
	struct http_field fields[HTTP_FIELDS_MAX];
	unsigned nfields;
	bool chunked;
	int64_t content_length; /* -1: none                                               */
	bool expects_continue;	/* Expect: 100-continue                                   */

	const struct route *route; /* set by the step `route`                                */
	struct path_arg args[REQ_PATH_MAX];
	struct who who; /* set by the step `who`                                  */
	const struct str
		*may; /* staff: one of these roles is needed, which the database looks at; NULL: none is */
	unsigned nmay;
	struct str address;	     /* client address as text, from the connection or a trusted proxy */
	struct str address_block;    /* IPv4 /32 or IPv6 /64 of it: the key of rate limits     */
	struct str raw_body;	     /* complete body, when the route takes one                */
	const void *input;	     /* struct of the route's shape: body, or query of a GET   */
	int64_t if_match;	     /* version from If-Match; INT64_MIN: none                 */
	struct str once_key;	     /* HMAC of the Idempotency-Key, absent if none was sent   */
	struct str once_fingerprint; /* HMAC of path and body: the same key for another request shows */

	struct str instead;	  /* what a refusal of the caller's role is told with; absent: nothing */
	struct str made;	  /* body of the answer (or what it begins with), known before the unit ran */
	struct str packed;	  /* the body of the answer packed by gzip, once somebody has done that */
	const void *kept;	  /* what its handler keeps for its continuation                   */
	struct page *page;	  /* db/answer.h: the page of a list that was asked for           */
	struct body_sink *stream; /* of a handler that reads its body as it comes          */

	enum lang lang;	   /* by Accept-Language                                     */
	struct uuid id;	   /* request id, X-Request-Id of the answer                 */
	char trace_id[33]; /* W3C trace context: ours or the caller's                */
	bool sampled;	   /* the caller's trace records this request                */
	unsigned step;	   /* index in app/steps.c                                   */

	struct req_fault faults[REQ_FAULTS_MAX];
	unsigned nfaults;

	/* The answer, filled by http/reply.c. */
	int status;
	struct http_field headers[REQ_HEADERS_MAX];
	unsigned nheaders;
	struct str etag; /* without quotation marks; absent: none                  */
	int64_t body_bytes;
	struct str sqlstate; /* for the access log                                     */

	int64_t began_us, queued_us, sql_us; /* monotonic start; time waiting for and in PostgreSQL    */
	bool close;			     /* close the connection after the answer                  */
	bool read_only;			     /* GET and HEAD: the unit may not write                   */
};

/* The wall clock when the request began, in milliseconds since 1970: units that follow each other mean the
 * same instant. */
int64_t req_began_ms(const struct req *req);
struct req *req_new(struct app *app, struct conn *conn); /* NULL when memory is out; state REQ_HEAD */
/* The one place that changes the state. A request whose client left stays REQ_LEFT; an answered one never
 * changes. */
void req_become(struct req *req, enum req_state state);
/* The request must live on until the matching req_unpin(), even if the client leaves. */
void req_pin(struct req *req);
void req_unpin(struct req *req);
/* Called by the connection when it is done with the request: its answer has left, or its client has. Not
 * answered yet: it becomes REQ_LEFT. Ends it as soon as nothing pins it. */
void req_leave(struct req *req);
/* Nobody wants the answer any more: the client has left, and the request changes nothing. */
bool req_is_unwanted(const struct req *req);
/* The field with this name (letters fold), absent if there is none. */
struct str req_field(const struct req *req, const char *name);
/* All values of a list field that may come in several lines, joined by commas. */
struct str req_field_list(const struct req *req, const char *name);
/* Notes a fault of the input; the step that checks calls reply_faults() once all are known. */
void req_fault(struct req *req, const char *in, struct str where, enum fault code);
/* The same with what would help, in parentheses behind the text of the code; or with the limit. */
void req_fault_help(struct req *req, const char *in, struct str where, enum fault code, struct str help);
void req_fault_limit(struct req *req, const char *in, struct str where, enum fault code, struct str limit);
void req_fault_limit_at(struct req *req, const char *in, struct str where, enum fault code, int64_t limit_ms);

/* The same for a line of the text at `pointer`, with the reason. */
void req_fault_line(struct req *req, struct str pointer, unsigned line, struct str reason);

/* What the fields say about the request as a whole, once its head is complete: language, trace context. */
void req_read_fields(struct req *req);

#endif

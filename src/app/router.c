/* Finds the route of a request: a tree of path segments, built once from routes.def. */
#include "app/router.h"

#include <string.h>

#include "app/account/account.h"
#include "app/account/citizen.h"
#include "app/account/oidc.h"
#include "app/account/own.h"
#include "app/account/person.h"
#include "app/account/session.h"
#include "app/alike/alike.h"
#include "app/attachment/attachment.h"
#include "app/configuration/configuration.h"
#include "app/deadline/deadline.h"
#include "app/delegation/delegation.h"
#include "app/filter/filter.h"
#include "app/meta/meta.h"
#include "app/notice/notice.h"
#include "app/part/part.h"
#include "app/privacy/data_request.h"
#include "app/privacy/privacy.h"
#include "app/publication/publication.h"
#include "app/receipt/receipt.h"
#include "app/redating/redating.h"
#include "app/reference/explanation.h"
#include "app/reference/reference.h"
#include "app/reorganisation/reorganisation.h"
#include "app/report/backlog.h"
#include "app/report/report.h"
#include "app/report/stays.h"
#include "app/retention/retention.h"
#include "app/routing/routing.h"
#include "app/staff/staff.h"
#include "app/suggestion/suggestion.h"
#include "app/template/template.h"
#include "app/ticket/ticket.h"
#include "app/tracking/tracking.h"
#include "app/triage/triage.h"
#include "base/metric.h"
#include "base/must.h"
#include "gen/shapes.h"
#include "http/parse.h"

/* The shape of an operation without input: any member or parameter is refused as unknown. */
static const struct shape shape_none = {.name = "none"};

#define GET    HTTP_GET
#define POST   HTTP_POST
#define PUT    HTTP_PUT
#define PATCH  HTTP_PATCH
#define DELETE HTTP_DELETE
#define ROUTE(method, path, roles, rate, input, flags, handler)                                              \
	{method, path, roles, RATE_##rate, &shape_##input, flags, handler, #handler},
const struct route routes[] = {
#include "app/routes.def"
};
#undef GET
#undef POST
#undef PUT
#undef PATCH
#undef DELETE
_Static_assert(sizeof(routes) / sizeof(*routes) < METRIC_ROUTES,
	"the metrics have a place for each route and for none");

enum {
	NROUTES = sizeof(routes) / sizeof(routes[0]),
	NODES_MAX = 256
};
const unsigned nroutes = NROUTES;

enum segment_type {
	SEGMENT_LITERAL,
	SEGMENT_UUID,
	SEGMENT_INT,
	SEGMENT_TEXT
};

/* A node of the tree: one segment of a template. Children form a chain, literals first. */
struct node {
	enum segment_type type;
	struct str literal;
	int child, next; /* index in nodes[], 0: none (0 is the root) */
	const struct route *by_method[HTTP_METHODS];
};

static struct node nodes[NODES_MAX];
static int nnodes;

static enum segment_type segment_type(struct str segment)
{
	if (segment.len < 2 || segment.at[0] != '{')
		return SEGMENT_LITERAL;
	if (str_ends(segment, STR(":uuid}")))
		return SEGMENT_UUID;
	return str_ends(segment, STR(":int}")) ? SEGMENT_INT : SEGMENT_TEXT;
}

static int new_node(enum segment_type type, struct str literal)
{
	must(nnodes < NODES_MAX);
	nodes[nnodes] = (struct node){.type = type, .literal = literal};
	return nnodes++;
}

/* The child of `parent` for this segment of a template, made if there is none. */
static int grow(int parent, struct str segment)
{
	enum segment_type type = segment_type(segment);
	int *link = &nodes[parent].child;

	for (; *link != 0; link = &nodes[*link].next) {
		const struct node *n = &nodes[*link];
		if (n->type == type && (type != SEGMENT_LITERAL || str_eq(n->literal, segment)))
			return *link;
		if (type == SEGMENT_LITERAL && n->type != SEGMENT_LITERAL)
			break;
	}
	int made = new_node(type, segment);
	nodes[made].next = *link;
	*link = made;
	return made;
}

static void add(const struct route *route)
{
	struct str rest = str_of(route->path), segment;
	int at = 0;

	str_next(&rest, '/', &segment); /* the empty part before the first slash */
	while (str_next(&rest, '/', &segment))
		if (segment.len > 0)
			at = grow(at, segment);
	must(!nodes[at].by_method[route->method]);
	nodes[at].by_method[route->method] = route;
}

void router_init(void)
{
	nnodes = 0;
	new_node(SEGMENT_LITERAL, STR(""));
	for (unsigned i = 0; i < nroutes; i++)
		add(&routes[i]);
}

static bool fits(const struct node *n, struct str segment, struct path_arg *ret_arg)
{
	ret_arg->text = segment;
	switch (n->type) {
	case SEGMENT_LITERAL:
		return str_eq(n->literal, segment);
	case SEGMENT_UUID:
		return uuid_parse(segment, &ret_arg->uuid);
	case SEGMENT_INT:
		return str_to_i64(segment, &ret_arg->number) == 0;
	case SEGMENT_TEXT:
		return segment.len > 0;
	}
	return false;
}

/* Walks the decoded path; fills req->args. Returns the node or -1. Literals are tried first and never shadow
 * a typed segment that would lead further, because no two templates differ only in that. */
static int walk(struct req *req)
{
	struct str rest = req->path, raw;
	unsigned nargs = 0;
	int at = 0;

	if (!str_starts(req->path, STR("/")) || (req->path.len > 1 && str_ends(req->path, STR("/"))))
		return -1; /* "/x/" is not "/x" */
	str_next(&rest, '/', &raw);
	while (str_next(&rest, '/', &raw)) {
		struct str segment = http_percent_decode(req->arena, raw, false);
		struct path_arg arg = {0};
		int child = segment.at ? nodes[at].child : 0;
		while (child != 0 && !fits(&nodes[child], segment, &arg))
			child = nodes[child].next;
		if (child == 0)
			return -1;
		if (nodes[child].type != SEGMENT_LITERAL) {
			must(nargs < REQ_PATH_MAX);
			req->args[nargs++] = arg;
		}
		at = child;
	}
	return at;
}

static struct str allow(struct arena *arena, const struct node *n)
{
	struct buf b = {.arena = arena};

	for (int m = 0; m < HTTP_METHODS; m++) {
		if (!n->by_method[m])
			continue;
		buf_printf(&b, "%s, ", http_method_name((enum http_method)m));
		if (m == HTTP_GET)
			buf_put(&b, STR("HEAD, "));
	}
	if (b.len == 0)
		return STR_NONE;
	buf_put(&b, STR("OPTIONS"));
	return buf_str(&b);
}

const struct route *router_find(struct req *req, struct str *ret_allow)
{
	int at = walk(req);

	/* OPTIONS * asks for the server as a whole (RFC 9110 section 9.3.7); the reader lets no other method
	 * have it. */
	*ret_allow = str_eq(req->target, STR("*")) ? STR("GET, HEAD, POST, PUT, DELETE, OPTIONS") : STR_NONE;
	if (at < 0)
		return NULL;
	enum http_method method = req->method == HTTP_HEAD ? HTTP_GET : req->method;
	if (!nodes[at].by_method[method])
		*ret_allow = allow(req->arena, &nodes[at]);
	return nodes[at].by_method[method];
}

/* /livez, /readyz and /metrics, on a listener of their own. */
#include "app/ops.h"

#include "app/router.h"
#include "base/metric.h"
#include "db/db.h"
#include "http/reply.h"

static void livez(struct req *req)
{
	reply_bytes(req, 200, "text/plain; charset=utf-8", STR("ok\n"));
}

static void readyz(struct req *req)
{
	const struct app *app = req->app;
	const char *reason = app->draining	  ? "draining\n"
			     : !db_ready(app->db) ? "database\n"
			     : !app->city	  ? "reference data\n"
						  : NULL;

	reply_bytes(
		req, reason ? 503 : 200, "text/plain; charset=utf-8", reason ? str_of(reason) : STR("ok\n"));
}

static bool wants_openmetrics(const struct req *req)
{
	struct str rest = req_field(req, "Accept"), type;

	while (str_next(&rest, ',', &type))
		if (str_starts(str_trim(type, " "), STR("application/openmetrics-text")))
			return true;
	return false;
}

static void metrics(struct req *req)
{
	const char *names[METRIC_ROUTES];
	struct buf b = {.arena = req->arena};
	bool open = wants_openmetrics(req);

	for (unsigned i = 0; i < nroutes; i++)
		names[i] = routes[i].path;
	metric_print(&b, names, nroutes, open);
	reply_bytes(req, 200,
		open ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
		     : "text/plain; version=0.0.4; charset=utf-8",
		buf_str(&b));
}

static const struct endpoint {
	struct str path;
	void (*handle)(struct req *req);
} endpoints[] = {{STR("/livez"), livez}, {STR("/readyz"), readyz}, {STR("/metrics"), metrics}};

static void begin(struct req *req)
{
	reply_header(req, "Cache-Control", STR("no-store"));
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++) {
		if (!str_eq(req->path, endpoints[i].path))
			continue;
		if (req->method == HTTP_GET || req->method == HTTP_HEAD) {
			endpoints[i].handle(req);
			return;
		}
		reply_header(req, "Allow", STR("GET, HEAD"));
		reply_problem(req, PROBLEM_method_not_allowed, STR_NONE);
		return;
	}
	reply_problem(req, PROBLEM_not_found, STR_NONE);
}

static unsigned route_index(const struct req *req)
{
	(void)req;
	return METRIC_ROUTES - 1;
}

static const char *route_name(const struct req *req)
{
	(void)req;
	return "ops";
}

const struct server ops_server = {.begin = begin, .route_index = route_index, .route_name = route_name};

/* The end of a request as others see it: the access log line and the metrics. */
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/metric.h"
#include "http/conn.h"
#include "http/parse.h"
#include "http/reply.h"

enum {
	STATUS_CLIENT_LEFT = 499 /* as nginx counts it; never sent */
};

void reply_log(struct req *req)
{
	int64_t us = clock_mono_us() - req->began_us;
	int status = req->state == REQ_LEFT ? STATUS_CLIENT_LEFT : req->status;
	char id[UUID_TEXT_SIZE];

	metric_request(req->server->route_index(req), (unsigned)status, us);
	if (!req->app->config->access_log)
		return;
	uuid_format(&req->id, id);
	log_info("request", LOG_STR("id", str_of(id)), LOG_STR("trace", str_of(req->trace_id)),
		LOG_STR("method", str_of(http_method_name(req->method))),
		LOG_STR("route", str_of(req->server->route_name(req))), LOG_INT("status", status),
		LOG_STR("who", str_of(who_kind_name(req->who.kind))), LOG_INT("bytes", req->body_bytes),
		LOG_INT("us", us), LOG_INT("queued_us", req->queued_us), LOG_INT("sql_us", req->sql_us),
		LOG_STR("sqlstate", req->sqlstate.at ? req->sqlstate : STR("")));
}

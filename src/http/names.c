/* The tables of names: methods, status texts, refusals, kinds of callers. */
#include "base/metric.h"
#include "base/must.h"
#include "http/parse.h"
#include "http/who.h"

static const char *const methods[HTTP_METHODS] = {
	[HTTP_GET] = "GET",
	[HTTP_HEAD] = "HEAD",
	[HTTP_POST] = "POST",
	[HTTP_PUT] = "PUT",
	[HTTP_PATCH] = "PATCH",
	[HTTP_DELETE] = "DELETE",
	[HTTP_OPTIONS] = "OPTIONS",
};

static const struct {
	int status;
	const char *text;
} statuses[] = {
	{200, "OK"},
	{201, "Created"},
	{202, "Accepted"},
	{204, "No Content"},
	{206, "Partial Content"},
	{303, "See Other"},
	{304, "Not Modified"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{406, "Not Acceptable"},
	{408, "Request Timeout"},
	{409, "Conflict"},
	{410, "Gone"},
	{412, "Precondition Failed"},
	{413, "Content Too Large"},
	{414, "URI Too Long"},
	{415, "Unsupported Media Type"},
	{416, "Range Not Satisfiable"},
	{417, "Expectation Failed"},
	{422, "Unprocessable Content"},
	{428, "Precondition Required"},
	{429, "Too Many Requests"},
	{431, "Request Header Fields Too Large"},
	{500, "Internal Server Error"},
	{501, "Not Implemented"},
	{503, "Service Unavailable"},
	{504, "Gateway Timeout"},
	{505, "HTTP Version Not Supported"},
	{507, "Insufficient Storage"},
};

static const struct {
	const char *help[LANG_COUNT];
	enum problem problem;
	enum metric metric;
} refusals[HTTP_REFUSALS] = {
	[HTTP_OK] = {{"", ""}, PROBLEM_internal, METRIC_http_refused},
#define REFUSAL(name, problem, vi, en)                                                                       \
	[HTTP_##name] = {{vi, en}, PROBLEM_##problem, METRIC_http_refused_##name},
#include "http/refusals.def"
};

const char *http_method_name(enum http_method method)
{
	must(method < HTTP_METHODS);
	return methods[method];
}

const char *http_status_text(int status)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].status == status)
			return statuses[i].text;
	return "Unknown";
}

enum problem http_refusal_problem(enum http_refusal refusal)
{
	return refusals[refusal].problem;
}

const char *http_refusal_help(enum http_refusal refusal, enum lang lang)
{
	return refusals[refusal].help[lang];
}

void http_refusal_count(enum http_refusal refusal)
{
	metric_add(METRIC_http_refused, 1);
	metric_add(refusals[refusal].metric, 1);
	if (refusal == HTTP_head_timeout || refusal == HTTP_body_timeout)
		metric_add(METRIC_http_timeouts, 1);
}

const char *who_kind_name(enum who_kind kind)
{
	static const char *const names[] = {
		[WHO_ANYONE] = "anyone",
		[WHO_TICKET] = "ticket",
		[WHO_STAFF] = "staff",
		[WHO_CITIZEN] = "citizen",
		[WHO_JOB] = "job",
		[WHO_UPLOAD] = "upload",
	};

	return names[kind];
}

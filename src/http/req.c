/* The life of a request, its fields, its faults. */
#include "http/req.h"

#include <string.h>

#include "base/clock.h"
#include "base/metric.h"
#include "base/must.h"
#include "base/rand.h"
#include "http/negotiate.h"
#include "http/reply.h"

enum {
	TRACE_PARENT_LEN = 55,
	TRACE_ID_LEN = 32
};

static void count_out(struct req *req)
{
	(void)req;
	metric_add(METRIC_requests_in_flight, -1);
}

struct req *req_new(struct app *app, struct conn *conn)
{
	struct arena *arena = arena_new();
	struct req *req = arena ? arena_try(arena, sizeof(*req)) : NULL;

	if (!req) {
		arena_free(arena);
		return NULL;
	}
	req->arena = arena;
	req->app = app;
	req->conn = conn;
	req->content_length = -1;
	req->id = uuid_new();
	req->began_us = clock_mono_us();
	metric_add(METRIC_requests_in_flight, 1);
	arena_defer(arena, count_out, req);
	return req;
}

int64_t req_began_ms(const struct req *req)
{
	return clock_wall_ms() - (clock_mono_us() - req->began_us) / 1000;
}

void req_become(struct req *req, enum req_state state)
{
	if (req->state == REQ_LEFT)
		return;
	must(req->state != REQ_ANSWERED || state == REQ_ANSWERED);
	must(state != REQ_HEAD);
	req->state = state;
}

/* The one end. */
static void end(struct req *req)
{
	must(!req->conn && req->pins == 0);
	reply_log(req);
	arena_free(req->arena);
}

void req_pin(struct req *req)
{
	req->pins++;
}

void req_unpin(struct req *req)
{
	must(req->pins > 0);
	req->pins--;
	if (req->pins == 0 && !req->conn)
		end(req);
}

void req_leave(struct req *req)
{
	req->conn = NULL;
	if (req->state != REQ_ANSWERED) {
		req_become(req, REQ_LEFT);
		metric_add(METRIC_client_left, 1);
	}
	if (req->pins == 0)
		end(req);
}

bool req_is_unwanted(const struct req *req)
{
	return req->state == REQ_LEFT && req->read_only;
}

struct str req_field(const struct req *req, const char *name)
{
	struct str wanted = str_of(name);

	for (unsigned i = 0; i < req->nfields; i++)
		if (req->fields[i].name.len == wanted.len && str_eq_nocase(req->fields[i].name, wanted))
			return req->fields[i].value;
	return STR_NONE;
}

struct str req_field_list(const struct req *req, const char *name)
{
	struct str wanted = str_of(name), first = STR_NONE;
	struct buf all = {.arena = req->arena};

	for (unsigned i = 0; i < req->nfields; i++) {
		struct str value = req->fields[i].value;
		if (!str_eq_nocase(req->fields[i].name, wanted))
			continue;
		if (!first.at) {
			first = value;
			continue;
		}
		if (all.len == 0)
			buf_put(&all, first);
		buf_put(&all, STR(", "));
		buf_put(&all, value);
	}
	return all.len > 0 ? buf_str(&all) : first;
}

void req_fault(struct req *req, const char *in, struct str where, enum fault code)
{
	if (req->nfaults == REQ_FAULTS_MAX)
		return;
	req->faults[req->nfaults++] = (struct req_fault){.in = in, .where = where, .code = code};
}

void req_fault_help(struct req *req, const char *in, struct str where, enum fault code, struct str help)
{
	unsigned before = req->nfaults;

	req_fault(req, in, where, code);
	if (req->nfaults > before)
		req->faults[before].detail =
			arena_printf(req->arena, "%s (%.*s)", fault_text(code, req->lang), STR_ARG(help));
}

void req_fault_limit(struct req *req, const char *in, struct str where, enum fault code, struct str limit)
{
	static const char *const words[2][LANG_COUNT] = {{"tối đa", "at most"}, {"tối thiểu", "at least"}};
	bool at_least = code == FAULT_too_short || code == FAULT_too_small;

	req_fault_help(req, in, where, code,
		arena_printf(req->arena, "%s %.*s", words[at_least][req->lang], STR_ARG(limit)));
}

void req_fault_limit_at(struct req *req, const char *in, struct str where, enum fault code, int64_t limit_ms)
{
	char text[CLOCK_RFC3339_SIZE];

	clock_format(limit_ms, text);
	req_fault_limit(req, in, where, code, str_of(text));
}

void req_fault_line(struct req *req, struct str pointer, unsigned line, struct str reason)
{
	unsigned before = req->nfaults;

	req_fault(req, "pointer", pointer, FAULT_bad_format);
	if (req->nfaults == before)
		return;
	req->faults[before].line = line;
	req->faults[before].detail = reason;
}

static bool is_lower_hex(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!((s.at[i] >= '0' && s.at[i] <= '9') || (s.at[i] >= 'a' && s.at[i] <= 'f')))
			return false;
	return true;
}

static bool is_all_zero(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] != '0')
			return false;
	return true;
}

/* W3C Trace Context: version "-" trace-id "-" parent-id "-" flags; later versions may append more. */
static bool read_traceparent(struct req *req, struct str s)
{
	if (s.len < TRACE_PARENT_LEN || s.at[2] != '-' || s.at[35] != '-' || s.at[52] != '-')
		return false;
	struct str version = {s.at, 2}, trace = {s.at + 3, TRACE_ID_LEN}, parent = {s.at + 36, 16},
		   flags = {s.at + 53, 2};
	if (!is_lower_hex(version) || !is_lower_hex(trace) || !is_lower_hex(parent) || !is_lower_hex(flags))
		return false;
	if (str_eq(version, STR("ff")) || is_all_zero(trace) || is_all_zero(parent))
		return false;
	if (s.len > TRACE_PARENT_LEN && (str_eq(version, STR("00")) || s.at[TRACE_PARENT_LEN] != '-'))
		return false;
	memcpy(req->trace_id, trace.at, TRACE_ID_LEN);
	req->sampled = strchr("13579bdf", flags.at[1]) != NULL;
	return true;
}

static void begin_trace(struct req *req)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t random[TRACE_ID_LEN / 2];

	rand_bytes(random, sizeof(random));
	for (unsigned i = 0; i < sizeof(random); i++) {
		req->trace_id[2 * i] = digits[random[i] >> 4];
		req->trace_id[2 * i + 1] = digits[random[i] & 15];
	}
}

void req_read_fields(struct req *req)
{
	req->lang = negotiate_language(req_field_list(req, "Accept-Language"));
	/* Two traceparent fields, joined, are not valid: a new trace begins. */
	if (!read_traceparent(req, req_field_list(req, "traceparent")))
		begin_trace(req);
}

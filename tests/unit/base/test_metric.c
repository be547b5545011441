/* base/metric.h: sums over processes, and text that a strict reader takes. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/metric.h"

static const char *const routes[] = {"GET /v1/tickets/{id}", "POST /v1/tickets", "odd \"route\"\\\n"};

static int make_slots(void **state)
{
	(void)state;
	metric_add(METRIC_bytes_in, 5); /* before there are slots: not counted */
	metric_request(0, 200, 1);
	metric_init();
	return 0;
}

static int make_arena(void **state)
{
	*state = arena_new();
	return *state ? 0 : -1;
}

static int free_arena(void **state)
{
	arena_free(*state);
	return 0;
}

static char *print(struct arena *arena, bool openmetrics)
{
	struct buf out = {.arena = arena};

	metric_print(&out, routes, 3, openmetrics);
	return arena_cstr(arena, buf_str(&out));
}

/* The value of the line that begins with this name and labels; -1 when there is none. */
static double value_of(const char *text, const char *sample)
{
	const char *at = text;
	size_t len = strlen(sample);

	while ((at = strstr(at, sample)) != NULL) {
		if ((at == text || at[-1] == '\n') && at[len] == ' ')
			return strtod(at + len, NULL);
		at++;
	}
	return -1;
}

static void sums_over_processes(void **state)
{
	char *text;

	for (unsigned slot = 1; slot <= 3; slot++) {
		pid_t child = fork();

		if (child == 0) {
			metric_slot(slot);
			metric_add(METRIC_bytes_in, slot * 100);
			metric_add(METRIC_connections_open, 2);
			metric_request(1, 201, 1500);
			_exit(0);
		}
		assert_int_equal(waitpid(child, NULL, 0), child);
	}
	text = print(*state, false);
	assert_true(value_of(text, "tiepdan_bytes_in_total") == 600);
	assert_true(value_of(text, "tiepdan_connections_open") == 6);
	assert_true(
		value_of(text, "tiepdan_http_requests_total{route=\"POST /v1/tickets\",class=\"2xx\"}") == 3);
	/* A new process in an old slot: counters go on, gauges begin at zero. */
	metric_slot(2);
	metric_add(METRIC_bytes_in, 1);
	metric_slot(0);
	text = print(*state, false);
	assert_true(value_of(text, "tiepdan_bytes_in_total") == 601);
	assert_true(value_of(text, "tiepdan_connections_open") == 4);
	metric_left(1);
	text = print(*state, false);
	assert_true(value_of(text, "tiepdan_bytes_in_total") == 601);
	assert_true(value_of(text, "tiepdan_connections_open") == 2);
}

static void a_histogram(void **state)
{
	static const int64_t times[] = {
		0, 100, 101, 4999, 5000, 5001, 100000000, 100000001, INT64_C(3600000000)};
	char *text;

	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		metric_request(0, i % 2 ? 404 : 200, times[i]);
	metric_request(METRIC_ROUTES - 1, 599, 1);
	text = print(*state, false);
#define BUCKET(le)                                                                                           \
	value_of(text, "tiepdan_http_request_seconds_bucket{route=\"GET /v1/tickets/{id}\",le=\"" le "\"}")
	assert_true(BUCKET("0.0001") == 2);
	assert_true(BUCKET("0.0002") == 3);
	assert_true(BUCKET("0.002") == 3);
	assert_true(BUCKET("0.005") == 5);
	assert_true(BUCKET("0.01") == 6);
	assert_true(BUCKET("100.0") == 7);
	assert_true(BUCKET("+Inf") == 9);
	assert_true(
		value_of(text, "tiepdan_http_request_seconds_count{route=\"GET /v1/tickets/{id}\"}") == 9);
	assert_non_null(strstr(
		text, "tiepdan_http_request_seconds_sum{route=\"GET /v1/tickets/{id}\"} 3800.015202\n"));
	assert_true(
		value_of(text, "tiepdan_http_requests_total{route=\"GET /v1/tickets/{id}\",class=\"4xx\"}") ==
		4);
	assert_true(value_of(text, "tiepdan_http_requests_total{route=\"none\",class=\"5xx\"}") == 1);
}

/* A reader of the text format that takes nothing on trust. */
struct reader {
	bool openmetrics;
	char family[100], type[200]; /* of the last TYPE line */
	char seen[100][100];	     /* families so far       */
	unsigned nseen;
	char series[300]; /* of the last bucket, without le */
	double bucket;	  /* its value; -1: none is open    */
};

static size_t name_length(const char *at)
{
	return strspn(at, "abcdefghijklmnopqrstuvwxyz_0123456789");
}

static void check_head(struct reader *r, const char *line)
{
	char name[100], rest[200];

	assert_int_equal(sscanf(line, "%*s %*s %99s %199[^\n]", name, rest), 2);
	assert_int_equal(name_length(name), strlen(name));
	assert_memory_equal(name, "tiepdan_", 8);
	if (strncmp(line, "# HELP ", 7) == 0) {
		for (unsigned i = 0; i < r->nseen; i++)
			assert_string_not_equal(r->seen[i], name);
		snprintf(r->seen[r->nseen++], sizeof(r->seen[0]), "%s", name);
		assert_null(strchr(rest, '\\'));
		return;
	}
	assert_int_equal(strncmp(line, "# TYPE ", 7), 0);
	assert_string_equal(r->seen[r->nseen - 1], name);
	assert_true(
		strcmp(rest, "counter") == 0 || strcmp(rest, "gauge") == 0 || strcmp(rest, "histogram") == 0);
	snprintf(r->family, sizeof(r->family), "%s", name);
	snprintf(r->type, sizeof(r->type), "%s", rest);
}

/* Reads {name="value",...}, unescaping; returns what stands behind it and gives the value of le. */
static const char *check_labels(const char *at, char *ret_le)
{
	do {
		size_t n = name_length(++at), len = 0;
		bool le = n == 2 && strncmp(at, "le", 2) == 0;

		assert_true(n > 0 && at[n] == '=' && at[n + 1] == '"');
		for (at += n + 2; *at != '"'; at++) {
			assert_true(*at != '\n' && *at != '\0');
			if (*at == '\\')
				assert_non_null(strchr("\\\"n", *++at));
			if (le)
				ret_le[len++] = *at;
		}
		at++;
	} while (*at == ',');
	assert_int_equal(*at, '}');
	return at + 1;
}

static void check_bucket(struct reader *r, const char *line, const char *le, double value)
{
	size_t len = strcspn(line, ",");

	if (r->bucket >= 0) {
		assert_int_equal(strncmp(line, r->series, len), 0);
		assert_true(value >= r->bucket);
	}
	memcpy(r->series, line, len);
	r->series[len] = '\0';
	r->bucket = strcmp(le, "+Inf") == 0 ? -1 : value;
}

static void check_sample(struct reader *r, const char *line)
{
	size_t n = name_length(line), family = strlen(r->family);
	char le[20] = "";
	const char *at = line[n] == '{' ? check_labels(line + n, le) : line + n;
	const char *suffix = line + family;
	char *end;
	double value;

	assert_int_equal(*at, ' ');
	value = strtod(at + 1, &end);
	assert_true(end != at + 1 && *end == '\0' && value >= 0);
	assert_int_equal(strncmp(line, r->family, family), 0);
	n -= family;
	if (strcmp(r->type, "histogram") == 0) {
		bool bucket = n == 7 && strncmp(suffix, "_bucket", n) == 0;

		assert_true(bucket || (n == 4 && strncmp(suffix, "_sum", n) == 0) ||
			    (n == 6 && strncmp(suffix, "_count", n) == 0));
		assert_int_equal(bucket, le[0] != '\0');
		if (bucket)
			check_bucket(r, line, le, value);
		else
			assert_true(r->bucket < 0);
	} else if (strcmp(r->type, "counter") == 0) {
		assert_true(r->openmetrics ? n == 6 && strncmp(suffix, "_total", 6) == 0
					   : n == 0 && strncmp(suffix - 6, "_total", 6) == 0);
	} else {
		assert_int_equal(n, 0);
	}
}

static unsigned check_text(char *text, bool openmetrics)
{
	struct reader r = {.openmetrics = openmetrics, .bucket = -1};
	char *line = text, *end;
	unsigned samples = 0;

	for (; *line; line = end + 1) {
		end = strchr(line, '\n');
		assert_non_null(end);
		*end = '\0';
		if (openmetrics && end[1] == '\0') {
			assert_string_equal(line, "# EOF");
		} else if (line[0] == '#') {
			check_head(&r, line);
		} else {
			check_sample(&r, line);
			samples++;
		}
	}
	return samples;
}

static void the_text_is_well_formed(void **state)
{
	char *text;

	metric_request(2, 500, 10);
	text = print(*state, false);
	assert_non_null(strstr(text, "{route=\"odd \\\"route\\\"\\\\\\n\",class=\"5xx\"} 1\n"));
	assert_null(strstr(text, "EOF"));
	assert_true(check_text(text, false) > METRIC_COUNT + 3 * (METRIC_BUCKETS + 2));
	assert_true(check_text(print(*state, true), true) > METRIC_COUNT + 3 * (METRIC_BUCKETS + 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sums_over_processes, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(a_histogram, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(the_text_is_well_formed, make_arena, free_arena),
	};

	return cmocka_run_group_tests(tests, make_slots, NULL);
}

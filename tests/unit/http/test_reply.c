/* Answers: shared headers, entity tags, compression, problems. */
#include "world.h"

#include <zlib.h>

static char heard[64 * 1024];

/* Sends one request and returns its answer. */
static size_t ask(const char *request)
{
	int fd = client();
	size_t len;

	say(fd, request);
	len = hear(fd, heard, sizeof heard, NULL);
	close(fd);
	spin();
	return len;
}

static bool has(const char *line)
{
	return strstr(heard, line) != NULL;
}

static const char *body(void)
{
	return strstr(heard, "\r\n\r\n") + 4;
}

static void test_shared_headers(void **state)
{
	(void)state;
	ask("GET /now HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(has("HTTP/1.1 200 OK\r\nDate: "));
	assert_true(has(" GMT\r\n"));
	assert_true(has("\r\nX-Request-Id: "));
	assert_true(has("\r\ntraceparent: 00-"));
	assert_true(has("\r\nX-Content-Type-Options: nosniff\r\n"));
	assert_true(has("\r\nReferrer-Policy: no-referrer\r\n"));
	assert_true(has("\r\nCache-Control: private, no-store\r\n"));
	assert_true(has("\r\nVary: Accept-Language, Accept-Encoding\r\n"));
	assert_true(has("\r\nContent-Type: application/json\r\n"));
	assert_true(has("\r\nContent-Language: vi\r\n"));
	assert_true(has("\r\nContent-Length: 12\r\n"));
	assert_false(has("Connection"));
	assert_false(has("Server"));
	assert_string_equal(body(), "{\"now\":true}");
}

static void test_http_1_0(void **state)
{
	(void)state;
	ask("GET /now HTTP/1.0\r\n\r\n");
	assert_true(has("HTTP/1.1 200 OK") && has("\r\nConnection: close\r\n"));
	ask("GET /now HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
	assert_true(has("\r\nConnection: keep-alive\r\n"));
}

static void test_head_has_the_headers_only(void **state)
{
	(void)state;
	ask("HEAD /now HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(has("\r\nContent-Length: 12\r\n"));
	assert_string_equal(body(), "");
	ask("HEAD /missing HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(has("HTTP/1.1 404 "));
	assert_string_equal(body(), "");
}

#define TAGGED(fields) "GET /tagged HTTP/1.1\r\nHost: x\r\n" fields "\r\n"

static void test_entity_tags(void **state)
{
	static const char *const known[] = {
		TAGGED("If-None-Match: \"7\"\r\n"),
		TAGGED("If-None-Match: W/\"7\"\r\n"),
		TAGGED("If-None-Match: \"a,b\", W/\"7\" , \"8\"\r\n"),
		TAGGED("If-None-Match: \"a\"\r\nIf-None-Match: \"7-gzip\"\r\n"),
		TAGGED("If-None-Match: *\r\n"),
	};
	static const char *const unknown[] = {
		TAGGED(""),
		TAGGED("If-None-Match: \"8\"\r\n"),
		TAGGED("If-None-Match: 7\r\n"),
		TAGGED("If-None-Match: \"7\r\n"),
		TAGGED("If-None-Match: \"a\"7\"b\"\r\n"),
	};

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		ask(known[i]);
		assert_true(has("HTTP/1.1 304 Not Modified\r\n") && has("\r\nETag: \"7\"\r\n"));
		assert_true(has("\r\nCache-Control: ") && has("\r\nVary: ") && has("\r\nDate: "));
		assert_false(has("\r\nContent-Length") || has("\r\nContent-Type:"));
		assert_string_equal(body(), "");
		ask(unknown[i]);
		assert_true(has("HTTP/1.1 200 OK\r\n") && has("\r\nETag: \"7\"\r\n"));
	}
}

static void test_if_match(void **state)
{
	(void)state;
	struct str tag = reply_tag_of(STR("\"7\""));
	assert_true(str_eq(tag, STR("7")));
	tag = reply_tag_of(STR("\"7-gzip\""));
	assert_true(str_eq(tag, STR("7")));
	assert_null(reply_tag_of(STR("W/\"7\"")).at);
	assert_null(reply_tag_of(STR("\"7\", \"8\"")).at);
	assert_null(reply_tag_of(STR("7")).at);
	assert_null(reply_tag_of(STR("\"")).at);
	assert_null(reply_tag_of(STR_NONE).at);
}

static void test_gzip(void **state)
{
	static char plain[4096];
	size_t len = ask(TAGGED("Accept-Encoding: br, gzip;q=0.5\r\n"));
	z_stream z = {
		.next_in = (Bytef *)(uintptr_t)body(), .next_out = (Bytef *)plain, .avail_out = sizeof plain};

	(void)state;
	assert_true(has("\r\nContent-Encoding: gzip\r\n") && has("\r\nETag: \"7-gzip\"\r\n"));
	z.avail_in = (unsigned)(len - (size_t)(body() - heard));
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, 2000);
	assert_int_equal(z.avail_in, 0);
	inflateEnd(&z);
	ask(TAGGED("Accept-Encoding: gzip\r\nIf-None-Match: \"7-gzip\"\r\n"));
	assert_true(has("HTTP/1.1 304 ") && has("\r\nETag: \"7-gzip\"\r\n"));
	ask(TAGGED("Accept-Encoding: gzip;q=0\r\n"));
	assert_false(has("Content-Encoding"));
	ask("GET /now HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n");
	assert_false(has("Content-Encoding")); /* too short to be worth it */
}

static void test_problems(void **state)
{
	(void)state;
	ask("GET /missing HTTP/1.1\r\nHost: x\r\nAccept-Language: en-GB\r\n\r\n");
	assert_true(
		has("\r\nContent-Type: application/problem+json\r\n") && has("\r\nContent-Language: en\r\n"));
	assert_true(has("{\"type\":\"http://localhost:8080/problems/not-found\",\"title\":\"Not "
			"found\",\"status\":404,"
			"\"instance\":\"urn:uuid:"));
	char id[37];
	snprintf(id, sizeof id, "%s", strstr(heard, "X-Request-Id: ") + 14);
	assert_non_null(strstr(body(), id));
	ask("GET /missing HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(has("\"title\":\"Không tìm thấy\""));
}

/* One request in hand, without a client. */
static struct req *held_request(void)
{
	int fd = client();

	say(fd, "GET /hold HTTP/1.1\r\nHost: x\r\nAccept-Language: en\r\n\r\n");
	world.begun = (unsigned)fd; /* kept for finish_held() */
	return world.held;
}

static void finish_held(struct req *req)
{
	req_unpin(req);
	hear((int)world.begun, heard, sizeof heard, NULL);
	close((int)world.begun);
	spin();
}

static void test_faults(void **state)
{
	struct req *req = held_request();

	(void)state;
	assert_false(reply_faults(req));
	req_fault(req, "pointer", STR("/contact/s\xe1\xbb\x91 \"1\"~1%"), FAULT_bad_format);
	req_fault(req, "parameter", STR("limit"), FAULT_too_large);
	req_fault(req, "header", STR("If-Match"), FAULT_required);
	assert_true(reply_faults(req));
	finish_held(req);
	assert_true(has("HTTP/1.1 422 Unprocessable Content\r\n"));
	assert_true(has(
		",\"errors\":[{\"pointer\":\"#/contact/s%E1%BB%91%20%221%22~1%25\",\"code\":\"bad_format\","
		"\"detail\":\"has the wrong format\"},{\"parameter\":\"limit\",\"code\":\"too_large\","
		"\"detail\":\"is too large\"},{\"header\":\"If-Match\",\"code\":\"required\","
		"\"detail\":\"is required\"}]}"));
}

static void test_too_many_faults_are_cut(void **state)
{
	struct req *req = held_request();

	(void)state;
	for (unsigned i = 0; i < REQ_FAULTS_MAX + 10; i++)
		req_fault(req, "parameter", STR("a"), FAULT_unknown);
	assert_int_equal(req->nfaults, REQ_FAULTS_MAX);
	reply_faults(req);
	finish_held(req);
	assert_true(has("HTTP/1.1 422 "));
}

static void test_problem_with_more_members(void **state)
{
	struct req *req = held_request();

	(void)state;
	reply_header(req, "Vary", STR("Accept"));
	reply_header(req, "Location", STR("/a"));
	reply_header(req, "location", STR("/b"));
	reply_header(req, "X-Bad", STR("a\r\nSet-Cookie: b"));
	reply_etag(req, STR("7"));
	reply_problem_with(req, PROBLEM_unavailable, STR("\"quoted\""), STR("\"moves\":[1]"));
	finish_held(req);
	assert_true(has("\r\nVary: Accept, Accept-Language, Accept-Encoding\r\n"));
	assert_true(has("\r\nLocation: /b\r\n") && has("\r\nRetry-After: 1\r\n"));
	assert_false(has("/a\r\n") || has("Set-Cookie") || has("ETag"));
	assert_true(has("\"detail\":\"\\\"quoted\\\"\"") && has(",\"moves\":[1]}"));
}

static void test_problem_of_a_member(void **state)
{
	struct req *req = held_request();

	(void)state;
	reply_problem(req, PROBLEM_unknown_category, STR_NONE);
	finish_held(req);
	assert_true(has("\"errors\":[{\"pointer\":\"#/category\","));
}

static void test_no_memory(void **state)
{
	struct req *req = held_request();

	(void)state;
	arena_fail(req->arena);
	reply_json(req, 200, STR("{}"));
	finish_held(req);
	assert_true(has("HTTP/1.1 503 ") && has("\r\nConnection: close\r\n"));
	assert_int_equal(strlen(body()), strtoul(strstr(heard, "Content-Length: ") + 16, NULL, 10));
}

static void test_empty(void **state)
{
	struct req *req = held_request();

	(void)state;
	reply_empty(req, 204);
	finish_held(req);
	assert_true(has("HTTP/1.1 204 No Content\r\n"));
	assert_false(has("\r\nContent-Length") || has("\r\nContent-Type:"));
}

#define TRACED(value) "GET /now HTTP/1.1\r\nHost: x\r\ntraceparent: " value "\r\n\r\n"
#define TRACE	      "0af7651916cd43dd8448eb211c80319c"

static void test_trace_context(void **state)
{
	static const char *const refused[] = {
		TRACED("00-" TRACE "-b7ad6b7169203331-01x"),
		TRACED("00-" TRACE "-b7ad6b7169203331-01-a"),
		TRACED("ff-" TRACE "-b7ad6b7169203331-01"),
		TRACED("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"),
		TRACED("00-00000000000000000000000000000000-b7ad6b7169203331-01"),
		TRACED("00-" TRACE "-0000000000000000-01"),
		TRACED("00-" TRACE "_b7ad6b7169203331-01"),
		TRACED("00-" TRACE "-b7ad6b7169203331"),
		TRACED("00-" TRACE "-b7ad6b7169203331-01\r\ntraceparent: 00-" TRACE "-b7ad6b7169203331-01"),
	};

	(void)state;
	ask(TRACED("00-" TRACE "-b7ad6b7169203331-01"));
	assert_true(has("\r\ntraceparent: 00-" TRACE "-"));
	assert_false(has("b7ad6b7169203331"));
	assert_true(has("-01\r\nX-Content"));
	ask(TRACED("cc-" TRACE "-b7ad6b7169203331-02-more"));
	assert_true(has("\r\ntraceparent: 00-" TRACE "-"));
	assert_true(has("-00\r\nX-Content"));
	for (unsigned i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		ask(refused[i]);
		assert_true(has("\r\ntraceparent: 00-"));
		assert_false(has(TRACE));
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
	const struct CMUnitTest tests[] = {
		TEST(test_shared_headers),
		TEST(test_http_1_0),
		TEST(test_head_has_the_headers_only),
		TEST(test_entity_tags),
		TEST(test_if_match),
		TEST(test_gzip),
		TEST(test_problems),
		TEST(test_faults),
		TEST(test_too_many_faults_are_cut),
		TEST(test_problem_with_more_members),
		TEST(test_problem_of_a_member),
		TEST(test_no_memory),
		TEST(test_empty),
		TEST(test_trace_context),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Bodies that are streamed, and files that are sent. */
#include "world.h"

#define POST(length) "POST /stream HTTP/1.1\r\nHost: x\r\nContent-Length: " length "\r\n\r\n"

enum {
	FILE_SIZE = 300000
};

/* What the sink of a test was given. It refuses when `refuse_at` bytes have come. */
static struct stream {
	struct body_sink sink;
	size_t taken, refuse_at, last;
	bool complete;
} stream;

static bool take(struct body_sink *sink, struct req *req, struct str piece)
{
	struct stream *s = (struct stream *)(void *)sink;

	s->taken += piece.len;
	s->last = (uint8_t)piece.at[piece.len - 1];
	if (s->taken < s->refuse_at)
		return true;
	reply_problem(req, PROBLEM_insufficient_storage, STR_NONE);
	return false;
}

static void complete(struct body_sink *sink, struct req *req)
{
	(void)sink;
	stream.complete = true;
	reply_json(req, 200, STR("{}"));
}

static void begin_stream(struct req *req)
{
	if (str_eq(req->path, STR("/stream"))) {
		stream.sink = (struct body_sink){take, complete};
		conn_stream_body(req, 100000, &stream.sink);
		return;
	}
	if (!str_eq(req->path, STR("/file"))) {
		begin(req);
		return;
	}
	int fd = open(".", O_TMPFILE | O_RDWR, 0600);
	char byte;
	assert_true(fd >= 0);
	for (int i = 0; i < FILE_SIZE; i++) {
		byte = (char)('a' + i % 26);
		if (i % 1000 == 0 || i > FILE_SIZE - 10)
			assert_int_equal(pwrite(fd, &byte, 1, i), 1);
	}
	reply_etag(req, STR("abc"));
	reply_file(req, fd, FILE_SIZE, "text/plain");
}

static const struct server stream_server = {
	.begin = begin_stream, .route_index = no_index, .route_name = no_name};

static int stream_client(void)
{
	struct sockaddr_in peer = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int pair[2];

	stream = (struct stream){.refuse_at = SIZE_MAX};
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
	conn_open(&world.app, &stream_server, pair[0], (struct sockaddr *)(void *)&peer);
	return pair[1];
}

static void test_pieces_come_as_they_are_sent(void **state)
{
	int fd = stream_client();

	(void)state;
	say(fd, POST("10") "abc");
	assert_int_equal(stream.taken, 3);
	assert_false(stream.complete);
	say(fd, "defghij");
	assert_int_equal(stream.last, 'j');
	assert_true(stream.complete);
	assert_statuses(fd, "200");
	say(fd, "POST /stream HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
		"chunked\r\n\r\n3\r\nxyz\r\n0\r\n\r\n" HIDDEN);
	assert_statuses(fd, "200 200");
	assert_int_equal(world.hidden, 1);
	close(fd);
	spin();
}

static void test_what_a_sink_refuses_is_not_read_as_a_request(void **state)
{
	int fd = stream_client();

	(void)state;
	stream.refuse_at = 5;
	say(fd, POST("66") HIDDEN);
	assert_statuses(fd, "507");
	say(fd, HIDDEN HIDDEN);
	assert_statuses(fd, "200"); /* behind the 66 bytes */
	assert_int_equal(world.hidden, 1);
	close(fd);
	spin();
	fd = stream_client();
	stream.refuse_at = 5;
	say(fd, "POST /stream HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n" HIDDEN HIDDEN);
	assert_statuses(fd, "507");
	assert_int_equal(world.hidden, 1);
	close(fd);
	spin();
}

static void test_too_much(void **state)
{
	int fd = stream_client();

	(void)state;
	say(fd, POST("100001"));
	assert_statuses(fd, "413");
	assert_int_equal(stream.taken, 0);
	close(fd);
	spin();
}

static void test_a_slow_stream_may_go_on_but_not_a_silent_one(void **state)
{
	int fd = stream_client();

	(void)state;
	world.config.body_timeout_ms = 1; /* does not count: streams last as long as they bring something */
	say(fd, POST("10") "abc");
	run_ms(60);
	assert_statuses(fd, "");
	say(fd, "defghij");
	assert_statuses(fd, "200");
	close(fd);
	spin();
}

/* Reads until nothing comes; the bytes of the body. */
static size_t body_size(int fd, char *ret_head, size_t size)
{
	char text[65536], *end;
	size_t whole = 0, head = 0, len;

	ret_head[0] = 0;
	while ((len = hear(fd, text, sizeof text, NULL)) > 0) {
		if (whole == 0 && (end = strstr(text, "\r\n\r\n")) != NULL) {
			head = (size_t)(end + 4 - text);
			snprintf(ret_head, size, "%.*s", (int)head, text);
		}
		whole += len;
	}
	return whole - head;
}

static void test_files(void **state)
{
	static const struct {
		const char *fields;
		const char *status, *says;
		size_t body;
	} cases[] = {
		{"", "200", "Accept-Ranges: bytes", FILE_SIZE},
		{"Range: bytes=10-19\r\n", "206", "Content-Range: bytes 10-19/300000", 10},
		{"Range: bytes=-5\r\n", "206", "Content-Range: bytes 299995-299999/300000", 5},
		{"Range: bytes=300000-\r\n", "416", "Content-Range: bytes */300000", 0},
		{"Range: bytes=1-2\r\nIf-Range: \"abc\"\r\n", "206", "Content-Range: bytes 1-2/300000", 2},
		{"Range: bytes=1-2\r\nIf-Range: \"other\"\r\n", "200", "Content-Length: 300000", FILE_SIZE},
		{"If-None-Match: \"abc\"\r\n", "304", "ETag: \"abc\"", 0},
	};
	char head[2048], text[256];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int fd = stream_client();
		snprintf(text, sizeof text, "GET /file HTTP/1.1\r\nHost: x\r\n%s\r\n", cases[i].fields);
		say(fd, text);
		size_t n = body_size(fd, head, sizeof head);
		assert_memory_equal(head + 9, cases[i].status, 3);
		assert_non_null(strstr(head, cases[i].says));
		if (strcmp(cases[i].status, "416") != 0)
			assert_int_equal(n, cases[i].body);
		say(fd, "HEAD /file HTTP/1.1\r\nHost: x\r\n\r\n");
		assert_int_equal(body_size(fd, head, sizeof head), 0);
		assert_non_null(strstr(head, "Content-Length: 300000"));
		close(fd);
		spin();
	}
	assert_int_equal(conns_count(&world.app), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pieces_come_as_they_are_sent),
		TEST(test_what_a_sink_refuses_is_not_read_as_a_request),
		TEST(test_too_much),
		TEST(test_a_slow_stream_may_go_on_but_not_a_silent_one),
		TEST(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

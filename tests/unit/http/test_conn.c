/* Connections: order, deadlines, clients that leave, limits. */
#include "world.h"

#include <arpa/inet.h>

#include "base/fail.h"
#include "http/conn_private.h"
#include "http/listener.h"

#define GET(path)	   "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"
#define POST(path, length) "POST " path " HTTP/1.1\r\nHost: x\r\nContent-Length: " length "\r\n\r\n"

static void test_pipelined_requests_are_answered_in_order(void **state)
{
	int fd = client();

	(void)state;
	say(fd, GET("/now") GET("/hold") GET("/missing") POST("/echo", "5") "hello" GET("/now"));
	assert_statuses(fd, "200");
	assert_int_equal(world.begun, 2);
	let_go();
	assert_statuses(fd, "200 404 200 200");
	assert_string_equal(world.last_body, "hello");
	close(fd);
	spin();
	assert_int_equal(conns_count(&world.app), 0);
}

static void test_many_pipelined_requests(void **state)
{
	char text[300 * sizeof HIDDEN], heard[1024];
	unsigned answers = 0;
	int fd = client();
	size_t n = 0, len;

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		n += (size_t)sprintf(text + n, HIDDEN);
	assert_true(say_bytes(fd, text, n));
	while ((len = hear(fd, heard, sizeof heard, NULL)) > 0)
		for (const char *at = heard; (at = strstr(at, "X-Request-Id")) != NULL; at++)
			answers++;
	assert_int_equal(world.hidden, 300);
	assert_in_range(answers, 250, 300); /* a name may be cut at the end of a buffer */
	close(fd);
	spin();
}

static void test_answers_from_elsewhere(void **state)
{
	int fd = client();

	(void)state;
	say(fd, GET("/later"));
	assert_statuses(fd, "");
	run_ms(30);
	assert_statuses(fd, "200");
	close(fd);
	spin();
}

static void test_one_byte_at_a_time(void **state)
{
	static const char text[] = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
				   "3\r\nhel\r\n2\r\nlo\r\n0\r\nA: b\r\n\r\n" GET("/now");
	int fd = client();

	(void)state;
	say_slowly(fd, text, sizeof text - 1);
	assert_statuses(fd, "200 200");
	assert_string_equal(world.last_body, "hello");
	close(fd);
	spin();
}

static void test_continue_is_sent_only_to_those_who_wait(void **state)
{
	static const char head[] =
		"POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
	char text[128];
	int fd = client();

	(void)state;
	say(fd, head);
	assert_statuses(fd, "100");
	say(fd, "hello");
	assert_statuses(fd, "200");
	sprintf(text, "%shello", head);
	say(fd, text);
	assert_statuses(fd, "200");
	sprintf(text,
		"POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n");
	say(fd, text);
	assert_statuses(fd, "413");
	close(fd);
	spin();
}

static void test_a_refusal_reaches_a_client_that_goes_on_sending(void **state)
{
	static char body[300 * 1024];
	bool closed;
	int fd = client();
	char heard[4096];

	(void)state;
	memset(body, 'x', sizeof body);
	say(fd, POST("/echo", "10000000"));
	for (int i = 0; i < 5; i++)
		assert_true(send(fd, body, 1000, MSG_NOSIGNAL) > 0);
	spin();
	assert_true(send(fd, body, sizeof body, MSG_NOSIGNAL) > 0);
	hear(fd, heard, sizeof heard, &closed);
	assert_non_null(strstr(heard, "HTTP/1.1 413 "));
	assert_non_null(strstr(heard, "Connection: close"));
	assert_true(closed);
	assert_int_equal(world.bodies, 0);
	close(fd);
	spin();
	assert_int_equal(conns_count(&world.app), 0);
}

static void test_a_lingering_connection_is_closed(void **state)
{
	int fd = client();

	(void)state;
	say(fd, "BAD\r\n\r\n");
	assert_statuses(fd, "400");
	assert_int_equal(conns_count(&world.app), 1);
	run_ms(2100);
	assert_int_equal(conns_count(&world.app), 0);
	close(fd);
}

static void test_half_closed_client_gets_its_answer(void **state)
{
	int fd = client(), post = client();

	(void)state;
	send(fd, GET("/later"), strlen(GET("/later")), 0);
	shutdown(fd, SHUT_WR);
	say(post, POST("/echo", "5") "hello" GET("/hold"));
	shutdown(post, SHUT_WR);
	spin();
	assert_statuses(post, "200");
	let_go();
	assert_statuses(post, "200");
	run_ms(30);
	assert_statuses(fd, "200");
	assert_int_equal(conns_count(&world.app), 0);
	close(fd);
	close(post);
}

static void test_hang_up_gives_up_a_get_that_only_waits(void **state)
{
	int fd = client();

	(void)state;
	say(fd, GET("/wait"));
	req_pin(world.held); /* so that the test may look at it */
	req_unpin(world.held);
	close(fd);
	spin();
	assert_int_equal(conns_count(&world.app), 0);
}

static void test_hang_up_leaves_a_pinned_request(void **state)
{
	int fd = client();

	(void)state;
	say(fd, GET("/hold"));
	close(fd);
	spin();
	assert_int_equal(world.held->state, REQ_UNIT); /* FIN may be a half-close */
	let_go();
	spin();
	assert_int_equal(conns_count(&world.app), 0);
	assert_int_equal(world.ended, 1);
}

/* A connected pair over TCP: only there a client can reset. */
static int tcp_client(struct listener **ret_listener, int *ret_listening)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof any;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	*ret_listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(*ret_listening, (struct sockaddr *)(void *)&any, sizeof any), 0);
	assert_int_equal(listen(*ret_listening, 8), 0);
	assert_int_equal(getsockname(*ret_listening, (struct sockaddr *)(void *)&any, &size), 0);
	*ret_listener = listener_new(&world.app, &world_server, *ret_listening);
	assert_non_null(*ret_listener);
	assert_int_equal(connect(fd, (struct sockaddr *)(void *)&any, sizeof any), 0);
	spin();
	assert_int_equal(conns_count(&world.app), 1);
	return fd;
}

static void test_reset_leaves_a_request(void **state)
{
	struct listener *listener;
	int listening, fd = tcp_client(&listener, &listening);

	(void)state;
	say(fd, POST("/hold", "0"));
	assert_non_null(world.held);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
	close(fd);
	run_ms(10);
	assert_int_equal(conns_count(&world.app), 0);
	assert_int_equal(world.held->state, REQ_LEFT);
	assert_null(world.held->conn);
	reply_problem(world.held, PROBLEM_internal, STR_NONE); /* nobody hears it; not a bug */
	let_go();
	listener_stop(listener);
	close(listening);
}

static void test_reset_in_the_middle_of_a_body(void **state)
{
	struct listener *listener;
	int listening, fd = tcp_client(&listener, &listening);

	(void)state;
	say(fd, POST("/echo", "10") "hello");
	assert_int_equal(world.begun, 1);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
	close(fd);
	run_ms(10);
	assert_int_equal(conns_count(&world.app), 0);
	assert_int_equal(world.bodies, 0);
	listener_stop(listener);
	close(listening);
}

static void test_waiting_with_a_half_closed_client_does_not_spin(void **state)
{
	struct timespec before, after;
	int fd = client();

	(void)state;
	say(fd, GET("/hold") "rest");
	shutdown(fd, SHUT_WR);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	run_ms(300);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	assert_true((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 < 50);
	let_go();
	assert_statuses(fd, "200 400");
	close(fd);
	spin();
}

static void test_large_answer_to_a_slow_reader(void **state)
{
	static char heard[4 * 1024 * 1024];
	size_t len = 0;
	int fd = client();

	(void)state;
	say(fd, GET("/big") GET("/now"));
	for (int i = 0; i < 5000 && len < BIG_BODY; i++) {
		ssize_t n = recv(fd, heard + len, 4000, MSG_DONTWAIT);
		if (n > 0)
			len += (size_t)n;
		else
			spin();
	}
	len += hear(fd, heard + len, sizeof heard - len, NULL);
	char *second = memmem(heard + 10, len - 10, "HTTP/1.1 200", 12);
	assert_non_null(second);
	assert_non_null(strstr(second, "\r\n\r\n{\"now\":true}"));
	close(fd);
	spin();
}

static void test_deadlines(void **state)
{
	world.config.head_timeout_ms = 60;
	world.config.body_timeout_ms = 60;
	world.config.idle_timeout_ms = 1500;
	world.config.send_timeout_ms = 60;
	int silent = client(), head = client(), body = client(), reader = client(), busy = client();
	bool closed;
	char heard[4096];

	(void)state;
	say(head, "GET /now HTTP/1.1\r\n");
	say(body, POST("/echo", "10") "hello");
	say(reader, GET("/big"));
	say(busy, GET("/hold"));
	for (int i = 0; i < 5; i++) {
		say(head, "A: b\r\n"); /* progress does not help */
		run_ms(20);
	}
	assert_statuses(head, "408");
	assert_statuses(body, "408");
	hear(silent, heard, sizeof heard, &closed);
	assert_false(closed);
	assert_int_equal(conns_count(&world.app), 4); /* the slow reader was cut */
	run_ms(1600);
	hear(silent, heard, sizeof heard, &closed);
	assert_true(closed);
	let_go();
	assert_statuses(busy, "200");
	close(silent), close(head), close(body), close(reader), close(busy);
	spin();
	assert_int_equal(conns_count(&world.app), 0);
}

static void test_truncated_requests(void **state)
{
	int head = client(), body = client();

	(void)state;
	say(head, "GET /now HTTP/1.1\r\nHos");
	shutdown(head, SHUT_WR);
	assert_statuses(head, "400");
	say(body, POST("/echo", "10") "hello");
	shutdown(body, SHUT_WR);
	assert_statuses(body, "400");
	assert_int_equal(world.bodies, 0);
	assert_int_equal(conns_count(&world.app), 0);
	close(head);
	close(body);
}

static void test_draining(void **state)
{
	int idle = client(), busy = client(), begun = client();
	char heard[4096];
	bool closed;

	(void)state;
	say(busy, GET("/hold"));
	say(begun, "GET /now HTTP/1.1\r\n");
	world.app.draining = 1;
	conns_drain(&world.app);
	let_go();
	hear(busy, heard, sizeof heard, &closed);
	assert_non_null(strstr(heard, "Connection: close"));
	assert_true(closed);
	say(begun, "Host: x\r\n\r\n");
	hear(begun, heard, sizeof heard, &closed);
	assert_non_null(strstr(heard, "HTTP/1.1 200"));
	assert_true(closed);
	hear(idle, heard, sizeof heard, &closed);
	assert_false(closed);
	close(busy);
	close(begun);
	run_ms(1100);
	assert_int_equal(conns_count(&world.app), 0);
	close(idle);
}

static void test_a_request_that_races_with_draining_is_answered(void **state)
{
	int fd = client();
	char heard[4096];

	(void)state;
	say(fd, GET("/now"));
	assert_statuses(fd, "200");
	run_ms(1100);
	world.app.draining = 1;
	send(fd, GET("/now"), strlen(GET("/now")), 0);
	conns_drain(&world.app);
	hear(fd, heard, sizeof heard, NULL);
	assert_non_null(strstr(heard, "HTTP/1.1 200"));
	assert_non_null(strstr(heard, "Connection: close"));
	close(fd);
	spin();
}

static void test_limit_of_connections(void **state)
{
	bool closed;
	char heard[1024];

	(void)state;
	world.config.max_connections = 2;
	int first = client(), second = client(), third = client();
	hear(third, heard, sizeof heard, &closed);
	assert_non_null(strstr(heard, "HTTP/1.1 503 "));
	assert_true(closed);
	close(third);
	run_ms(1100); /* now the first is the one idle for longest */
	third = client();
	say(third, GET("/now"));
	assert_statuses(third, "200");
	hear(first, heard, sizeof heard, &closed);
	assert_true(closed);
	close(first), close(second), close(third);
	spin();
	assert_int_equal(conns_count(&world.app), 0);
}

static void test_proxies(void **state)
{
	int direct = client_from("192.0.2.7"), proxy = client();

	(void)state;
	char heard[4096];
	say(direct, "GET /address HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.1\r\n\r\n");
	hear(direct, heard, sizeof heard, NULL);
	assert_non_null(strstr(heard, "\r\n\r\n192.0.2.7 192.0.2.7/32"));
	say(proxy, "GET /address HTTP/1.1\r\nHost: x\r\nForwarded: for=9.9.9.9\r\nX-Forwarded-For: 1.2.3.4, "
		   "198.51.100.1\r\n"
		   "X-Forwarded-For: 10.1.2.3\r\n\r\n");
	hear(proxy, heard, sizeof heard, NULL);
	assert_non_null(strstr(heard, "\r\n\r\n198.51.100.1 198.51.100.1/32"));
	world.config.forwarded_field = "Forwarded";
	say(proxy, "GET /address HTTP/1.1\r\nHost: x\r\nForwarded: "
		   "For=\"[2001:db8:1:2:3::4]:80\";proto=https\r\n\r\n");
	hear(proxy, heard, sizeof heard, NULL);
	assert_non_null(strstr(heard, "\r\n\r\n2001:db8:1:2:3::4 2001:db8:1:2::/64"));
	close(direct);
	close(proxy);
	spin();
}

static void test_proxy_protocol(void **state)
{
	char heard[4096];

	(void)state;
	world.config.proxy_protocol = true;
	int fd = client(), bad = client(), direct = client_from("192.0.2.7");
	say_slowly(fd, "PROXY TCP4 203.0.113.9 127.0.0.1 4000 80\r\n" GET("/address"),
		42 + sizeof GET("/address") - 1);
	hear(fd, heard, sizeof heard, NULL);
	assert_non_null(strstr(heard, "\r\n\r\n203.0.113.9 "));
	say(bad, GET("/address"));
	assert_statuses(bad, "400");
	say(direct, GET("/address"));
	assert_statuses(direct, "200");
	close(fd), close(bad), close(direct);
	spin();
}

static void test_idle_connections_hold_no_buffer(void **state)
{
	const struct list *idle = &world.app.conns->list[CONN_IDLE];
	int fd = client();

	(void)state;
	say(fd, GET("/now"));
	assert_statuses(fd, "200");
	assert_false(list_empty(idle));
	const struct conn *c = list_entry(idle->next, struct conn, node);
	assert_null(c->in);
	assert_null(c->req);
	assert_true(sizeof *c < 1024);
	say(fd, "G");
	assert_true(list_empty(idle));
	assert_non_null(c->in);
	assert_null(c->req); /* a head that drips in costs no arena */
	say(fd, &GET("/now")[1]);
	assert_statuses(fd, "200");
	assert_null(c->in);
	close(fd);
	spin();
}

/* Whatever fails at whichever call: nothing crashes or leaks, and the next client is served. */
static void test_every_call_may_fail(void **state)
{
	static const char *const kinds[] = {"malloc", "read", "write"};
	static char body[500];
	char spec[32];

	(void)state;
	for (unsigned kind = 0; kind < 3; kind++) {
		for (int n = 1; n <= 40; n++) {
			snprintf(spec, sizeof spec, "%s:%d%s", kinds[kind], n, n % 2 ? "" : "+");
			fail_arm(spec);
			int fd = client(), other = client();
			say(fd, GET("/now") GET("/tagged"));
			say(other, POST("/echo", "900"));
			say_bytes(other, body, 500);
			say_bytes(other, body, 400);
			fail_arm(NULL);
			spin();
			close(fd);
			close(other);
			fd = client();
			say(fd, GET("/now"));
			assert_statuses(fd, "200");
			close(fd);
			spin();
		}
	}
	run_ms(2100); /* lingering ones */
	assert_int_equal(conns_count(&world.app), 0);
}

enum {
	OTHERS = 20
};

static void send_now(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void test_who_works_for_the_city_goes_first_each_time(void **state)
{
	int staff = client(), others[OTHERS];

	(void)state;
	for (int i = 0; i < OTHERS; i++)
		others[i] = client();
	say(staff, GET("/staff"));
	assert_statuses(staff, "200");
	for (int n = 0; n < 100; n++) {
		unsigned begun = world.begun;
		for (int i = 0; i < OTHERS; i++)
			send_now(others[i], GET("/now"));
		send_now(staff, GET("/staff"));
		spin();
		assert_int_equal(world.staff, begun + 1);
		assert_int_equal(world.begun, begun + 1 + OTHERS);
		assert_statuses(staff, "200");
		for (int i = 0; i < OTHERS; i++)
			assert_statuses(others[i], "200");
	}
	for (int i = 0; i < OTHERS; i++)
		close(others[i]);
	close(staff);
	spin();
}

static void test_who_goes_first_keeps_nobody_for_ever(void **state)
{
	static char all[500 * sizeof GET("/staff")];
	int staff = client(), other = client();
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i < 500; i++)
		n += (size_t)sprintf(all + n, GET("/staff"));
	say(staff, GET("/staff"));
	assert_statuses(staff, "200");
	send_now(other, GET("/now"));
	assert_int_equal(send(staff, all, n, MSG_NOSIGNAL), n);
	spin();
	assert_in_range(world.now, 10, 200);
	assert_true(world.staff > world.now);
	assert_statuses(other, "200");
	close(other);
	close(staff);
	spin();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
	const struct CMUnitTest tests[] = {
		TEST(test_pipelined_requests_are_answered_in_order),
		TEST(test_many_pipelined_requests),
		TEST(test_answers_from_elsewhere),
		TEST(test_one_byte_at_a_time),
		TEST(test_continue_is_sent_only_to_those_who_wait),
		TEST(test_a_refusal_reaches_a_client_that_goes_on_sending),
		TEST(test_a_lingering_connection_is_closed),
		TEST(test_half_closed_client_gets_its_answer),
		TEST(test_hang_up_gives_up_a_get_that_only_waits),
		TEST(test_hang_up_leaves_a_pinned_request),
		TEST(test_reset_leaves_a_request),
		TEST(test_reset_in_the_middle_of_a_body),
		TEST(test_waiting_with_a_half_closed_client_does_not_spin),
		TEST(test_large_answer_to_a_slow_reader),
		TEST(test_deadlines),
		TEST(test_truncated_requests),
		TEST(test_draining),
		TEST(test_a_request_that_races_with_draining_is_answered),
		TEST(test_limit_of_connections),
		TEST(test_proxies),
		TEST(test_proxy_protocol),
		TEST(test_idle_connections_hold_no_buffer),
		TEST(test_who_works_for_the_city_goes_first_each_time),
		TEST(test_who_goes_first_keeps_nobody_for_ever),
		TEST(test_every_call_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

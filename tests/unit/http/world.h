#ifndef TIEPDAN_TESTS_UNIT_HTTP_WORLD_H
#define TIEPDAN_TESTS_UNIT_HTTP_WORLD_H

/* A server for tests: real connections over socket pairs, a real event loop, and a few small handlers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/config.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/metric.h"
#include "http/conn.h"
#include "http/parse.h"
#include "http/reply.h"

#define HIDDEN "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"

struct world {
	struct app app;
	struct config config;
	unsigned begun;	  /* requests that reached the handler     */
	unsigned hidden;  /* of these: GET /hidden                 */
	unsigned now;	  /* when GET /now reached it last         */
	unsigned staff;	  /* and GET /staff                        */
	unsigned bodies;  /* bodies that were read completely      */
	unsigned ended;	  /* pinned requests that were unpinned    */
	struct req *held; /* by /hold, until let_go()              */
	char last_body[4096];
};

static struct world world;

enum {
	WORLD_BODY_CAP = 1000,
	BIG_BODY = 3 * 1024 * 1024
};

static inline void echo(struct req *req)
{
	world.bodies++;
	size_t n = req->raw_body.len < sizeof world.last_body - 1 ? req->raw_body.len
								  : sizeof world.last_body - 1;
	memcpy(world.last_body, req->raw_body.at, n);
	world.last_body[n] = 0;
	reply_bytes(req, 200, "text/plain", req->raw_body);
}

static inline void later(evutil_socket_t fd, short what, void *object)
{
	struct req *req = object;

	(void)fd, (void)what;
	reply_json(req, 200, STR("{\"later\":true}"));
}

static inline void reply_filled(struct req *req, size_t size)
{
	char *text = arena_alloc(req->arena, size);

	memset(text, 'a', size);
	reply_json(req, 200, (struct str){text, size});
}

/* /now at once; /staff too, and goes first; /later from a timer; /hold when the test lets go (pinned); /echo with its body; /ignore
 * answers without reading the body; /big 3 MiB; /tagged with an ETag. */
static inline void begin(struct req *req)
{
	world.begun++;
	if (str_eq(req->path, STR("/hidden"))) {
		world.hidden++;
		reply_json(req, 200, STR("{}"));
	} else if (str_eq(req->path, STR("/now")) || str_eq(req->path, STR("*"))) {
		world.now = world.begun;
		reply_json(req, 200, STR("{\"now\":true}"));
	} else if (str_eq(req->path, STR("/staff"))) {
		world.staff = world.begun;
		conn_prefer(req);
		reply_json(req, 200, STR("{}"));
	} else if (str_eq(req->path, STR("/later"))) {
		event_base_once(req->app->loop, -1, EV_TIMEOUT, later, req, &(struct timeval){0, 5000});
	} else if (str_eq(req->path, STR("/hold"))) {
		req_pin(req);
		req_become(req, REQ_UNIT);
		world.held = req;
	} else if (str_eq(req->path, STR("/wait"))) {
		world.held = req;
	} else if (str_eq(req->path, STR("/echo"))) {
		conn_read_body(req, WORLD_BODY_CAP, echo);
	} else if (str_eq(req->path, STR("/big"))) {
		reply_filled(req, BIG_BODY);
	} else if (str_eq(req->path, STR("/tagged"))) {
		reply_etag(req, STR("7"));
		reply_filled(req, 2000);
	} else if (str_eq(req->path, STR("/address"))) {
		reply_bytes(req, 200, "text/plain",
			arena_printf(
				req->arena, "%.*s %.*s", STR_ARG(req->address), STR_ARG(req->address_block)));
	} else {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
	}
}

static inline unsigned no_index(const struct req *req)
{
	(void)req;
	return METRIC_ROUTES - 1;
}

static inline const char *no_name(const struct req *req)
{
	(void)req;
	return "test";
}

static const struct server world_server = {.begin = begin, .route_index = no_index, .route_name = no_name};

/* The request held by /hold is answered. */
static inline void let_go(void)
{
	struct req *req = world.held;

	world.held = NULL;
	if (req->state != REQ_LEFT)
		reply_json(req, 200, STR("{\"held\":true}"));
	world.ended++;
	req_unpin(req);
}

static inline int world_open(void **state)
{
	(void)state;
	world = (struct world){
		.config =
			{
				.public_url = "http://localhost:8080/",
				.trusted_proxies = "127.0.0.1/32, 10.0.0.0/8",
				.forwarded_field = "X-Forwarded-For",
				.max_connections = 100,
				.head_timeout_ms = 10000,
				.body_timeout_ms = 10000,
				.idle_timeout_ms = 10000,
				.send_timeout_ms = 10000,
			},
	};
	static bool counting;
	if (!counting) {
		metric_init();
		metric_slot(0);
		arena_reserve(1 << 20);
		counting = true;
	}
	world.app = (struct app){.loop = loop_new(), .config = &world.config, .server = &world_server};
	world.app.conns = conns_new(&world.app);
	return world.app.conns != NULL ? 0 : -1;
}

static inline int world_close(void **state)
{
	(void)state;
	conns_free(world.app.conns);
	event_base_free(world.app.loop);
	return 0;
}

/* Whatever can happen now happens. */
static inline void spin(void)
{
	for (int i = 0; i < 6; i++)
		event_base_loop(world.app.loop, EVLOOP_NONBLOCK);
}

static inline void run_ms(int ms)
{
	event_base_loopexit(world.app.loop, &(struct timeval){ms / 1000, ms % 1000 * 1000});
	event_base_dispatch(world.app.loop);
	spin();
}

static inline int client_from(const char *ipv4)
{
	struct sockaddr_in peer = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
	if (ipv4 != NULL)
		assert_int_equal(evutil_inet_pton(AF_INET, ipv4, &peer.sin_addr), 1);
	conn_open(&world.app, &world_server, pair[0], (struct sockaddr *)(void *)&peer);
	return pair[1];
}

static inline int client(void)
{
	return client_from(NULL);
}

/* Sends; false when the server has gone. */
static inline bool say_bytes(int fd, const char *at, size_t len)
{
	bool sent = send(fd, at, len, MSG_NOSIGNAL) == (ssize_t)len;

	spin();
	return sent;
}

static inline bool say(int fd, const char *text)
{
	return say_bytes(fd, text, strlen(text));
}

static inline void say_slowly(int fd, const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!say_bytes(fd, at + i, 1))
			return;
}

/* Everything that the server has sent so far, up to `size` - 1 bytes; *ret_closed when it has closed. */
static inline size_t hear(int fd, char *text, size_t size, bool *ret_closed)
{
	size_t len = 0;
	ssize_t n;

	do {
		spin();
		n = recv(fd, text + len, size - 1 - len, MSG_DONTWAIT);
		if (n > 0)
			len += (size_t)n;
	} while (n > 0 && len < size - 1);
	text[len] = 0;
	if (ret_closed != NULL)
		*ret_closed = n == 0 || (n < 0 && errno == ECONNRESET);
	return len;
}

/* Splits what was heard into answers: "200 400", and '?' for what is no answer. */
static inline void statuses(const char *text, size_t len, char *out, size_t size)
{
	size_t used = 0;

	out[0] = 0;
	while (len > 0 && used + 8 < size) {
		const char *end = memmem(text, len, "\r\n\r\n", 4);
		if (end == NULL || strncmp(text, "HTTP/1.1 ", 9) != 0) {
			strcpy(out + used, "?");
			return;
		}
		used += (size_t)snprintf(out + used, size - used, "%s%.3s", used > 0 ? " " : "", text + 9);
		size_t head = (size_t)(end - text) + 4, body = 0;
		const char *length = memmem(text, head, "Content-Length: ", 16);
		if (length != NULL)
			body = strtoul(length + 16, NULL, 10);
		if (head + body > len)
			body = len - head;
		text += head + body;
		len -= head + body;
	}
}

/* Asks and compares the statuses of all answers. */
#define assert_statuses(fd, wanted)                                                                          \
	do {                                                                                                 \
		char heard_[16384], got_[256];                                                               \
		size_t len_ = hear((fd), heard_, sizeof heard_, NULL);                                       \
		statuses(heard_, len_, got_, sizeof got_);                                                   \
		assert_string_equal(got_, (wanted));                                                         \
	} while (0)

#endif

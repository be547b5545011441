/* Accepts connections, and gets by when descriptors run out. */
#include "http/listener.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/log.h"
#include "base/metric.h"

enum {
	ACCEPTS_MAX = 64, /* in one go, so that requests get their turn */
	PAUSE_US = 100000,
	LOG_EVERY_US = 1000000
};

struct listener {
	struct app *app;
	const struct server *server;
	int fd;
	int spare; /* given up to take and drop a client when there is no other descriptor */
	struct event *ready, *pause;
	int64_t logged_us;
};

/* A client that is dropped at once does not wait for its own timeout. */
static void drop_one(struct listener *l)
{
	close(l->spare);
	int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0)
		close(fd);
	l->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void pause_accepting(struct listener *l, int error)
{
	int64_t now = clock_mono_us();

	metric_add(METRIC_accept_paused, 1);
	drop_one(l);
	event_del(l->ready);
	event_add(l->pause, &(struct timeval){0, PAUSE_US});
	if (now - l->logged_us >= LOG_EVERY_US) {
		l->logged_us = now;
		log_error("accept", LOG_INT("errno", error), LOG_INT("connections", conns_count(l->app)));
	}
}

static void on_resume(evutil_socket_t fd, short what, void *object)
{
	struct listener *l = object;

	(void)fd;
	(void)what;
	event_add(l->ready, NULL);
}

static void on_ready(evutil_socket_t listening, short what, void *object)
{
	struct listener *l = object;

	(void)what;
	for (unsigned i = 0; i < ACCEPTS_MAX; i++) {
		struct sockaddr_storage peer;
		socklen_t size = sizeof(peer);
		struct sockaddr *address = (struct sockaddr *)(void *)&peer;
		int fd = fail_now(FAIL_ACCEPT)
				 ? -1
				 : accept4(listening, address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			metric_add(METRIC_connections_accepted, 1);
			conn_open(l->app, l->server, fd, address);
			continue;
		}
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return;
		if (errno == EINVAL) { /* its owner has shut it down: nobody comes any more */
			event_del(l->ready);
			return;
		}
		if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
			continue; /* the client left while it waited, or the network failed it */
		if (!conns_shed(l->app->conns)) {
			pause_accepting(l, errno);
			return;
		}
	}
}

struct listener *listener_new(struct app *app, const struct server *server, int fd)
{
	struct listener *l = fail_malloc(sizeof(*l));

	if (!l)
		return NULL;
	*l = (struct listener){.app = app, .server = server, .fd = fd, .logged_us = INT64_MIN / 2};
	/* Accepted sockets inherit it. Fails on Unix sockets, which have no delay. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
	l->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	l->ready = event_new(app->loop, fd, EV_READ | EV_PERSIST, on_ready, l);
	l->pause = event_new(app->loop, -1, 0, on_resume, l);
	if (l->spare < 0 || !l->ready || !l->pause || event_add(l->ready, NULL) < 0) {
		listener_stop(l);
		return NULL;
	}
	return l;
}

void listener_stop(struct listener *l)
{
	if (!l)
		return;
	if (l->ready)
		event_free(l->ready);
	if (l->pause)
		event_free(l->pause);
	if (l->spare >= 0)
		close(l->spare);
	free(l);
}

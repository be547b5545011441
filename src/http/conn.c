/* A client connection: its states, deadlines and the way from one request to the next. */
#include "http/conn.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/config.h"
#include "base/fail.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/metric.h"
#include "base/must.h"
#include "http/conn_private.h"
#include "http/proxy.h"
#include "http/reply.h"

enum {
	TURNS_MAX = 64,	     /* after so many other connections come first */
	PREFERRED_MOST = 64, /* of those who go first, until others have had a turn */
	DRAIN_IDLE_US = 1000000
};

void conn_become(struct conn *c, enum conn_state state)
{
	must(c->state != CONN_CLOSED);
	list_remove(&c->node);
	list_append(&c->conns->list[state], &c->node);
	c->state = state;
}

static void set_timer(struct conn *c, int64_t at_us)
{
	int64_t wait = at_us - clock_mono_us();
	struct timeval tv = {0, 1};

	if (wait > 0)
		tv = (struct timeval){wait / 1000000, wait % 1000000};
	c->timer_us = at_us;
	if (event_add(&c->timer, &tv) < 0)
		c->broken = true;
}

/* Deadlines mostly move away; the timer is set again only when it fires too early. */
void conn_set_deadline(struct conn *c, int64_t at_us)
{
	c->deadline_us = at_us;
	if (at_us < c->timer_us)
		set_timer(c, at_us);
}

void conn_wake(struct conn *c)
{
	if (!c->pumping)
		event_active(&c->io, EV_TIMEOUT, 0);
}

void conn_cut(struct conn *c)
{
	struct req *req = c->req;

	if (c->state == CONN_CLOSED)
		return;
	c->req = NULL;
	c->body = NULL;
	conn_become(c, CONN_CLOSED);
	if (req)
		req_leave(req);
	conn_wake(c);
}

void conn_destroy(struct conn *c)
{
	event_del(&c->io);
	event_del(&c->timer);
	list_remove(&c->node);
	close(c->fd);
	conn_drop_input(c);
	c->conns->n--;
	metric_add(METRIC_connections_open, -1);
	free(c);
}

void conn_refuse(struct conn *c, enum http_refusal refusal)
{
	struct req *req = c->req;

	http_refusal_count(refusal);
	req->close = true;
	reply_problem(req, http_refusal_problem(refusal), str_of(http_refusal_help(refusal, req->lang)));
}

/* A request for what is in the input; false: memory is out, and the client is told so. */
static bool begin_request(struct conn *c)
{
	c->req = req_new(c->conns->app, c);
	if (!c->req) {
		conn_send_last_resort(c);
		return false;
	}
	c->req->server = c->server;
	c->req->began_us = c->since_us;
	c->body_left = 0;
	return true;
}

static bool refuse_head(struct conn *c, enum http_refusal refusal)
{
	if (begin_request(c))
		conn_refuse(c, refusal);
	return true;
}

/* The client behind trusted proxies, and the block that limits count by. */
static void find_client(struct conn *c, struct req *req)
{
	const struct address_list *trusted = &c->conns->trusted;
	struct address client = c->peer;

	if (trusted->n > 0 && address_list_has(trusted, &client)) {
		struct str field = str_of(req->app->config->forwarded_field);
		if (str_eq_nocase(field, STR("Forwarded")))
			client = proxy_client_forwarded(trusted, client, req_field_list(req, "Forwarded"));
		else
			client = proxy_client_listed(trusted, client, req_field_list(req, "X-Forwarded-For"));
	}
	req->address = address_text(req->arena, &client);
	req->address_block = address_block_text(req->arena, &client);
}

static bool take_head(struct conn *c, size_t length)
{
	c->scanned = 0;
	c->skipped_line = false;
	if (!begin_request(c))
		return true;
	struct req *req = c->req;
	struct str head = arena_str(req->arena, (struct str){conn_input(c).at, length});
	conn_take(c, length);
	enum http_refusal bad = http_parse_head(req, head);
	req_read_fields(req);
	if (bad != HTTP_OK) {
		conn_refuse(c, bad);
		return true;
	}
	find_client(c, req);
	c->body_left = req->chunked ? -1 : req->content_length > 0 ? req->content_length : 0;
	conn_become(c, CONN_WORK);
	conn_set_deadline(c, CONN_NEVER);
	req_become(req, REQ_STEPS);
	loop_ordinary(&c->io);
	c->server->begin(req);
	return true;
}

/* One empty line in front of a request line is skipped (RFC 9112 section 2.2). */
static bool skip_line(struct conn *c)
{
	if (c->skipped_line || !str_starts(conn_input(c), STR("\r\n")))
		return false;
	conn_take(c, 2);
	c->skipped_line = true;
	conn_become(c, CONN_IDLE);
	return true;
}

static bool turn_head(struct conn *c)
{
	if (c->scanned < 2 && skip_line(c))
		return true;
	struct str data = conn_input(c);
	size_t length = http_head_length(data, c->scanned);
	if (length > 0)
		return take_head(c, length);
	enum http_refusal bad = http_check_growth(data);
	if (bad != HTTP_OK)
		return refuse_head(c, bad);
	c->scanned = data.len;
	if (conn_fill(c))
		return true;
	if (c->ended)
		return refuse_head(c, HTTP_truncated);
	if (c->broken)
		conn_cut(c);
	else
		conn_set_deadline(c, c->since_us + c->conns->app->config->head_timeout_ms * 1000);
	return false;
}

static bool turn_idle(struct conn *c)
{
	bool draining = c->conns->app->draining;

	/* Who wants to close must look once more, or a request on its way is answered by a reset. */
	c->readable |= draining;
	if (conn_input(c).len > 0 || conn_fill(c)) {
		c->since_us = clock_mono_us();
		c->scanned = 0;
		conn_become(c, CONN_HEAD);
		return true;
	}
	if (c->ended || c->broken || (draining && clock_mono_us() - c->since_us >= DRAIN_IDLE_US))
		conn_cut(c);
	else if (draining)
		conn_set_deadline(c, c->since_us + DRAIN_IDLE_US);
	else
		conn_drop_input(c);
	return false;
}

static bool turn_proxy(struct conn *c)
{
	int n = proxy_read_header(conn_input(c), &c->peer);

	if (n > 0) {
		conn_take(c, (size_t)n);
		conn_become(c, CONN_IDLE);
		return true;
	}
	if (n < 0) {
		conn_become(c, CONN_HEAD);
		return refuse_head(c, HTTP_bad_proxy_header);
	}
	if (conn_fill(c))
		return true;
	if (c->ended || c->broken)
		conn_cut(c);
	return false;
}

static bool turn_none(struct conn *c)
{
	(void)c;
	return false;
}

static bool (*const turn[CONN_STATES])(struct conn *c) = {
	[CONN_PROXY] = turn_proxy,
	[CONN_IDLE] = turn_idle,
	[CONN_HEAD] = turn_head,
	[CONN_WORK] = turn_none,
	[CONN_BODY] = conn_turn_body,
	[CONN_SEND] = conn_turn_send,
	[CONN_SKIP] = conn_turn_skip,
	[CONN_LINGER] = conn_turn_linger,
	[CONN_CLOSED] = turn_none,
};

void conn_pump(struct conn *c)
{
	unsigned turns = 0;

	must(!c->pumping);
	c->pumping = true;
	while (turns < TURNS_MAX && turn[c->state](c))
		turns++;
	c->pumping = false;
	if (c->state == CONN_CLOSED)
		conn_destroy(c);
	else if (turns == TURNS_MAX)
		conn_wake(c);
}

/* A client that reset the connection will read no answer. One that sent FIN may: it gives up only a GET that
 * nothing has been done for. */
static bool has_left(struct conn *c, short what)
{
	const struct req *req = c->req;
	int error = 0;
	socklen_t size = sizeof(error);

	if (what & EV_READ && (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error != 0))
		return true;
	return what & EV_CLOSED && req->pins == 0 && req->state == REQ_STEPS &&
	       (req->method == HTTP_GET || req->method == HTTP_HEAD);
}

static void on_io(evutil_socket_t fd, short what, void *object)
{
	struct conn *c = object;

	(void)fd;
	if (!loop_is_urgent(&c->io))
		c->conns->preferred = 0;
	c->readable |= (what & (EV_READ | EV_CLOSED)) != 0;
	c->hung_up |= (what & EV_CLOSED) != 0;
	c->writable |= (what & EV_WRITE) != 0;
	if (c->state == CONN_WORK && has_left(c, what))
		conn_cut(c);
	conn_pump(c);
}

static void on_deadline(struct conn *c)
{
	switch (c->state) {
	case CONN_HEAD:
		refuse_head(c, HTTP_head_timeout);
		break;
	case CONN_BODY:
		conn_refuse(c, HTTP_body_timeout);
		break;
	default:
		conn_cut(c);
	}
	conn_pump(c);
}

static void on_timer(evutil_socket_t fd, short what, void *object)
{
	struct conn *c = object;

	(void)fd;
	(void)what;
	c->timer_us = CONN_NEVER;
	if (c->deadline_us == CONN_NEVER)
		return;
	if (clock_mono_us() < c->deadline_us)
		set_timer(c, c->deadline_us);
	else
		on_deadline(c);
}

void conn_prefer(struct req *req)
{
	struct conn *c = req->conn;

	if (c && c->conns->preferred++ < PREFERRED_MOST)
		loop_urgent(&c->io);
}

static void read_config(struct conns *conns)
{
	const struct config *config = conns->app->config;

	if (conns->config == config)
		return;
	conns->config = config;
	if (!address_list_parse(str_of(config->trusted_proxies), &conns->trusted))
		log_error("trusted_proxies", LOG_STR("fault", STR("not a list of address blocks")));
}

static struct conn *conn_new(
	struct conns *conns, const struct server *server, int fd, const struct sockaddr *peer)
{
	struct conn *c = fail_malloc(sizeof(*c));

	if (!c)
		return NULL;
	*c = (struct conn){
		.conns = conns,
		.server = server,
		.fd = fd,
		.state = CONN_IDLE,
		.peer = address_of_socket(peer),
		.since_us = clock_mono_us(),
		.deadline_us = CONN_NEVER,
		.timer_us = CONN_NEVER,
		.writable = true,
	};
	struct event_base *loop = conns->app->loop;
	if (event_assign(&c->io, loop, fd, EV_READ | EV_WRITE | EV_CLOSED | EV_ET | EV_PERSIST, on_io, c) <
			0 ||
		event_assign(&c->timer, loop, -1, 0, on_timer, c) < 0 || event_add(&c->io, NULL) < 0) {
		free(c);
		return NULL;
	}
	list_init(&c->node);
	list_append(&conns->list[CONN_IDLE], &c->node);
	conns->n++;
	metric_add(METRIC_connections_open, 1);
	return c;
}

/* No room for it: the client is told in one write, if the socket takes it. */
static void turn_away(int fd)
{
	metric_add(METRIC_overloaded, 1);
	if (send(fd, reply_last_resort.at, reply_last_resort.len, MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
		shutdown(fd, SHUT_WR);
	close(fd);
}

void conn_open(struct app *app, const struct server *server, int fd, const struct sockaddr *peer)
{
	struct conns *conns = app->conns;
	struct conn *c = NULL;

	read_config(conns);
	/* Whoever asks whether this process lives is answered in the worst crowd, too. */
	bool ops = server != app->server;
	if (ops || conns->n < (uint64_t)app->config->max_connections || conns_shed(conns))
		c = conn_new(conns, server, fd, peer);
	if (!c) {
		turn_away(fd);
		return;
	}
	if (app->config->proxy_protocol && address_list_has(&conns->trusted, &c->peer))
		conn_become(c, CONN_PROXY);
	conn_set_deadline(c, c->since_us + app->config->idle_timeout_ms * 1000);
}

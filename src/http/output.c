/* Sends answers from the request's arena, and ends connections so that the client sees the last one. */
#include <errno.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/config.h"
#include "base/fail.h"
#include "base/metric.h"
#include "base/must.h"
#include "http/conn_private.h"
#include "http/reply.h"

enum {
	LINGER_US = 2000000,
	LINGER_BLOCK = 16 * 1024,
	LINGER_BLOCKS = 4,
	FILE_PIECE = 64 * 1024, /* of one turn: other connections come in between */
	US_PER_KIB = 1000000
};

void conn_send(struct req *req, struct str head, struct str body)
{
	struct conn *c = req->conn;

	must(c && c->req == req && (c->state == CONN_WORK || c->state == CONN_BODY || c->state == CONN_HEAD));
	c->out[0] = head;
	c->out[1] = body;
	c->close |= conn_closes_after(req);
	conn_become(c, CONN_SEND);
	conn_set_deadline(c, CONN_NEVER);
	conn_wake(c);
}

void conn_send_file(struct req *req, struct str head, int fd, int64_t from, int64_t length)
{
	req->conn->file = (struct file_out){.fd = fd, .at = from, .left = length};
	conn_send(req, head, STR(""));
}

void conn_send_last_resort(struct conn *c)
{
	metric_add(METRIC_memory_out, 1);
	c->out[0] = reply_last_resort;
	c->out[1] = STR("");
	c->close = true;
	conn_become(c, CONN_SEND);
	conn_set_deadline(c, CONN_NEVER);
}

static void sent(struct conn *c, size_t n)
{
	metric_add(METRIC_bytes_out, (int64_t)n);
	for (unsigned i = 0; i < 2; i++) {
		size_t part = n < c->out[i].len ? n : c->out[i].len;
		c->out[i].at += part;
		c->out[i].len -= part;
		n -= part;
	}
}

/* Hands the rest to the kernel; true when all of it is there. */
static bool push(struct conn *c)
{
	while (c->out[0].len + c->out[1].len > 0) {
		struct iovec part[2];
		struct msghdr message = {.msg_iov = part};
		for (unsigned i = 0; i < 2; i++)
			if (c->out[i].len > 0)
				part[message.msg_iovlen++] =
					(struct iovec){(void *)(uintptr_t)c->out[i].at, c->out[i].len};
		ssize_t n = fail_now(FAIL_WRITE) ? -1 : sendmsg(c->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n >= 0) {
			sent(c, (size_t)n);
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			c->writable = false;
			return false;
		} else if (errno != EINTR) {
			c->broken = true;
			return false;
		}
	}
	return true;
}

/* The next piece of the file: the kernel copies, nothing of it is in this process. True when all of it is
 * there. */
static bool push_file(struct conn *c)
{
	struct file_out *f = &c->file;
	size_t most = f->left < FILE_PIECE ? (size_t)f->left : FILE_PIECE;
	ssize_t n;

	if (f->left == 0)
		return true;
	n = fail_now(FAIL_WRITE) ? -1 : sendfile(c->fd, f->fd, &f->at, most);
	if (n > 0) {
		f->left -= n;
		f->sent += n;
		metric_add(METRIC_bytes_out, n);
	} else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
		c->writable = false;
	} else if (n == 0 || errno != EINTR) {
		c->broken = true;
	}
	return f->left == 0;
}

static void begin_linger(struct conn *c)
{
	conn_drop_input(c);
	if (c->ended || shutdown(c->fd, SHUT_WR) < 0) {
		conn_cut(c);
		return;
	}
	conn_become(c, CONN_LINGER);
	conn_set_deadline(c, clock_mono_us() + LINGER_US);
}

/* The answer has left: the request ends, and the connection goes on or closes. */
static void finish_answer(struct conn *c)
{
	struct req *req = c->req;
	const struct config *config = c->conns->app->config;

	c->req = NULL;
	c->body = NULL;
	c->out[0] = c->out[1] = STR_NONE;
	c->file = (struct file_out){0};
	c->since_us = clock_mono_us();
	if (req)
		req_leave(req);
	if (c->close) {
		begin_linger(c);
	} else if (c->body_left > 0) {
		conn_become(c, CONN_SKIP);
		conn_set_deadline(c, c->since_us + config->body_timeout_ms * 1000);
	} else {
		conn_become(c, CONN_IDLE);
		conn_set_deadline(c, c->since_us + config->idle_timeout_ms * 1000);
	}
}

/* From the first time on that the client keeps us waiting. A file has a second more for each KiB that has
 * left. */
static void set_send_deadline(struct conn *c)
{
	struct file_out *f = &c->file;
	int64_t whole = c->conns->app->config->send_timeout_ms * 1000;

	if (f->blocked_us == 0 && c->deadline_us == CONN_NEVER)
		f->blocked_us = clock_mono_us();
	conn_set_deadline(c, f->blocked_us + whole + f->sent / 1024 * US_PER_KIB);
}

bool conn_turn_send(struct conn *c)
{
	if (!c->writable)
		return false;
	if (push(c) && push_file(c)) {
		finish_answer(c);
		return true;
	}
	if (c->broken)
		conn_cut(c);
	else if (!c->writable)
		set_send_deadline(c);
	return c->state == CONN_SEND && c->writable;
}

bool conn_turn_linger(struct conn *c)
{
	char nowhere[LINGER_BLOCK];

	for (unsigned i = 0; i < LINGER_BLOCKS; i++) {
		ssize_t n = read(c->fd, nowhere, sizeof(nowhere));
		if (n > 0 || (n < 0 && errno == EINTR))
			continue;
		if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
			conn_cut(c);
		return false;
	}
	return true;
}

/* The input buffer of a connection: taken when bytes come, given back when it is empty. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/metric.h"
#include "http/conn_private.h"

/* Room for a first read that holds most requests whole; growth is bounded by the limits of head and chunk
 * lines. */
enum {
	INPUT_FIRST = 4096,
	INPUT_LEAST_ROOM = 2048
};

struct str conn_input(const struct conn *c)
{
	return c->in ? (struct str){c->in + c->from, c->to - c->from} : STR("");
}

void conn_take(struct conn *c, size_t n)
{
	c->from += n;
	if (c->from == c->to)
		c->from = c->to = 0;
}

/* Who is answered at once gives the buffer back that the next one takes. */
void conn_drop_input(struct conn *c)
{
	if (c->cap == INPUT_FIRST && !c->conns->spare)
		c->conns->spare = c->in;
	else
		free(c->in);
	c->in = NULL;
	c->from = c->to = c->cap = 0;
}

/* A kept one counts as an allocation too, or a fail point would depend on what ran before. */
static char *first_buffer(struct conns *conns)
{
	char *kept = conns->spare;

	if (!kept)
		return fail_malloc(INPUT_FIRST);
	if (fail_now(FAIL_MALLOC))
		return NULL;
	conns->spare = NULL;
	return kept;
}

static bool make_room(struct conn *c)
{
	if (c->cap - c->to >= INPUT_LEAST_ROOM)
		return true;
	if (c->from > 0) {
		memmove(c->in, c->in + c->from, c->to - c->from);
		c->to -= c->from;
		c->from = 0;
	}
	if (c->cap - c->to >= INPUT_LEAST_ROOM)
		return true;
	size_t cap = c->cap > 0 ? 2 * c->cap : INPUT_FIRST;
	char *in = c->in ? fail_realloc(c->in, cap) : first_buffer(c->conns);
	if (!in)
		return false;
	c->in = in;
	c->cap = cap;
	return true;
}

bool conn_fill(struct conn *c)
{
	ssize_t n;

	if (!c->readable || c->ended || c->broken)
		return false;
	if (!make_room(c)) {
		c->broken = true;
		return false;
	}
	do
		n = fail_now(FAIL_READ) ? -1 : read(c->fd, c->in + c->to, c->cap - c->to);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		/* Edge-triggered: less than asked for means that the next bytes will be announced
		 * (epoll(7)). */
		c->readable = c->hung_up || (size_t)n == c->cap - c->to;
		c->to += (size_t)n;
		metric_add(METRIC_bytes_in, n);
		return true;
	}
	if (n == 0)
		c->ended = true;
	else if (errno == EAGAIN || errno == EWOULDBLOCK)
		c->readable = false;
	else
		c->broken = true;
	return false;
}

/* A client of clamd: the file goes out in pieces, each with its length in front, as fast as they are taken.
 */
#include "jobs/scan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/util.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/config.h"
#include "base/fail.h"
#include "base/log.h"

enum {
	PIECE = 32 * 1024,
	ANSWER_MAX = 1024
};

static void finish(struct scan *s, enum scan_verdict verdict)
{
	scan_stop(s);
	s->done(s, verdict);
}

static void put_piece(struct scan *s, const char *bytes, size_t n)
{
	uint32_t length = htonl((uint32_t)n);

	bufferevent_write(s->line, &length, sizeof(length));
	bufferevent_write(s->line, bytes, n);
}

/* The piece before has been taken. */
static void on_room(struct bufferevent *line, void *arg)
{
	struct scan *s = arg;
	char piece[PIECE];
	ssize_t n;

	(void)line;
	if (s->sent)
		return;
	n = fail_now(FAIL_READ) ? -1 : pread(s->fd, piece, sizeof(piece), s->at);
	if (n < 0) {
		finish(s, SCAN_UNKNOWN);
		return;
	}
	s->at += n;
	s->sent = n == 0;
	put_piece(s, piece, (size_t)n); /* an empty one is the end */
}

/* "stream: OK", "stream: NAME FOUND", anything else is an error; ended by a zero byte. */
static void on_answer(struct bufferevent *line, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(line);
	char text[ANSWER_MAX];
	ev_ssize_t n = evbuffer_copyout(in, text, sizeof(text));

	if (n <= 0 || (text[n - 1] != '\0' && n < ANSWER_MAX))
		return;
	struct str answer = {text, (size_t)n - 1};
	if (str_eq(answer, STR("stream: OK"))) {
		finish(arg, SCAN_CLEAN);
	} else if (str_starts(answer, STR("stream: ")) && str_ends(answer, STR(" FOUND"))) {
		log_warn("scan.found", LOG_STR("answer", answer));
		finish(arg, SCAN_FOUND);
	} else {
		log_warn("scan.failed", LOG_STR("answer", answer));
		finish(arg, SCAN_UNKNOWN);
	}
}

static void on_event(struct bufferevent *line, short what, void *arg)
{
	(void)line;
	if (!(what & BEV_EVENT_CONNECTED)) {
		log_warn("scan.no_connection", LOG_INT("events", what));
		finish(arg, SCAN_UNKNOWN);
	}
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	log_warn("scan.no_answer", LOG_INT("sent", ((struct scan *)arg)->at));
	finish(arg, SCAN_UNKNOWN);
}

static int connect_to(struct scan *s, const char *where)
{
	struct sockaddr_un path = {.sun_family = AF_UNIX};
	struct sockaddr_storage address;
	int size = sizeof(address);

	if (where[0] == '/' && strlen(where) < sizeof(path.sun_path)) {
		memcpy(path.sun_path, where, strlen(where) + 1);
		return bufferevent_socket_connect(s->line, (struct sockaddr *)&path, sizeof(path));
	}
	if (evutil_parse_sockaddr_port(where, (struct sockaddr *)&address, &size) < 0)
		return -1;
	return bufferevent_socket_connect(s->line, (struct sockaddr *)&address, size);
}

/* Events of the connection only come from the loop. */
static int make_events(struct scan *s)
{
	int64_t ms = s->app->config->file_check_ms;

	s->line = bufferevent_socket_new(s->app->loop, -1, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	s->timer = evtimer_new(s->app->loop, on_time, s);
	if (!s->line || !s->timer || event_add(s->timer, &(struct timeval){ms / 1000, ms % 1000 * 1000}) < 0)
		return -ENOMEM;
	bufferevent_setcb(s->line, on_answer, on_room, on_event, s);
	return 0;
}

int scan_start(struct scan *s, const char *where, int fd)
{
	static const char command[] = "zINSTREAM"; /* with its zero byte */

	s->fd = fd;
	s->at = 0;
	s->sent = false;
	int error = make_events(s);
	if (error == 0 &&
		(bufferevent_write(s->line, command, sizeof(command)) < 0 || connect_to(s, where) < 0 ||
			bufferevent_enable(s->line, EV_READ | EV_WRITE) < 0))
		error = -ENOTCONN;
	if (error < 0)
		scan_stop(s);
	return error;
}

void scan_stop(struct scan *s)
{
	if (s->line)
		bufferevent_free(s->line);
	if (s->timer)
		event_free(s->timer);
	s->line = NULL;
	s->timer = NULL;
}

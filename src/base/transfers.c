/* libcurl on libevent. */
#include "base/transfers.h"

#include <errno.h>

#include <curl/curl.h>
#include <event2/event.h>

struct transfers {
	struct event_base *loop;
	transfers_ended *ended;
	CURLM *multi;
	struct event *timer;
};

static void turn(struct transfers *t, curl_socket_t fd, int what)
{
	CURLMsg *message;
	int running, left;

	curl_multi_socket_action(t->multi, fd, what, &running);
	while ((message = curl_multi_info_read(t->multi, &left)))
		if (message->msg == CURLMSG_DONE)
			t->ended(message->easy_handle, (int)message->data.result);
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	int flags = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);

	turn(arg, fd, flags);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	turn(arg, CURL_SOCKET_TIMEOUT, 0);
}

/* The event of a socket is kept by libcurl with the socket. */
static int watch(CURL *easy, curl_socket_t fd, int what, void *arg, void *old)
{
	struct transfers *t = arg;
	short flags = (short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));

	(void)easy;
	if (old)
		event_free(old);
	struct event *fresh =
		what == CURL_POLL_REMOVE ? NULL : event_new(t->loop, fd, flags | EV_PERSIST, on_event, t);
	curl_multi_assign(t->multi, fd, fresh);
	if (what == CURL_POLL_REMOVE)
		return 0;
	return fresh && event_add(fresh, NULL) == 0 ? 0 : -1;
}

static int set_timer(CURLM *multi, long ms, void *arg)
{
	struct transfers *t = arg;
	const struct timeval in = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	(void)multi;
	if (ms < 0)
		return event_del(t->timer);
	return event_add(t->timer, &in);
}

struct transfers *transfers_new(
	struct arena *arena, struct event_base *loop, int64_t connections, transfers_ended *ended)
{
	struct transfers *t = arena_alloc(arena, sizeof(*t));

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return NULL;
	*t = (struct transfers){.loop = loop, .ended = ended};
	t->timer = evtimer_new(loop, on_time, t);
	t->multi = curl_multi_init();
	if (!t->timer || !t->multi) {
		transfers_free(t);
		return NULL;
	}
	curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, watch);
	curl_multi_setopt(t->multi, CURLMOPT_SOCKETDATA, t);
	curl_multi_setopt(t->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(t->multi, CURLMOPT_TIMERDATA, t);
	curl_multi_setopt(t->multi, CURLMOPT_MAXCONNECTS, (long)connections);
	curl_multi_setopt(t->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)connections);
	return t;
}

int transfers_add(struct transfers *t, void *easy)
{
	return curl_multi_add_handle(t->multi, easy) == CURLM_OK ? 0 : -ENOMEM;
}

void transfers_remove(struct transfers *t, void *easy)
{
	curl_multi_remove_handle(t->multi, easy);
}

void transfers_free(struct transfers *t)
{
	if (!t)
		return;
	if (t->multi)
		curl_multi_cleanup(t->multi);
	if (t->timer)
		event_free(t->timer);
	curl_global_cleanup();
}

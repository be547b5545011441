/* The event loop and its two classes of events. */
#include "base/loop.h"

enum {
	URGENT,
	ORDINARY,
	PRIORITIES
};

enum {
	LOOK_AGAIN_US = 1000, /* the loop looks for urgent events after so long, */
	LOOK_AGAIN = 16,      /* or so many of the others                        */
};

struct event_base *loop_new(void)
{
	struct event_config *config = event_config_new();
	const struct timeval again = {.tv_usec = LOOK_AGAIN_US};
	struct event_base *loop = NULL;

	if (config && event_config_set_max_dispatch_interval(config, &again, LOOK_AGAIN, ORDINARY) == 0)
		loop = event_base_new_with_config(config);
	if (config)
		event_config_free(config);
	if (loop && event_base_priority_init(loop, PRIORITIES) < 0) {
		event_base_free(loop);
		return NULL;
	}
	return loop;
}

void loop_urgent(struct event *event)
{
	event_priority_set(event, URGENT);
}

void loop_ordinary(struct event *event)
{
	event_priority_set(event, ORDINARY);
}

bool loop_is_urgent(const struct event *event)
{
	return event_get_priority(event) == URGENT;
}

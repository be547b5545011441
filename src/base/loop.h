#ifndef TIEPDAN_BASE_LOOP_H
#define TIEPDAN_BASE_LOOP_H

#include <stdbool.h>

#include <event2/event.h>

/* The event loop of a process, with two classes of events: the urgent ones run first, and while there is much
 * of the others the loop looks again and again whether something urgent has come. Urgent is what ends work
 * (PostgreSQL has answered) and what staff ask for, so that a flood of filings, each of which costs some time
 * here, is not in front of everything else.
 *
 * In a loop that was made otherwise all events are alike. */

struct event_base *loop_new(void); /* NULL when memory or descriptors are out */
/* Between event_assign() and event_add(), or in the callback of the event. */
void loop_urgent(struct event *event);
void loop_ordinary(struct event *event); /* as all events are at first */
bool loop_is_urgent(const struct event *event);

#endif

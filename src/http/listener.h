#ifndef TIEPDAN_HTTP_LISTENER_H
#define TIEPDAN_HTTP_LISTENER_H

#include "http/conn.h"

struct listener;

/* Accepts on an inherited, listening, non-blocking socket. Without descriptors a connection that is idle
 * makes room (conns_shed()); when there is none, the spare descriptor is closed to take and drop a client,
 * accepting pauses for 100 ms, and that is logged once a second. */
struct listener *listener_new(struct app *app, const struct server *server, int fd);
void listener_stop(struct listener *l); /* stops accepting; the socket stays open for its owner */

#endif

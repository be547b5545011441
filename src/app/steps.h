#ifndef TIEPDAN_APP_STEPS_H
#define TIEPDAN_APP_STEPS_H

#include "http/conn.h"

/* THE PATH of a request: one array of named steps, see steps.c. Plugged into http/conn.h. */
extern const struct server app_server;

#endif

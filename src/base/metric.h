#ifndef TIEPDAN_BASE_METRIC_H
#define TIEPDAN_BASE_METRIC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Counters and gauges, one row each in metric.def, in memory shared by all processes of the server: each
 * process has a slot of its own and any of them can print the sum. Writing is a relaxed add to the own slot:
 * no locks. Before metric_init() nothing is counted, so a sub-command need not care. */
enum metric {
#define METRIC(name, kind, help) METRIC_##name,
#include "base/metric.def"
	METRIC_COUNT
};

enum {
	METRIC_SLOTS = 80,
	METRIC_ROUTES = 288, /* more than there are lines in routes.def: app/router.c */
	METRIC_BUCKETS = 20
};

void metric_init(void);		 /* in the supervisor, before the first fork */
void metric_slot(unsigned slot); /* in each process: which slot is mine; its gauges start at zero */
void metric_left(unsigned slot); /* in the supervisor: its process has gone, and its gauges with it */
void metric_add(enum metric metric, int64_t n);
void metric_set(enum metric metric, int64_t value); /* a gauge: the part of this process */
int64_t metric_total(enum metric metric);	    /* of all processes; 0 before metric_init() */
/* A finished request: route is the index in routes.def (METRIC_ROUTES - 1 for "no route"), status the HTTP
 * status, 100 to 599. */
void metric_request(unsigned route, unsigned status, int64_t microseconds);
/* The Prometheus text exposition (0.0.4), or OpenMetrics 1.0.0. route_names[] has `n` templates; they become
 * the label `route` ("none" for no route) of tiepdan_http_requests_total, which also has `class` ("2xx"), and
 * of the histogram tiepdan_http_request_seconds. Routes and classes that were never used have no line. */
void metric_print(struct buf *out, const char *const *route_names, unsigned n, bool openmetrics);

#endif

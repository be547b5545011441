#ifndef TIEPDAN_APP_OPS_H
#define TIEPDAN_APP_OPS_H

#include "http/conn.h"

/* The listener for operators: /livez (this process answers), /readyz (database reached, reference data
 * loaded, not draining), /metrics (Prometheus text, summed over all processes). Terse by intent. */
extern const struct server ops_server;

#endif

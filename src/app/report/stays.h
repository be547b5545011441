#ifndef TIEPDAN_APP_REPORT_STAYS_H
#define TIEPDAN_APP_REPORT_STAYS_H

#include "http/req.h"

/* GET /v1/reports/stays: how long tickets stay in each state, or with each department; JSON or CSV. Where it
 * comes from stands in migrations/0111_flows.sql. */
void report_stays(struct req *req);

#endif

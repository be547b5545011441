#ifndef TIEPDAN_APP_REPORT_BACKLOG_H
#define TIEPDAN_APP_REPORT_BACKLOG_H

#include "http/req.h"

/* GET /v1/reports/backlog: what came, what went and what was left at the end of each day, of all or of one
 * department, category or area; JSON or CSV. Where it comes from stands in migrations/0111_flows.sql. */
void report_backlog(struct req *req);

#endif

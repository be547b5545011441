#ifndef TIEPDAN_APP_REPORT_REPORT_H
#define TIEPDAN_APP_REPORT_REPORT_H

#include "http/req.h"

/* GET /v1/reports/sla: the 2x2 of the domain (answered on time, answered late, open in time, open overdue)
 * by department, category or area, and beside it what is in none of the four: tickets without a clock, for
 * which another one stands, or withdrawn; JSON, or CSV when Accept asks for text/csv. JSON also says how long
 * answers took (civil/times.h). Where it comes from stands in migrations/0102_rollups.sql. */
void report_sla(struct req *req);

#endif

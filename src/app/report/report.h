#ifndef TIEPDAN_APP_REPORT_REPORT_H
#define TIEPDAN_APP_REPORT_REPORT_H

#include "http/req.h"

/* GET /v1/reports/sla: the 2x2 of the domain (answered on time, answered late, open in time, open overdue,
 * and tickets without a clock) by department, category or area; JSON, or CSV when Accept asks for
 * text/csv. */
void report_sla(struct req *req);

#endif

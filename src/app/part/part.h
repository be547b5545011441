#ifndef TIEPDAN_APP_PART_PART_H
#define TIEPDAN_APP_PART_PART_H

#include "http/req.h"

/* Co-handlers: the department that has a ticket asks others for their part of the answer. What each operation
 * means to a caller stands in api/openapi.yaml, what it does in migrations/0035_parts.sql. Those that
 * routing rules name are asked by the acceptance itself: migrations/0072_cohandlers.sql. */

void part_ask(struct req *req);
void part_list(struct req *req);
void part_show(struct req *req);
void part_give(struct req *req);
void part_decline(struct req *req);
void part_cancel(struct req *req);

#endif

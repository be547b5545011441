#ifndef TIEPDAN_APP_REDATING_REDATING_H
#define TIEPDAN_APP_REDATING_REDATING_H

#include "http/req.h"

/* Re-dating: a changed calendar or policy is brought to the clocks that run. Asked for and applied here,
 * prepared by the job worker (jobs/redating.h); how it works stands in migrations/0023_redating.sql. */
void redating_ask(struct req *req);
void redating_list(struct req *req);
void redating_show(struct req *req);
void redating_tickets(struct req *req);
void redating_apply(struct req *req);
void redating_undo(struct req *req);
void redating_settle(struct req *req);
void redating_drop(struct req *req);

#endif

#ifndef TIEPDAN_APP_ROUTING_ROUTING_H
#define TIEPDAN_APP_ROUTING_ROUTING_H

#include "http/req.h"

/* Rules of routing (civil/rules.h) as sets that are written, checked, activated and taken back (rule_set.c),
 * what they make of a ticket (explain.c), and what they would have made of the last ones (rehearsal.c). A set
 * that is activated reaches every worker with the reference data, see app/reference/reference.h. */
void rule_set_list(struct req *req);
void rule_set_make(struct req *req);
void rule_set_show(struct req *req);
void rule_set_put(struct req *req);
void rule_set_check(struct req *req);
void rule_set_activate(struct req *req);
void rule_set_take_back(struct req *req);
void rule_set_drop(struct req *req);

void rehearsal_ask(struct req *req);
void rehearsal_list(struct req *req);
void rehearsal_show(struct req *req);
void rehearsal_tickets(struct req *req);

void routing_explain(struct req *req);

#endif

#ifndef TIEPDAN_APP_FILTER_FILTER_H
#define TIEPDAN_APP_FILTER_FILTER_H

#include "http/req.h"

/* Saved filters of the queue: one's own, and those that colleagues share with the department. The queue
 * itself applies them (ticket_list). */
void filter_list(struct req *req);
void filter_make(struct req *req);
void filter_show(struct req *req);
void filter_change(struct req *req);
void filter_remove(struct req *req);

#endif

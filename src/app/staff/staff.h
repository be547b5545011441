#ifndef TIEPDAN_APP_STAFF_STAFF_H
#define TIEPDAN_APP_STAFF_STAFF_H

#include "http/req.h"

/* The people of a department as its head sees them: how much each has and can take, who is away, and whether
 * the job worker assigns what nobody has. */
void staff_list(struct req *req);
void staff_work(struct req *req);
void absence_make(struct req *req);
void absence_remove(struct req *req);
void work_show(struct req *req);
void work_set(struct req *req);

#endif

#ifndef TIEPDAN_APP_ACCOUNT_ACCOUNT_H
#define TIEPDAN_APP_ACCOUNT_ACCOUNT_H

#include "http/req.h"

/* Staff: signing in with a one-time code, who am I, people of a department. */
void session_open(struct req *req);
void session_close(struct req *req);
void me_show(struct req *req);
void me_change(struct req *req);
void account_list(struct req *req);

#endif

#ifndef TIEPDAN_APP_ACCOUNT_ACCOUNT_H
#define TIEPDAN_APP_ACCOUNT_ACCOUNT_H

#include "http/req.h"

/* Who am I, and people of a department. */
void me_show(struct req *req);
void me_change(struct req *req);
void account_list(struct req *req);

#endif

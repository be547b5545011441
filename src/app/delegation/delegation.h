#ifndef TIEPDAN_APP_DELEGATION_DELEGATION_H
#define TIEPDAN_APP_DELEGATION_DELEGATION_H

#include "http/req.h"

/* Having for a time what one does not have: roles of a colleague who is away. */
void delegation_make(struct req *req);
void delegation_list(struct req *req);
void delegation_end(struct req *req);

#endif

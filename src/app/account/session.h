#ifndef TIEPDAN_APP_ACCOUNT_SESSION_H
#define TIEPDAN_APP_ACCOUNT_SESSION_H

#include "http/req.h"

/* Signing in, and the sessions that come of it. */
void session_open(struct req *req);
void session_renew(struct req *req);
void session_list(struct req *req);
void session_end(struct req *req);
void session_end_others(struct req *req);
void session_close(struct req *req);

#endif

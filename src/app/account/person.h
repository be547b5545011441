#ifndef TIEPDAN_APP_ACCOUNT_PERSON_H
#define TIEPDAN_APP_ACCOUNT_PERSON_H

#include "http/req.h"

/* Administering the accounts of people and programs. */
void account_make(struct req *req);
void account_show(struct req *req);
void account_change(struct req *req);
void account_invite(struct req *req);
void account_sessions(struct req *req);
void account_sessions_end(struct req *req);
void account_events(struct req *req);
void account_grant_confirm(struct req *req);
void account_grant_refuse(struct req *req);
void account_key_make(struct req *req);
void account_key_list(struct req *req);
void account_key_revoke(struct req *req);

#endif

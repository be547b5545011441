#ifndef TIEPDAN_APP_ACCOUNT_OWN_H
#define TIEPDAN_APP_ACCOUNT_OWN_H

#include "http/req.h"

/* What people sign in with, changed by themselves. */
void password_set(struct req *req);
void second_factor_begin(struct req *req);
void second_factor_confirm(struct req *req);
void second_factor_remove(struct req *req);
void recovery_codes_make(struct req *req);
void session_prove(struct req *req);
void me_events(struct req *req);

#endif

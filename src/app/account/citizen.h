#ifndef TIEPDAN_APP_ACCOUNT_CITIZEN_H
#define TIEPDAN_APP_ACCOUNT_CITIZEN_H

#include "http/req.h"

/* Citizens who sign in with a code that comes by e-mail (with an identity provider: oidc.h), and what their
 * account is: an address and a list of tickets. */
void citizen_code_ask(struct req *req);
void citizen_session_open(struct req *req);
void citizen_show(struct req *req);
void citizen_erase(struct req *req);
void citizen_events(struct req *req);
void citizen_email_ask(struct req *req);
void citizen_email_set(struct req *req);

/* Their tickets. One is followed as ever, with the secret that citizen_ticket_open() gives. */
void citizen_ticket_list(struct req *req);
void citizen_ticket_add(struct req *req);
void citizen_ticket_open(struct req *req);
void citizen_ticket_drop(struct req *req);

#endif

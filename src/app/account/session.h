#ifndef TIEPDAN_APP_ACCOUNT_SESSION_H
#define TIEPDAN_APP_ACCOUNT_SESSION_H

#include "db/unit.h"

/* Signing in, and the sessions that come of it: those of citizens (app/account/citizen.h) are renewed, listed
 * and ended here, too. */
void session_open(struct req *req);
void session_renew(struct req *req);
void session_list(struct req *req);
void session_end(struct req *req);
void session_end_others(struct req *req);
void session_close(struct req *req);

/* Everything a client needs to go on with the session req->who.session, by its row of login.sql and the like:
 * a token, what renews it, and where `login` is given what its device shows next time. */
void session_answer(struct req *req, const PGresult *row, int status, struct str login);

#endif

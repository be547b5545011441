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

/* What the database knows a request to sign in by that may come twice, since its answer may get lost: a keyed
 * hash of the body and the Idempotency-Key, which nobody guesses. Absent: it may not. */
struct str session_replay(struct req *req);
/* 201 for a sign-in, by a row with the column `session`: the one that this request has opened, or that the
 * same one had opened before. `at` is the Location. */
void session_opened(struct req *req, const PGresult *row, struct str at, struct str login);

#endif

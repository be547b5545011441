#ifndef TIEPDAN_APP_TRIAGE_TRIAGE_H
#define TIEPDAN_APP_TRIAGE_TRIAGE_H

#include "http/req.h"

/* What does not belong into the channel: word lists that suggest (migrations/0034_triage.sql), and the roster
 * of those who are told of danger to life. */

/* triage.c */
void triage_check(struct req *req);
void suggestion_list(struct req *req);

/* duty.c */
void duty_list(struct req *req);
void duty_add(struct req *req);
void duty_remove(struct req *req);

#endif

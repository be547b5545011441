#ifndef TIEPDAN_APP_RETENTION_RETENTION_H
#define TIEPDAN_APP_RETENTION_RETENTION_H

#include "http/req.h"

/* How long tickets are kept, and their end: proposed by one person, approved by another, carried out by the
 * job worker (jobs/jobs.c). How it works stands in migrations/0088_retention.sql. */
void retention_show(struct req *req);
void retention_due(struct req *req);
void ticket_hold(struct req *req);
void ticket_release(struct req *req);
void disposal_propose(struct req *req);
void disposal_list(struct req *req);
void disposal_show(struct req *req);
void disposal_ticket_list(struct req *req);
void disposal_approve(struct req *req);
void disposal_drop(struct req *req);
void disposal_certificate(struct req *req);

#endif

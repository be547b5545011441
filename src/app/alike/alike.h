#ifndef TIEPDAN_APP_ALIKE_ALIKE_H
#define TIEPDAN_APP_ALIKE_ALIKE_H

#include "http/req.h"

/* Likely duplicates (civil/alike.h, migrations/0064_alike.sql): suggested to staff and to who is about to
 * file, and bursts that the hub makes one case of. Nothing is merged by itself. Strangers read a title once
 * the department has accepted the ticket, with what looks like personal data masked. */

/* duplicates.c */
void duplicate_list(struct req *req);

/* before.c: before filing, without an account */
void duplicate_check(struct req *req);
void published_suggest(struct req *req); /* with published answers */

/* burst.c */
void cluster_list(struct req *req);
void ticket_gather(struct req *req);

#endif

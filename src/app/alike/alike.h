#ifndef TIEPDAN_APP_ALIKE_ALIKE_H
#define TIEPDAN_APP_ALIKE_ALIKE_H

#include "http/req.h"

/* Likely duplicates (civil/alike.h, migrations/0064_alike.sql): suggested to staff and to who is about to
 * file, and bursts that the hub makes one case of. Nothing is merged by itself. */

/* duplicates.c */
void duplicate_list(struct req *req);
void duplicate_check(struct req *req); /* before filing */

/* burst.c */
void cluster_list(struct req *req);
void ticket_gather(struct req *req);

#endif

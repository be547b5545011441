#ifndef TIEPDAN_APP_PUBLICATION_PUBLICATION_H
#define TIEPDAN_APP_PUBLICATION_PUBLICATION_H

#include "http/req.h"

/* The public version of a ticket (migrations/0033_publication.sql): made and decided on by staff, previewed
 * by the citizen, read by everybody. */

/* propose.c */
void publication_propose(struct req *req);

/* publication.c */
void publication_show(struct req *req);
void publication_confirm(struct req *req);
void publication_publish(struct req *req);
void publication_drop(struct req *req);
void publication_hide(struct req *req);
void tracking_object(struct req *req);

/* published.c: without an account */
void published_list(struct req *req);
void published_show(struct req *req);

#endif

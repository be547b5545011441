#ifndef TIEPDAN_APP_NOTICE_NOTICE_H
#define TIEPDAN_APP_NOTICE_NOTICE_H

#include "http/req.h"

/* The delivery log of what citizens and staff were told (jobs/deliver.h), for those who run the system:
 * without addresses and texts. */
void notice_list(struct req *req);
void notice_retry(struct req *req); /* once more, from the first attempt on */
void notice_lift(struct req *req);  /* its address bounced: later notices are tried again */

#endif

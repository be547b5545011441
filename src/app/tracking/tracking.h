#ifndef TIEPDAN_APP_TRACKING_TRACKING_H
#define TIEPDAN_APP_TRACKING_TRACKING_H

#include "http/req.h"

/* What a citizen does with code and secret. The step `who` has checked both; the statements take number and
 * generation. */
void tracking_show(struct req *req);
void tracking_message(struct req *req);
void tracking_rate(struct req *req);

#endif

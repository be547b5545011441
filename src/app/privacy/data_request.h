#ifndef TIEPDAN_APP_PRIVACY_DATA_REQUEST_H
#define TIEPDAN_APP_PRIVACY_DATA_REQUEST_H

#include "http/req.h"

/* What people ask about their data: filed by the citizen of a ticket, or by the data protection officer for
 * somebody who came or wrote; until when it is answered the limits of the city say
 * (migrations/0091_data_requests.sql). */
void tracking_data_request(struct req *req);
void tracking_data_request_list(struct req *req);
void data_request_file(struct req *req);
void data_request_list(struct req *req);
void data_request_show(struct req *req);
void data_request_acknowledge(struct req *req);
void data_request_extend(struct req *req);
void data_request_answer(struct req *req);
void data_request_refuse(struct req *req);
void restriction_lift(struct req *req);

#endif

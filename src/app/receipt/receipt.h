#ifndef TIEPDAN_APP_RECEIPT_RECEIPT_H
#define TIEPDAN_APP_RECEIPT_RECEIPT_H

#include "http/req.h"

/* The record (civil/record.h) for everybody: its roots and keys, and receipts, with which a citizen can later
 * prove what was filed and when. */
void record_show(struct req *req);
void record_root_list(struct req *req);
void record_day_list(struct req *req); /* one of each day */
void record_keys(struct req *req);

/* For staff who see the ticket, and for its citizen. 409 until it is sealed. */
void ticket_receipt(struct req *req);
void tracking_receipt(struct req *req);

#endif

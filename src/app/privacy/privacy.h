#ifndef TIEPDAN_APP_PRIVACY_PRIVACY_H
#define TIEPDAN_APP_PRIVACY_PRIVACY_H

#include "http/req.h"

/* Personal data and those whom it is about: what is held, who has read it, taking it away, finding it,
 * and all of it in one document. */
void tracking_personal_data(struct req *req);
void tracking_contact_erase(struct req *req);
void contact_erase(struct req *req);
void personal_data_search(struct req *req);
void tracking_export(struct req *req);
void personal_data_export(struct req *req);

#endif

#ifndef TIEPDAN_APP_TEMPLATE_TEMPLATE_H
#define TIEPDAN_APP_TEMPLATE_TEMPLATE_H

#include "http/req.h"

/* The handlers of reply templates, the texts that officers begin with; what each operation means to a caller
 * stands in api/openapi.yaml. */
void reply_template_list(struct req *req);
void reply_template_add(struct req *req);
void reply_template_show(struct req *req);
void reply_template_put(struct req *req);
void reply_template_end(struct req *req);

#endif

#ifndef TIEPDAN_APP_META_META_H
#define TIEPDAN_APP_META_META_H

#include "http/req.h"

/* What the server says about itself: contract, problems, keys, security contact. */
void service_root(struct req *req);
void openapi_json(struct req *req);
void openapi_yaml(struct req *req);
void problem_list(struct req *req);
void problem_show(struct req *req);
void security_txt(struct req *req);
void jwks(struct req *req);

#endif

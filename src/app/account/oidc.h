#ifndef TIEPDAN_APP_ACCOUNT_OIDC_H
#define TIEPDAN_APP_ACCOUNT_OIDC_H

#include "http/req.h"

/* Signing in with an identity provider: oidc_begin says where to go, the provider sends people back to a page
 * with a code, and oidc_complete takes that. The same for citizens, with a provider of their own. */
void oidc_begin(struct req *req);
void oidc_complete(struct req *req);
void citizen_oidc_begin(struct req *req);
void citizen_oidc_complete(struct req *req);

#endif

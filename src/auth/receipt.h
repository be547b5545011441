#ifndef TIEPDAN_AUTH_RECEIPT_H
#define TIEPDAN_AUTH_RECEIPT_H

#include "auth/keys.h"
#include "base/uuid.h"

/* What the event of a filing says of the words that were filed, without telling them: HMAC-SHA-256
 * (digest_hmac()) of title, text and place, an absent one as an empty one, under a salt of the ticket. The
 * salt is derived from its id under KEY_RECEIPT and told only to those who may read the words: with them it
 * proves what was filed, without it nobody can try out what it may have been. */
struct digest receipt_salt(const struct keys *keys, const struct uuid *ticket);
struct digest receipt_content(const struct digest *salt, struct str title, struct str text, struct str place);

#endif

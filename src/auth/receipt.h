#ifndef TIEPDAN_AUTH_RECEIPT_H
#define TIEPDAN_AUTH_RECEIPT_H

#include "auth/keys.h"
#include "base/uuid.h"

/* What is committed to. */
struct receipt_words {
	struct str title, text, place; /* an absent one counts as an empty one */
};

/* What the event of a filing says of the words that were filed, without telling them: HMAC-SHA-256
 * (digest_hmac()) of title, text and place under a salt of the ticket, in hex. The salt is derived from its
 * id under KEY_RECEIPT and told only to those who may read the words: with them it proves what was filed. Who
 * has neither it nor secret.key cannot try out what they may have been; who has one of them still can when
 * they are erased. */
struct digest receipt_salt(const struct keys *keys, const struct uuid *ticket);
struct str receipt_content(struct arena *arena, const struct keys *keys, const struct uuid *ticket,
	const struct receipt_words *words);

#endif

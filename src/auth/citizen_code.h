#ifndef TIEPDAN_AUTH_CITIZEN_CODE_H
#define TIEPDAN_AUTH_CITIZEN_CODE_H

#include "auth/keys.h"
#include "base/uuid.h"

/* A code that comes by e-mail, for a citizen to sign in with: eight digits, derived from the id of the
 * letter, so that the database has none. It counts only together with the request (auth/credential.h), which
 * whoever asked for the letter has got: neither the mailbox alone nor the request alone opens anything. How
 * long a code is good and how often it may be tried, the database says. */

/* As the letter shows it: "1234 5678". */
struct str citizen_code_text(struct arena *arena, const struct keys *keys, const struct uuid *letter);
/* Blanks and hyphens in what was typed do not matter. Of constant time. */
bool citizen_code_check(
	struct arena *arena, const struct keys *keys, const struct uuid *letter, struct str typed);

/* What the database finds the account of an address by: a keyed hash, 32 bytes. Letter case makes no other
 * address: whoever types it otherwise comes into the same account. */
struct str citizen_email_index(struct arena *arena, const struct keys *keys, struct str email);
/* What the database counts letters to an address by: a keyed hash, 32 bytes, of that address, where somebody
 * asks and the day, so that nothing tells who asks for several addresses, or on several days. */
struct citizen_asks {
	struct str email_index, address_block;
	int64_t day;
};
struct str citizen_place(struct arena *arena, const struct keys *keys, const struct citizen_asks *asks);
/* What the database has of somebody whom an identity provider vouches for: a keyed hash, 32 bytes. */
struct str citizen_subject_index(
	struct arena *arena, const struct keys *keys, struct str issuer, struct str subject);

#endif

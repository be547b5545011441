#ifndef TIEPDAN_AUTH_LOGIN_H
#define TIEPDAN_AUTH_LOGIN_H

#include "auth/keys.h"

/* Codes that count once: for signing in, and for the day the second factor is lost. 16 symbols of Crockford
 * base 32 (80 random bits), shown as XXXX-XXXX-XXXX-XXXX. The database holds only their HMAC under the key
 * of their purpose. */

struct str login_code_new(struct arena *arena);
/* What is stored for this code of this account, and what to compare with when somebody types one: letter
 * case, blanks and hyphens do not matter, O is 0, I and L are 1. 32 bytes; absent when it cannot be such a
 * code. Nor does the letter case of the login. */
struct str login_code_hash(struct arena *arena, const struct keys *keys, struct str login, struct str typed);
struct str recovery_code_hash(
	struct arena *arena, const struct keys *keys, struct str login, struct str typed);
/* As the database keeps it: in lower case. Logins are ASCII. */
struct str login_fold(struct arena *arena, struct str login);

/* The page `url` (setting welcome_url) with {login} and {code} filled in; absent when there is no such
 * page. */
struct str login_link(struct arena *arena, struct str url, struct str login, struct str code);

/* Where attempts to sign in are counted: table sign_in_brake, whose slots are a keyed hash, so that nothing
 * in it says who tried from where. */
enum {
	BRAKE_SLOTS_MAX = 2,
	BRAKE_SLOT_BITS = 20
};
struct brake {
	int64_t slot[BRAKE_SLOTS_MAX], free[BRAKE_SLOTS_MAX]; /* free: attempts that do not wait */
	size_t n;
};
/* With a `device` that has signed in during the last 90 days (auth/credential.h): attempts of that device
 * alone. Otherwise:
 * of this login from this address block, and of this login from anywhere. */
struct brake brake_of(struct arena *arena, const struct keys *keys, struct str login, struct str device,
	struct str address_block);
/* Of a place where codes of citizens are tried, whoever's they are. */
struct brake brake_of_place(const struct keys *keys, struct str address_block);

#endif

#ifndef TIEPDAN_AUTH_LOGIN_H
#define TIEPDAN_AUTH_LOGIN_H

#include "auth/keys.h"

/* One-time sign-in codes: 16 symbols of Crockford base 32 (80 random bits), shown as XXXX-XXXX-XXXX-XXXX. The
 * database holds only their HMAC under KEY_LOGIN_CODE. */

struct str login_code_new(struct arena *arena);
/* What is stored for this code of this account, and what to compare with when somebody types one: letter
 * case, blanks and hyphens do not matter, O is 0, I and L are 1. 32 bytes; absent when it cannot be such a
 * code. Nor does the letter case of the login. */
struct str login_code_hash(struct arena *arena, const struct keys *keys, struct str login, struct str typed);

#endif

#ifndef TIEPDAN_AUTH_PASSWORD_H
#define TIEPDAN_AUTH_PASSWORD_H

#include "auth/keys.h"
#include "base/uuid.h"

/* Passwords: argon2id (RFC 9106, libsodium), two passes over `memory_mib` of memory, of the HMAC of
 * account and password under a key outside the database: a stolen database alone gives nothing to guess at,
 * and a hash that somebody puts into the row of another account is that of no password there. Hashing
 * takes tens of milliseconds and its memory, so it runs beside the event loop (base/work.h). The functions
 * below touch nothing but their arguments. */

enum {
	PASSWORD_HASH_SIZE = 128,
	PASSWORD_CHARACTERS_MIN = 12,
	PASSWORD_CHARACTERS_MAX = 200
};

/* What is hashed. The letters of a name may be typed in several ways that look alike: `password` is NFC.
 * `account`: nil for a login that nobody has. */
struct digest password_key(const struct keys *keys, const struct uuid *account, struct str password);
/* False when there is no memory for it. */
bool password_hash(const struct digest *key, int64_t memory_mib, char ret[PASSWORD_HASH_SIZE]);
/* Whether the password is that of `hash`. An absent hash (nobody has this login) takes as long and is
 * wrong. Without memory for it nobody knows. */
enum password_verdict {
	PASSWORD_WRONG,
	PASSWORD_RIGHT,
	PASSWORD_UNKNOWN
};
enum password_verdict password_check(const struct digest *key, struct str hash, int64_t memory_mib);
/* Whether `hash` cost its guesser less, or more, than one that is made today. */
bool password_is_dated(struct str hash, int64_t memory_mib);
/* Why this one may not be set (NIST SP 800-63B section 5.1.1.2): NULL, or "short", "few" (nearly the same
 * character over and over) or "login". `password` is valid UTF-8. */
const char *password_weakness(struct str password, struct str login);

#endif

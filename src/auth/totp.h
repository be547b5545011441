#ifndef TIEPDAN_AUTH_TOTP_H
#define TIEPDAN_AUTH_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* Time-based one-time codes (RFC 6238) as every authenticator makes them: HMAC-SHA-1, six digits, steps of
 * 30 seconds since 1970. */
enum {
	TOTP_SECRET_SIZE = 20, /* bytes: that of the hash (RFC 4226 section 4, R6) */
	TOTP_STEP_S = 30,
	TOTP_DIGITS = 6
};

/* The code of a step. */
uint32_t totp_code(struct str secret, int64_t step);
/* The step whose code `typed` (six digits, blanks do not matter) is, among the present one and its
 * neighbours, because clocks differ; 0: none. A code counts once: steps up to `last_step` do not. Of
 * constant time in the digits. */
int64_t totp_step(struct str secret, struct str typed, int64_t now_s, int64_t last_step);
/* Whether this may be such a code, and is no recovery code. */
bool totp_is_code(struct str typed);
/* The secret in base 32 (RFC 4648 section 6), to be typed; and that as an address which an authenticator
 * reads from a picture. `issuer` and `login` are percent-encoded here. */
struct str totp_text(struct arena *arena, struct str secret);
struct str totp_uri(struct arena *arena, struct str text, struct str issuer, struct str login);

#endif

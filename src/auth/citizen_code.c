/* Codes that citizens sign in with: derived, never stored. */
#include "auth/citizen_code.h"

#include <endian.h>
#include <inttypes.h>
#include <string.h>

#include "auth/login.h"
#include "auth/seal.h"

enum {
	DIGITS = 8,
	TYPED_MAX = 32
};

static const uint64_t CODES = 100000000;

/* Of 2^64 values the first ones come up more often than the last by one in 10^11. */
static struct str digits_of(struct arena *arena, const struct keys *keys, const struct uuid *letter)
{
	const struct str parts[] = {STR("code"), uuid_bytes(letter)};
	struct digest mac = digest_hmac(keys_purpose(keys, KEY_CITIZEN_CODE), parts, 2);
	uint64_t first;

	memcpy(&first, mac.byte, sizeof(first));
	return arena_printf(arena, "%08" PRIu64, be64toh(first) % CODES);
}

struct str citizen_code_text(struct arena *arena, const struct keys *keys, const struct uuid *letter)
{
	struct str digits = digits_of(arena, keys, letter);

	return arena_printf(arena, "%.4s %.4s", digits.at, digits.at + DIGITS / 2);
}

bool citizen_code_check(
	struct arena *arena, const struct keys *keys, const struct uuid *letter, struct str typed)
{
	char digits[DIGITS];
	size_t n = 0;

	if (!typed.at || typed.len > TYPED_MAX)
		return false;
	for (size_t i = 0; i < typed.len; i++) {
		if (typed.at[i] == ' ' || typed.at[i] == '-')
			continue;
		if (n == DIGITS)
			return false;
		digits[n++] = typed.at[i];
	}
	return n == DIGITS && str_eq_secret((struct str){digits, n}, digits_of(arena, keys, letter));
}

struct str citizen_email_index(struct arena *arena, const struct keys *keys, struct str email)
{
	return seal_blind_index(arena, keys, login_fold(arena, email));
}

struct str citizen_place(struct arena *arena, const struct keys *keys, const struct citizen_asks *asks)
{
	const struct str parts[] = {STR("letter"), asks->email_index, asks->address_block,
		arena_printf(arena, "%" PRId64, asks->day)};
	struct digest mac = digest_hmac(keys_purpose(keys, KEY_BRAKE), parts, 4);

	return arena_str(arena, digest_bytes(&mac));
}

struct str citizen_subject_index(
	struct arena *arena, const struct keys *keys, struct str issuer, struct str subject)
{
	const struct str parts[] = {issuer, subject};
	struct digest mac = digest_hmac(keys_purpose(keys, KEY_BLIND_INDEX), parts, 2);

	return arena_str(arena, digest_bytes(&mac));
}

/* Passwords with libsodium. */
#include "auth/password.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "base/must.h"

enum {
	PASSES = 2,
	DIFFERENT_MIN = 5
};

_Static_assert(PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "a hash as libsodium writes it");

struct digest password_key(const struct keys *keys, const struct uuid *account, struct str password)
{
	const struct str parts[] = {uuid_bytes(account), password};

	return digest_hmac(keys_purpose(keys, KEY_PASSWORD), parts, 2);
}

static size_t memory_of(int64_t memory_mib)
{
	return (size_t)memory_mib << 20;
}

bool password_hash(const struct digest *key, int64_t memory_mib, char ret[PASSWORD_HASH_SIZE])
{
	return crypto_pwhash_str_alg(ret, (const char *)key->byte, sizeof(key->byte), PASSES,
		       memory_of(memory_mib), crypto_pwhash_ALG_ARGON2ID13) == 0;
}

/* `hash` with the zeros that libsodium expects behind it; false when it is too long to be one. */
static bool padded(struct str hash, char ret[PASSWORD_HASH_SIZE])
{
	memset(ret, 0, PASSWORD_HASH_SIZE);
	if (!hash.at || hash.len >= PASSWORD_HASH_SIZE)
		return false;
	memcpy(ret, hash.at, hash.len);
	return true;
}

enum password_verdict password_check(const struct digest *key, struct str hash, int64_t memory_mib)
{
	char text[PASSWORD_HASH_SIZE];

	if (!padded(hash, text))
		return password_hash(key, memory_mib, text) ? PASSWORD_WRONG : PASSWORD_UNKNOWN;
	errno = 0;
	if (crypto_pwhash_str_verify(text, (const char *)key->byte, sizeof(key->byte)) == 0)
		return PASSWORD_RIGHT;
	return errno == ENOMEM ? PASSWORD_UNKNOWN : PASSWORD_WRONG;
}

bool password_is_dated(struct str hash, int64_t memory_mib)
{
	char text[PASSWORD_HASH_SIZE];

	return padded(hash, text) && crypto_pwhash_str_needs_rehash(text, PASSES, memory_of(memory_mib)) != 0;
}

static size_t different(struct str s)
{
	bool seen[256] = {false};
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		if (!seen[(uint8_t)s.at[i]]) {
			seen[(uint8_t)s.at[i]] = true;
			n++;
		}
	return n;
}

static bool holds(struct str text, struct str part)
{
	for (size_t i = 0; part.len > 0 && i + part.len <= text.len; i++)
		if (strncasecmp(text.at + i, part.at, part.len) == 0)
			return true;
	return false;
}

const char *password_weakness(struct str password, struct str login)
{
	if (str_code_points(password) < PASSWORD_CHARACTERS_MIN)
		return "short";
	if (different(password) < DIFFERENT_MIN)
		return "few";
	return holds(password, login) ? "login" : NULL;
}

/* One-time sign-in codes. */
#include "auth/login.h"

#include "base/rand.h"
#include "civil/code.h"

enum {
	CODE_BYTES = 10,
	CODE_SYMBOLS = 16,
	TYPED_MAX = 64
};

struct str login_code_new(struct arena *arena)
{
	char bytes[CODE_BYTES];
	struct str code;

	rand_bytes(bytes, sizeof(bytes));
	code = code_base32(arena, (struct str){bytes, sizeof(bytes)});
	return arena_printf(arena, "%.4s-%.4s-%.4s-%.4s", code.at, code.at + 4, code.at + 8, code.at + 12);
}

/* The database keeps logins in lower case, and they are ASCII. */
static struct str lower_case(struct arena *arena, struct str s)
{
	char *at = arena_alloc(arena, s.len + 1);

	for (size_t i = 0; i < s.len; i++)
		at[i] = s.at[i] >= 'A' && s.at[i] <= 'Z' ? (char)(s.at[i] - 'A' + 'a') : s.at[i];
	return (struct str){at, s.len};
}

struct str login_code_hash(struct arena *arena, const struct keys *keys, struct str login, struct str typed)
{
	struct str parts[2];
	struct digest mac;

	if (!login.at || !typed.at || typed.len > TYPED_MAX)
		return STR_NONE;
	parts[0] = lower_case(arena, login);
	parts[1] = code_base32_fold(arena, typed);
	if (!parts[1].at || parts[1].len != CODE_SYMBOLS)
		return STR_NONE;
	mac = digest_hmac(keys_purpose(keys, KEY_LOGIN_CODE), parts, 2);
	return arena_str(arena, digest_bytes(&mac));
}

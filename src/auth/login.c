/* Codes that count once, and the brake on attempts. */
#include "auth/login.h"

#include <endian.h>
#include <string.h>

#include "auth/credential.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/rand.h"
#include "civil/code.h"

enum {
	CODE_BYTES = 10,
	CODE_SYMBOLS = 16,
	TYPED_MAX = 64,
	FREE_OF_A_PLACE = 5,
	FREE_FROM_ANYWHERE = 20
};
#define DEVICE_MS (90 * INT64_C(86400000)) /* then it is a stranger again */

enum brake_kind {
	BRAKE_DEVICE,
	BRAKE_ADDRESS,
	BRAKE_ANYWHERE,
	BRAKE_PLACE
};

struct str login_code_new(struct arena *arena)
{
	char bytes[CODE_BYTES];
	struct str code;

	rand_bytes(bytes, sizeof(bytes));
	code = code_base32(arena, (struct str){bytes, sizeof(bytes)});
	return arena_printf(arena, "%.4s-%.4s-%.4s-%.4s", code.at, code.at + 4, code.at + 8, code.at + 12);
}

struct str login_fold(struct arena *arena, struct str login)
{
	char *at = arena_alloc(arena, login.len + 1);

	for (size_t i = 0; i < login.len; i++)
		at[i] = login.at[i] >= 'A' && login.at[i] <= 'Z' ? (char)(login.at[i] - 'A' + 'a')
								 : login.at[i];
	return (struct str){at, login.len};
}

static struct str code_hash(struct arena *arena, const struct keys *keys, enum key_purpose purpose,
	struct str login, struct str typed)
{
	struct str parts[2];
	struct digest mac;

	if (!login.at || !typed.at || typed.len > TYPED_MAX)
		return STR_NONE;
	parts[0] = login_fold(arena, login);
	parts[1] = code_base32_fold(arena, typed);
	if (!parts[1].at || parts[1].len != CODE_SYMBOLS)
		return STR_NONE;
	mac = digest_hmac(keys_purpose(keys, purpose), parts, 2);
	return arena_str(arena, digest_bytes(&mac));
}

struct str login_code_hash(struct arena *arena, const struct keys *keys, struct str login, struct str typed)
{
	return code_hash(arena, keys, KEY_LOGIN_CODE, login, typed);
}

struct str recovery_code_hash(
	struct arena *arena, const struct keys *keys, struct str login, struct str typed)
{
	return code_hash(arena, keys, KEY_RECOVERY_CODE, login, typed);
}

struct str login_link(struct arena *arena, struct str url, struct str login, struct str code)
{
	static const struct str names[] = {{"{login}", 7}, {"{code}", 6}};
	const struct str values[] = {login, code};
	struct buf out = {.arena = arena};

	if (url.len == 0)
		return STR_NONE;
	while (url.len > 0) {
		size_t i = 0;
		while (i < 2 && !str_starts(url, names[i]))
			i++;
		if (i < 2)
			buf_put(&out, values[i]);
		else
			buf_byte(&out, *url.at);
		size_t step = i < 2 ? names[i].len : 1;
		url = (struct str){url.at + step, url.len - step};
	}
	return buf_str(&out);
}

/* Each kind has slots of its own: what strangers do from anywhere never meets what a device does. */
static void brake_add(
	struct brake *brake, const struct keys *keys, enum brake_kind kind, const struct str parts[2])
{
	static const struct {
		struct str name;
		int64_t nfree;
	} kinds[] = {[BRAKE_DEVICE] = {{"device", 6}, FREE_OF_A_PLACE},
		[BRAKE_ADDRESS] = {{"address", 7}, FREE_OF_A_PLACE},
		[BRAKE_ANYWHERE] = {{"anywhere", 8}, FREE_FROM_ANYWHERE},
		[BRAKE_PLACE] = {{"place", 5}, FREE_FROM_ANYWHERE}};
	struct digest mac = digest_hmac(
		keys_purpose(keys, KEY_BRAKE), (struct str[]){kinds[kind].name, parts[0], parts[1]}, 3);
	uint32_t first;

	memcpy(&first, mac.byte, sizeof(first));
	brake->slot[brake->n] =
		((int64_t)kind << BRAKE_SLOT_BITS) | (be32toh(first) >> (32 - BRAKE_SLOT_BITS));
	brake->free[brake->n++] = kinds[kind].nfree;
}

struct brake brake_of(struct arena *arena, const struct keys *keys, struct str login, struct str device,
	struct str address_block)
{
	struct brake brake = {.n = 0};
	struct str folded = login_fold(arena, login);

	if (device.at && device_made_ms(arena, keys, login, device) > clock_wall_ms() - DEVICE_MS) {
		brake_add(&brake, keys, BRAKE_DEVICE, (struct str[]){folded, device});
		return brake;
	}
	brake_add(&brake, keys, BRAKE_ADDRESS, (struct str[]){folded, address_block});
	brake_add(&brake, keys, BRAKE_ANYWHERE, (struct str[]){folded, STR("")});
	return brake;
}

struct brake brake_of_place(const struct keys *keys, struct str address_block)
{
	struct brake brake = {.n = 0};

	brake_add(&brake, keys, BRAKE_PLACE, (struct str[]){STR("citizen"), address_block});
	return brake;
}

/* The citizen's secret: derived, never stored. */
#include "auth/ticket_secret.h"

#include <endian.h>
#include <inttypes.h>

#include "base/must.h"
#include "civil/code.h"

enum {
	MAC_SYMBOLS = 26, /* 130 bits                                                */
	MAC_BYTES = 17,	  /* enough bytes for them                                   */
	TYPED_MAX = 128	  /* with all the blanks and hyphens somebody may put in     */
};

static struct str mac_symbols(
	struct arena *arena, const struct keys *keys, int64_t number, int64_t generation)
{
	uint64_t wire[2] = {htobe64((uint64_t)number), htobe64((uint64_t)generation)};
	const struct str parts[] = {
		{(const char *)&wire[0], sizeof(wire[0])},
		{(const char *)&wire[1], sizeof(wire[1])},
	};
	struct digest mac = digest_hmac(keys_purpose(keys, KEY_TICKET_SECRET), parts, 2);
	struct str text = code_base32(arena, (struct str){(const char *)mac.byte, MAC_BYTES});

	return (struct str){text.at, MAC_SYMBOLS};
}

struct str ticket_secret(struct arena *arena, const struct keys *keys, int64_t number, int64_t generation)
{
	struct str mac = mac_symbols(arena, keys, number, generation);

	must(generation >= 1);
	return arena_printf(arena, "%" PRId64 "%.*s", generation, STR_ARG(mac));
}

/* One secret has one text: a generation has no leading zero. */
static bool check(struct arena *arena, const struct keys *keys, int64_t number, struct str typed,
	int64_t *ret_generation)
{
	struct str folded = code_base32_fold(arena, typed);
	struct str head, mac;

	if (!folded.at || folded.len <= MAC_SYMBOLS)
		return false;
	head = (struct str){folded.at, folded.len - MAC_SYMBOLS};
	mac = (struct str){folded.at + head.len, MAC_SYMBOLS};
	if (head.at[0] == '0' || str_to_i64(head, ret_generation) < 0)
		return false;
	return str_eq_secret(mac, mac_symbols(arena, keys, number, *ret_generation));
}

bool ticket_secret_check(const struct keys *keys, int64_t number, struct str secret, int64_t *ret_generation)
{
	struct arena *arena;
	bool good;

	if (!secret.at || secret.len > TYPED_MAX)
		return false;
	arena = arena_new();
	if (!arena)
		return false;
	good = check(arena, keys, number, secret, ret_generation) && !arena_failed(arena);
	arena_free(arena);
	return good;
}

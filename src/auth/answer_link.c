/* Links that answer one question: derived, never stored. */
#include "auth/answer_link.h"

#include <endian.h>
#include <inttypes.h>

#include "civil/code.h"

enum {
	MAC_SYMBOLS = 26,
	MAC_BYTES = 17,
	TEXT_MAX = 80
};

static struct str mac_of(struct arena *arena, const struct keys *keys, const struct answer_link *link)
{
	uint64_t wire[4] = {htobe64((uint64_t)link->number), htobe64((uint64_t)link->generation),
		htobe64((uint64_t)link->question), htobe64((uint64_t)link->until)};
	const struct str part = {(const char *)wire, sizeof(wire)};
	struct digest mac = digest_hmac(keys_purpose(keys, KEY_ANSWER_LINK), &part, 1);
	struct str text = code_base32(arena, (struct str){(const char *)mac.byte, MAC_BYTES});

	return (struct str){text.at, MAC_SYMBOLS};
}

struct str answer_link_text(struct arena *arena, const struct keys *keys, const struct answer_link *link)
{
	struct str mac = mac_of(arena, keys, link);

	return arena_printf(arena, "%" PRId64 ".%" PRId64 ".%" PRId64 ".%.*s", link->generation,
		link->question, link->until, STR_ARG(mac));
}

/* One link has one text. */
static bool number(struct str digits, int64_t *ret)
{
	return digits.len > 0 && digits.at[0] >= '1' && digits.at[0] <= '9' && str_to_i64(digits, ret) == 0;
}

bool answer_link_check(const struct keys *keys, struct str text, struct answer_link *link)
{
	struct str generation, question, until, rest = text;
	bool good;

	if (!text.at || text.len > TEXT_MAX || !str_next(&rest, '.', &generation) ||
		!str_next(&rest, '.', &question) || !str_next(&rest, '.', &until) ||
		!number(generation, &link->generation) || !number(question, &link->question) ||
		!number(until, &link->until))
		return false;
	struct arena *arena = arena_new();
	if (!arena)
		return false;
	good = rest.at && str_eq_secret(rest, mac_of(arena, keys, link)) && !arena_failed(arena);
	arena_free(arena);
	return good;
}

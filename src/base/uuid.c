/* UUIDs: version 7 made here, any version read and written. */
#include "base/uuid.h"

#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/rand.h"

enum {
	COUNTER_BITS = 12,
	FRESH_BITS = 11
};

struct uuid uuid_new(void)
{
	/* Milliseconds and the counter behind them (RFC 9562 section 6.2, method 1) as one number: an
	 * overflow of the counter runs into the milliseconds, and a clock that is set back only stops
	 * them. */
	static _Atomic uint64_t last;
	uint64_t seen = atomic_load_explicit(&last, memory_order_relaxed);
	uint64_t mine;
	struct uuid u;
	uint16_t seed;

	rand_bytes(u.byte, sizeof(u.byte));
	memcpy(&seed, u.byte, sizeof(seed));
	do {
		mine = (uint64_t)clock_wall_ms() << COUNTER_BITS | (seed & ((1U << FRESH_BITS) - 1));
		if (mine <= seen)
			mine = seen + 1;
	} while (!atomic_compare_exchange_weak_explicit(
		&last, &seen, mine, memory_order_relaxed, memory_order_relaxed));
	for (int i = 0; i < 6; i++)
		u.byte[i] = (uint8_t)(mine >> (COUNTER_BITS + 8 * (5 - i)));
	u.byte[6] = (uint8_t)(0x70 | (mine >> 8 & 0x0F));
	u.byte[7] = (uint8_t)mine;
	u.byte[8] = (uint8_t)(0x80 | (u.byte[8] & 0x3F));
	return u;
}

static bool hyphen_before(size_t byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

bool uuid_parse(struct str text, struct uuid *ret)
{
	const char *at = text.at;
	struct uuid u;

	if (text.len != UUID_TEXT_SIZE - 1)
		return false;
	for (size_t i = 0; i < sizeof(u.byte); i++, at += 2) {
		int high, low;

		if (hyphen_before(i) && *at++ != '-')
			return false;
		high = str_hex_digit(at[0]);
		low = str_hex_digit(at[1]);
		if (high < 0 || low < 0)
			return false;
		u.byte[i] = (uint8_t)(high << 4 | low);
	}
	*ret = u;
	return true;
}

void uuid_format(const struct uuid *u, char ret_text[UUID_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	char *at = ret_text;

	for (size_t i = 0; i < sizeof(u->byte); i++) {
		if (hyphen_before(i))
			*at++ = '-';
		*at++ = digits[u->byte[i] >> 4];
		*at++ = digits[u->byte[i] & 15];
	}
	*at = '\0';
}

bool uuid_is_nil(const struct uuid *u)
{
	static const struct uuid nil;

	return uuid_eq(u, &nil);
}

bool uuid_eq(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a->byte, b->byte, sizeof(a->byte)) == 0;
}

struct str uuid_bytes(const struct uuid *u)
{
	return (struct str){(const char *)u->byte, sizeof(u->byte)};
}

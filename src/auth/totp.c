/* Time-based one-time codes. */
#include "auth/totp.h"

#include <endian.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/buf.h"
#include "base/must.h"

enum {
	NEIGHBOURS = 1,
	MODULUS = 1000000
};

uint32_t totp_code(struct str secret, int64_t step)
{
	uint64_t wire = htobe64((uint64_t)step);
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	uint32_t word;

	must(HMAC(EVP_sha1(), secret.at, (int)secret.len, (const uint8_t *)&wire, sizeof(wire), mac, &len) &&
		len == 20);
	memcpy(&word, mac + (mac[19] & 0xf), sizeof(word));
	return (be32toh(word) & 0x7fffffff) % MODULUS;
}

/* Its digits as a number; -1: it is none of ours. */
static int64_t digits_of(struct str typed)
{
	int64_t value = 0;
	int n = 0;

	for (size_t i = 0; typed.at && i < typed.len; i++) {
		if (typed.at[i] == ' ')
			continue;
		if (typed.at[i] < '0' || typed.at[i] > '9' || ++n > TOTP_DIGITS)
			return -1;
		value = value * 10 + (typed.at[i] - '0');
	}
	return n == TOTP_DIGITS ? value : -1;
}

bool totp_is_code(struct str typed)
{
	return digits_of(typed) >= 0;
}

int64_t totp_step(struct str secret, struct str typed, int64_t now_s, int64_t last_step)
{
	int64_t value = digits_of(typed), now = now_s / TOTP_STEP_S, found = 0;

	if (value < 0)
		return 0;
	for (int64_t step = now - NEIGHBOURS; step <= now + NEIGHBOURS; step++) {
		uint32_t difference = totp_code(secret, step) ^ (uint32_t)value;
		found = difference == 0 && step > last_step ? step : found;
	}
	return found;
}

struct str totp_text(struct arena *arena, struct str secret)
{
	static const char symbols[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	size_t n = (secret.len * 8 + 4) / 5;
	char *at = arena_alloc(arena, n + 1);

	for (size_t i = 0; i < n; i++) {
		unsigned value = 0;
		for (size_t bit = i * 5; bit < i * 5 + 5; bit++) {
			unsigned byte = bit / 8 < secret.len ? (uint8_t)secret.at[bit / 8] : 0;
			value = value << 1 | (byte >> (7 - bit % 8) & 1);
		}
		at[i] = symbols[value];
	}
	return (struct str){at, n};
}

struct str totp_uri(struct arena *arena, struct str text, struct str issuer, struct str login)
{
	struct buf out = {.arena = arena};

	buf_put(&out, STR("otpauth://totp/"));
	buf_encoded(&out, issuer);
	buf_byte(&out, ':');
	buf_encoded(&out, login);
	buf_printf(&out, "?secret=%.*s&issuer=", STR_ARG(text));
	buf_encoded(&out, issuer);
	return buf_str(&out);
}

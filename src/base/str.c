/* Pieces of text: comparing, cutting, numbers, UTF-8. */
#include "base/str.h"

#include <errno.h>
#include <string.h>

#include <openssl/crypto.h>

struct str str_of(const char *zero_terminated)
{
	return (struct str){zero_terminated, zero_terminated ? strlen(zero_terminated) : 0};
}

bool str_eq(struct str a, struct str b)
{
	if (!a.at || !b.at)
		return a.at == b.at;
	return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (!a.at || !b.at)
		return a.at == b.at;
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.at[i]) != lower(b.at[i]))
			return false;
	return true;
}

bool str_eq_secret(struct str a, struct str b)
{
	if (!a.at || !b.at)
		return a.at == b.at;
	return a.len == b.len && CRYPTO_memcmp(a.at, b.at, a.len) == 0;
}

bool str_starts(struct str s, struct str prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.at, prefix.at, prefix.len) == 0);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.len >= suffix.len &&
	       (suffix.len == 0 || memcmp(s.at + s.len - suffix.len, suffix.at, suffix.len) == 0);
}

static bool in_set(char c, const char *set)
{
	return c != '\0' && strchr(set, c);
}

struct str str_trim(struct str s, const char *set)
{
	while (s.len && in_set(s.at[s.len - 1], set))
		s.len--;
	while (s.len && in_set(s.at[0], set)) {
		s.at++;
		s.len--;
	}
	return s;
}

bool str_next(struct str *rest, char separator, struct str *ret_part)
{
	const char *end;

	if (rest->len == 0)
		return false;
	end = memchr(rest->at, separator, rest->len);
	*ret_part = (struct str){rest->at, end ? (size_t)(end - rest->at) : rest->len};
	rest->at += ret_part->len + (end ? 1 : 0);
	rest->len -= ret_part->len + (end ? 1 : 0);
	return true;
}

int str_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int str_to_i64(struct str s, int64_t *ret_value)
{
	bool negative = s.len && s.at[0] == '-';
	bool overflow = false;
	int64_t value = 0;
	size_t i = negative ? 1 : 0;

	if (i == s.len)
		return -EINVAL;
	for (; i < s.len; i++) {
		int digit = s.at[i] - '0';

		if (digit < 0 || digit > 9)
			return -EINVAL;
		/* Counted below zero: there is one more number there. */
		overflow = overflow || __builtin_mul_overflow(value, 10, &value) ||
			   __builtin_sub_overflow(value, digit, &value);
	}
	if (overflow || (!negative && value == INT64_MIN))
		return -ERANGE;
	*ret_value = negative ? value : -value;
	return 0;
}

struct str str_of_int(int64_t n, char room[STR_INT_SIZE])
{
	uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;
	size_t at = STR_INT_SIZE;

	do
		room[--at] = (char)('0' + rest % 10);
	while (rest /= 10);
	if (n < 0)
		room[--at] = '-';
	return (struct str){room + at, STR_INT_SIZE - at};
}

int str_compare(struct str a, struct str b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common ? memcmp(a.at, b.at, common) : 0;

	if (order != 0)
		return order;
	return a.len < b.len ? -1 : a.len > b.len;
}

size_t str_utf8_sequence(struct str s)
{
	const unsigned char *at = (const unsigned char *)s.at;
	unsigned char lowest = 0x80, highest = 0xBF;
	size_t size;

	if (s.len == 0 || at[0] == 0)
		return 0;
	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xC2 || at[0] > 0xF4)
		return 0;
	size = at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
	if (size > s.len)
		return 0;
	/* RFC 3629 section 4: the first byte narrows the second where a form would be overlong, a surrogate
	 * or too big. */
	if (at[0] == 0xE0)
		lowest = 0xA0;
	else if (at[0] == 0xED)
		highest = 0x9F;
	else if (at[0] == 0xF0)
		lowest = 0x90;
	else if (at[0] == 0xF4)
		highest = 0x8F;
	if (at[1] < lowest || at[1] > highest)
		return 0;
	for (size_t i = 2; i < size; i++)
		if ((at[i] & 0xC0) != 0x80)
			return 0;
	return size;
}

/* True when the eight bytes are all ASCII and none is zero. */
static bool plain_eight(const char *at)
{
	const uint64_t high = UINT64_C(0x8080808080808080);
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return ((word | (word - ones)) & high) == 0;
}

bool str_is_utf8(struct str s)
{
	while (s.len) {
		size_t size = s.len >= 8 && plain_eight(s.at) ? 8 : str_utf8_sequence(s);

		if (size == 0)
			return false;
		s.at += size;
		s.len -= size;
	}
	return true;
}

size_t str_code_points(struct str valid_utf8)
{
	size_t n = 0;

	for (size_t i = 0; i < valid_utf8.len; i++)
		n += (valid_utf8.at[i] & 0xC0) != 0x80;
	return n;
}

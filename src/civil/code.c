/* Public ticket codes, and the base 32 in which codes and secrets are read over the telephone. */
#include "civil/code.h"

#include <errno.h>
#include <string.h>

#include "base/must.h"
#include "civil/permute.h"

enum {
	SYMBOLS = 7,
	SYMBOL_BITS = 5,
	YEAR_DIGITS = 2,
	CHECKED = YEAR_DIGITS + SYMBOLS,
	BODY = CHECKED + 1,
	NONE = -1
};

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford: no I, L, O, U */

static int symbol_value(char c)
{
	const char *found;

	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	else if (c == 'I' || c == 'L')
		c = '1';
	found = c ? strchr(alphabet, c) : NULL;
	return found ? (int)(found - alphabet) : NONE;
}

/* The weighted sum over GF(32) modulo x^5 + x^2 + 1. The weights are the powers x^9 .. x^1, the check
 * symbol's own weight is 1: all different and none zero, so that one wrong symbol or two exchanged ones
 * always show. */
static unsigned check_value(const unsigned char values[CHECKED])
{
	unsigned sum = 0;

	for (unsigned i = 0; i < CHECKED; i++) {
		sum = (sum ^ values[i]) << 1;
		if (sum & 1u << SYMBOL_BITS)
			sum ^= 0x25;
	}
	return sum;
}

static struct permute permutation(struct str key, int year)
{
	char digits[YEAR_DIGITS] = {(char)('0' + year / 10), (char)('0' + year % 10)};

	return permute_of(key, (struct str){digits, sizeof(digits)}, SYMBOLS * SYMBOL_BITS);
}

struct str code_format(struct arena *arena, struct str key, struct str prefix, struct code code)
{
	struct permute p;
	unsigned char values[BODY];
	char text[BODY];
	uint64_t image;

	must(code.number >= 0 && code.number <= CODE_NUMBER_MAX && code.year >= 0 && code.year <= 99);
	p = permutation(key, code.year);
	image = permute_apply(&p, (uint64_t)code.number);
	values[0] = (unsigned char)(code.year / 10);
	values[1] = (unsigned char)(code.year % 10);
	for (unsigned i = CHECKED; i-- > YEAR_DIGITS; image >>= SYMBOL_BITS)
		values[i] = (unsigned char)(image & 31);
	values[CHECKED] = (unsigned char)check_value(values);
	for (unsigned i = 0; i < BODY; i++)
		text[i] = alphabet[values[i]];
	return arena_printf(arena, "%.*s-%.2s-%.4s-%.4s", STR_ARG(prefix), text, text + YEAR_DIGITS,
		text + YEAR_DIGITS + 4);
}

/* Cuts the next symbol off, whatever stands between symbols; 0 at the end. */
static char next_symbol(struct str *s)
{
	while (s->len > 0) {
		char c = *s->at++;

		s->len--;
		if (c != ' ' && c != '-' && c != '\t')
			return c ? c : '?';
	}
	return 0;
}

/* Letters of a prefix may lie outside the alphabet (U): those compare as they are. */
static bool same_symbol(char a, char b)
{
	int x = symbol_value(a), y = symbol_value(b);

	return x == NONE && y == NONE ? (a | 0x20) == (b | 0x20) : x == y;
}

static bool take_prefix(struct str *text, struct str prefix)
{
	char wanted;

	while ((wanted = next_symbol(&prefix)))
		if (!same_symbol(wanted, next_symbol(text)))
			return false;
	return true;
}

int code_parse(struct str key, struct str prefix, struct str text, struct code *ret)
{
	unsigned char values[BODY];
	struct permute p;
	uint64_t image = 0;
	int year;

	if (!take_prefix(&text, prefix))
		return -EINVAL;
	for (unsigned i = 0; i < BODY; i++) {
		int value = symbol_value(next_symbol(&text));

		if (value == NONE || (i < YEAR_DIGITS && value > 9))
			return -EINVAL;
		values[i] = (unsigned char)value;
	}
	if (next_symbol(&text) || check_value(values) != values[CHECKED])
		return -EINVAL;
	for (unsigned i = YEAR_DIGITS; i < CHECKED; i++)
		image = image << SYMBOL_BITS | values[i];
	year = values[0] * 10 + values[1];
	p = permutation(key, year);
	*ret = (struct code){.number = (int64_t)permute_invert(&p, image), .year = year};
	return 0;
}

struct str code_base32(struct arena *arena, struct str bytes)
{
	char *text = arena_alloc(arena, (bytes.len * 8 + SYMBOL_BITS - 1) / SYMBOL_BITS + 1);
	unsigned held = 0, nheld = 0;
	size_t n = 0;

	for (size_t i = 0; i < bytes.len; i++) {
		held = held << 8 | (unsigned char)bytes.at[i];
		for (nheld += 8; nheld >= SYMBOL_BITS; nheld -= SYMBOL_BITS)
			text[n++] = alphabet[held >> (nheld - SYMBOL_BITS) & 31];
		held &= (1u << nheld) - 1;
	}
	if (nheld > 0)
		text[n++] = alphabet[held << (SYMBOL_BITS - nheld) & 31];
	return (struct str){text, n};
}

struct str code_base32_fold(struct arena *arena, struct str text)
{
	char *folded = arena_try(arena, text.len + 1);
	size_t n = 0;
	char c;

	if (!folded) {
		arena_fail(arena);
		return STR_NONE;
	}
	while ((c = next_symbol(&text))) {
		int value = symbol_value(c);

		if (value == NONE)
			return STR_NONE;
		folded[n++] = alphabet[value];
	}
	return (struct str){folded, n};
}

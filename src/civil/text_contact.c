/* Telephone numbers and e-mail addresses as people write them. */
#include <string.h>

#include "civil/text.h"

enum {
	PHONE_DIGITS_MAX = 15,
	EMAIL_MAX = 254,
	LOCAL_MAX = 64,
	LABEL_MAX = 63
};

struct digits {
	char at[PHONE_DIGITS_MAX + 4]; /* with room for 00 and the 0 in brackets */
	size_t len;
	bool plus;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool read_digits(struct str s, struct digits *ret)
{
	*ret = (struct digits){0};
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		if (is_digit(c) && ret->len < sizeof(ret->at))
			ret->at[ret->len++] = c;
		else if (c == '+' && ret->len == 0 && !ret->plus)
			ret->plus = true;
		else if (!c || !strchr(" .-()", c))
			return false;
	}
	return ret->len > 0;
}

/* 1022; 1800 and 1900 with four to six more; the emergency numbers. */
static bool is_short(struct str n)
{
	if (n.len == 3)
		return str_starts(n, STR("11")) && n.at[2] >= '1' && n.at[2] <= '5';
	if (str_eq(n, STR("1022")))
		return true;
	return (str_starts(n, STR("1800")) || str_starts(n, STR("1900"))) && n.len >= 8 && n.len <= 10;
}

static bool is_foreign(struct str number)
{
	return number.at[0] != '0' && number.len >= 7 && number.len <= PHONE_DIGITS_MAX;
}

/* Without the leading 0: mobile numbers have 9 digits, fixed ones 10 with their area code. */
static bool is_vietnamese(struct str national)
{
	if (national.len == 9)
		return strchr("35789", national.at[0]) != NULL;
	return national.len == 10 && national.at[0] == '2';
}

static struct str behind(struct str s, size_t n)
{
	return (struct str){s.at + n, s.len - n};
}

/* What follows the country code or the domestic 0; absent when neither is there. */
static struct str national_part(struct str number, bool plus)
{
	struct str rest;

	if (!plus && str_starts(number, STR("0084")))
		rest = behind(number, 4);
	else if (str_starts(number, STR("84")))
		rest = behind(number, 2);
	else
		return !plus && str_starts(number, STR("0")) ? behind(number, 1) : STR_NONE;
	return str_starts(rest, STR("0")) ? behind(rest, 1) : rest; /* +84 (0)912 ... */
}

struct str text_phone(struct arena *arena, struct str s)
{
	struct digits digits;
	struct str number, national;

	s = text_clean(arena, s, TEXT_LINE);
	if (!s.at || !read_digits(s, &digits))
		return STR_NONE;
	number = (struct str){digits.at, digits.len};
	if (!digits.plus && is_short(number))
		return arena_str(arena, number);
	if (digits.plus && !str_starts(number, STR("84")))
		return is_foreign(number) ? arena_printf(arena, "+%.*s", STR_ARG(number)) : STR_NONE;
	national = national_part(number, digits.plus);
	return is_vietnamese(national) ? arena_printf(arena, "+84%.*s", STR_ARG(national)) : STR_NONE;
}

static bool is_local_part(struct str local)
{
	char before = '.';

	for (size_t i = 0; i < local.len; i++) {
		char c = local.at[i];

		if (c == '.' ? before == '.'
			     : !is_letter(c) && !is_digit(c) && (!c || !strchr("!#$%&'*+-/=?^_`{|}~", c)))
			return false;
		before = c;
	}
	return local.len > 0 && local.len <= LOCAL_MAX && before != '.';
}

static bool is_label(struct str label)
{
	for (size_t i = 0; i < label.len; i++)
		if (!is_letter(label.at[i]) && !is_digit(label.at[i]) && label.at[i] != '-')
			return false;
	return label.len > 0 && label.len <= LABEL_MAX && label.at[0] != '-' &&
	       label.at[label.len - 1] != '-';
}

/* Two labels or more, and the last one begins with a letter: an address of numbers is none of ours. */
static bool is_domain(struct str domain)
{
	struct str label = STR_NONE;
	unsigned labels = 0;

	if (str_ends(domain, STR(".")))
		return false;
	while (str_next(&domain, '.', &label)) {
		if (!is_label(label))
			return false;
		labels++;
	}
	return labels >= 2 && is_letter(label.at[0]);
}

struct str text_email(struct arena *arena, struct str s)
{
	const char *sign;
	struct str local, domain;
	char *text;

	s = text_clean(arena, s, TEXT_LINE);
	sign = s.at && s.len <= EMAIL_MAX ? memrchr(s.at, '@', s.len) : NULL;
	if (!sign)
		return STR_NONE;
	local = (struct str){s.at, (size_t)(sign - s.at)};
	domain = (struct str){sign + 1, s.len - local.len - 1};
	if (!is_local_part(local) || !is_domain(domain))
		return STR_NONE;
	text = arena_cstr(arena, s);
	for (size_t i = local.len; i < s.len; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			text[i] = (char)(text[i] - 'A' + 'a');
	return (struct str){text, s.len};
}

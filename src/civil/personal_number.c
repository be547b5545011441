/* Numbers that are somebody's: of telephones, cards, accounts and vehicles. */
#include "civil/personal_private.h"

#include <string.h>

enum {
	NUMBER_MAX = 20, /* no number is longer; a longer run of digits is none   */
	GROUPS_MAX = 8,	 /* blocks of digits that may belong to one number        */
};

/* A number in blocks: "0912 345 678", "024.3825.3536". */
struct number {
	char digits[NUMBER_MAX + 1];
	size_t ndigits[GROUPS_MAX], ends[GROUPS_MAX]; /* digits so far, and where the text goes on */
	bool dots[GROUPS_MAX];			      /* there was a dot or a comma before this block */
	size_t groups;
	bool plus;
};

/* What can stand between two blocks of a number; two of them at most: ") ". */
static size_t skip_separators(const struct sign *at, bool *ret_dots)
{
	size_t n = 0;

	while (n < 2 && at[n].plain && strchr(" .,-()", at[n].plain)) {
		*ret_dots = *ret_dots || at[n].plain == '.' || at[n].plain == ',';
		n++;
	}
	return n;
}

/* Reads the blocks from here on, as many as one number can have. */
static void read_number(const struct scan *s, struct number *ret)
{
	size_t i = s->i, n = 0;
	bool dots = false;

	*ret = (struct number){.plus = s->at[i].plain == '+'};
	i += ret->plus;
	if (ret->plus && s->at[i].plain == '(')
		i++;
	while (ret->groups < GROUPS_MAX && plain_is_digit(s->at[i].plain)) {
		while (n < NUMBER_MAX && plain_is_digit(s->at[i].plain))
			ret->digits[n++] = s->at[i++].plain;
		if (plain_is_word(s->at[i].plain))
			return;
		ret->ndigits[ret->groups] = n;
		ret->dots[ret->groups] = dots;
		ret->ends[ret->groups++] = i;
		i += skip_separators(s->at + i, &dots);
	}
}

/* Behind the country code or the domestic 0: mobile numbers have 9 digits, fixed ones 10. */
static bool is_phone(const char *digits, size_t n, bool plus)
{
	if (plus && strncmp(digits, "84", 2) != 0)
		return n >= 7 && n <= 15;
	if (plus || strncmp(digits, "84", 2) == 0)
		digits += 2, n -= n < 2 ? n : 2;
	else if (strncmp(digits, "0084", 4) == 0)
		digits += 4, n -= 4;
	else if (digits[0] == '0')
		digits++, n--;
	else
		return false;
	if (n > 0 && digits[0] == '0')
		digits++, n--;
	return (n == 9 && strchr("35789", digits[0])) || (n == 10 && digits[0] == '2');
}

/* 25.11.2026, 25-11-2026 */
static bool is_date(const struct number *number)
{
	return !number->plus && number->groups > 2 && number->ndigits[0] <= 2 && number->ndigits[1] <= 4 &&
	       number->ndigits[2] == number->ndigits[1] + 4;
}

static size_t find_phone(const struct scan *s, const struct number *number)
{
	if (is_date(number))
		return 0;
	for (size_t g = number->groups; g-- > 0;) {
		char digits[NUMBER_MAX + 1] = {0};

		memcpy(digits, number->digits, number->ndigits[g]);
		if (is_phone(digits, number->ndigits[g], number->plus))
			return number->ends[g] - s->i;
	}
	return 0;
}

static bool is_money(const struct scan *s, size_t end)
{
	char store[PLAIN_WORD_MAX];

	return plain_is_one_of(
		plain_word(s->at + personal_skip_blanks(s, end), store), "dong d vnd vn usd trieu ty nghin");
}

/* Identity cards have 12 digits, older ones 9; both are also written in blocks with blanks. */
static size_t find_identity(const struct scan *s, const struct number *number)
{
	for (size_t g = number->groups; g-- > 0;) {
		size_t n = number->ndigits[g];
		bool card = n == 12 && number->digits[0] == '0';

		if ((card || ((n == 9 || n == 12) && g == 0)) && !number->dots[g] &&
			!is_money(s, number->ends[g]))
			return number->ends[g] - s->i;
	}
	return 0;
}

/* The word before this place says that a number of an account follows. */
static bool is_told_account(const struct scan *s)
{
	char store[PLAIN_WORD_MAX];
	size_t i = s->i, end;

	while (i > 0 && strchr(" :.#", s->at[i - 1].plain) && s->i - i < 4)
		i--;
	for (end = i; i > 0 && end - i < PLAIN_WORD_MAX && plain_is_word(s->at[i - 1].plain);)
		i--;
	return plain_is_one_of(plain_word(s->at + i, store), "khoan stk tk account acc the card");
}

static size_t find_account(const struct scan *s, const struct number *number)
{
	size_t last = number->groups;

	if (number->groups > 0 && number->ndigits[0] >= 8 && number->ndigits[0] < NUMBER_MAX &&
		!is_money(s, number->ends[0]))
		return number->ends[0] - s->i;
	if (last == 0 || !is_told_account(s))
		return 0;
	while (last > 1 && number->ndigits[last - 1] >= NUMBER_MAX)
		last--;
	return number->ndigits[last - 1] >= 6 ? number->ends[last - 1] - s->i : 0;
}

size_t personal_number(const struct scan *s, enum personal_kind *ret_kind)
{
	struct number number;
	char c = s->at[s->i].plain;
	size_t len;

	if (!plain_is_digit(c) && c != '+')
		return 0;
	read_number(s, &number);
	*ret_kind = PERSONAL_PHONE;
	len = find_phone(s, &number);
	if (len || c == '+')
		return len;
	*ret_kind = PERSONAL_IDENTITY;
	len = find_identity(s, &number);
	if (len)
		return len;
	*ret_kind = PERSONAL_ACCOUNT;
	return find_account(s, &number);
}

/* How many digits stand at `i`, a dot among them not counted: 123.45. */
static size_t count_digits(const struct scan *s, size_t *i)
{
	size_t n = 0;

	while (n < 7 && (plain_is_digit(s->at[*i].plain) ||
				(n == 3 && s->at[*i].plain == '.' && plain_is_digit(s->at[*i + 1].plain)))) {
		n += plain_is_digit(s->at[*i].plain);
		++*i;
	}
	return n;
}

/* 29A-123.45, 30F1 2345, 51LD-123.45, 29-H1 234.56; a letter with 7 or 8 digits is a passport. */
size_t personal_plate(const struct scan *s, enum personal_kind *ret_kind)
{
	size_t i = s->i, n;

	if (plain_is_letter(s->at[i].plain)) {
		i++;
		while (plain_is_digit(s->at[i].plain) && i - s->i < 10)
			i++;
		n = i - s->i - 1;
		*ret_kind = PERSONAL_IDENTITY;
		return (n == 7 || n == 8) && !plain_is_word(s->at[i].plain) ? i - s->i : 0;
	}
	*ret_kind = PERSONAL_PLATE;
	if (!plain_is_digit(s->at[i].plain) || !plain_is_digit(s->at[i + 1].plain))
		return 0;
	i = personal_skip_one_of(s, i + 2, " -");
	if (!plain_is_letter(s->at[i].plain))
		return 0;
	i++;
	if (plain_is_word(s->at[i].plain) &&
		!(plain_is_digit(s->at[i].plain) && plain_is_digit(s->at[i + 1].plain)))
		i++;
	i = personal_skip_one_of(s, personal_skip_one_of(s, i, " -."), " -");
	n = count_digits(s, &i);
	return (n == 4 || n == 5) && !plain_is_word(s->at[i].plain) ? i - s->i : 0;
}

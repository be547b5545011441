/* Addresses: of e-mail and of houses. */
#include "civil/personal_private.h"

#include <string.h>

static bool is_local(char c)
{
	return plain_is_word(c) || (c && strchr("._%+-", c));
}

/* The end of an address that begins here, 0 when none does. */
size_t personal_email(const struct scan *s)
{
	size_t i = s->i, domain, dot = 0;

	if (!is_local(s->at[i].plain) || is_local(personal_before(s)))
		return 0;
	while (is_local(s->at[i].plain))
		i++;
	if (s->at[i].plain != '@')
		return 0;
	for (domain = ++i; plain_is_word(s->at[i].plain) || s->at[i].plain == '-' || s->at[i].plain == '.';
		i++)
		if (s->at[i].plain == '.' && i > domain && plain_is_word(s->at[i + 1].plain))
			dot = i;
	while (i > domain && !plain_is_word(s->at[i - 1].plain))
		i--;
	return dot ? i - s->i : 0;
}

size_t personal_house_number(const struct scan *s, size_t i)
{
	size_t from = i;

	if (!plain_is_digit(s->at[i].plain))
		return 0;
	while (i - from < 24 &&
		(plain_is_digit(s->at[i].plain) || ((s->at[i].plain == '/' || s->at[i].plain == '-') &&
							   plain_is_digit(s->at[i + 1].plain))))
		i++;
	if (plain_is_letter(s->at[i].plain) && !plain_is_word(s->at[i + 1].plain))
		i++;
	return plain_is_word(s->at[i].plain) ? 0 : i;
}

static bool is_street(struct str word)
{
	return plain_is_one_of(word, "pho duong ngo ngach hem kiet street road lane alley");
}

/* A street comes next; with `named`, its name as well. */
static bool street_follows(const struct scan *s, size_t i, bool named)
{
	char store[PLAIN_WORD_MAX];
	struct str word;

	i = personal_skip_blanks(s, personal_skip_one_of(s, i, ","));
	word = plain_word(s->at + i, store);
	return is_street(word) && (!named || s->at[personal_skip_blanks(s, i + word.len)].capital);
}

/* "nhà 3 tầng" is no address. */
static bool is_counted(const struct scan *s, size_t end)
{
	char store[PLAIN_WORD_MAX];

	return plain_is_one_of(plain_word(s->at + personal_skip_blanks(s, end), store),
		"tang cap nguoi ho gian lau m met cai can");
}

/* Up to three words that name a house or a flat, then a number. After "số" alone a street has to follow, and
 * where there is no word at all its name, too. */
size_t personal_house(const struct scan *s)
{
	char store[PLAIN_WORD_MAX];
	size_t i = s->i, end, words;
	bool sure = false, maybe = false;

	for (words = 0; words < 3; words++) {
		struct str word = plain_word(s->at + i, store);

		if (word.len == 0 || plain_is_digit(word.at[0]))
			break;
		if (plain_is_one_of(word, "nha hem ngach kiet phong house flat apartment room") ||
			(maybe && str_eq(word, STR("ho"))))
			sure = true;
		else if (plain_is_one_of(word, "so can no number"))
			maybe = true;
		else
			return 0;
		i = personal_skip_blanks(s, personal_skip_one_of(s, i + word.len, "."));
	}
	end = personal_house_number(s, i);
	if (!end)
		return 0;
	if (sure ? is_counted(s, end) : !street_follows(s, end, words == 0))
		return 0;
	return end - s->i;
}

/* Texts made plain. */
#include "civil/plain.h"

#include <string.h>

#include <utf8proc.h>

#include "base/must.h"

enum {
	PARTS_MAX = 18
};

bool plain_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool plain_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || c == PLAIN_LETTER;
}

bool plain_is_word(char c)
{
	return plain_is_letter(c) || plain_is_digit(c);
}

struct str plain_word(const struct sign *at, char store[static PLAIN_WORD_MAX])
{
	size_t n = 0;

	while (n < PLAIN_WORD_MAX && plain_is_word(at[n].plain)) {
		store[n] = at[n].plain;
		n++;
	}
	return (struct str){store, n};
}

bool plain_has_marks(const struct sign *at)
{
	for (; plain_is_word(at->plain); at++)
		if (at->small != at->plain)
			return true;
	return false;
}

/* The next one of a list; NULL behind the last. Lists are long and asked often: nothing is cut off first. */
static const char *next_one(const char *at, char separator)
{
	while (*at && *at != separator)
		at++;
	return *at ? at + 1 : NULL;
}

bool plain_is_one_of(struct str word, const char *words)
{
	for (const char *one = words; one && word.len > 0; one = next_one(one, ' '))
		if (*one == *word.at && strncmp(one, word.at, word.len) == 0 &&
			(one[word.len] == ' ' || !one[word.len]))
			return true;
	return false;
}

static struct sign make_plain(int32_t c)
{
	const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
					  UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE;
	utf8proc_int32_t parts[PARTS_MAX];
	utf8proc_category_t category;
	struct sign sign = {
		.small = utf8proc_tolower(c), .capital = utf8proc_category(c) == UTF8PROC_CATEGORY_LU};
	int boundary = 0;
	utf8proc_ssize_t n;

	if (c < 0x80) {
		sign.plain = (char)(sign.capital ? c - 'A' + 'a' : c < ' ' ? ' ' : c);
		return sign;
	}
	n = utf8proc_decompose_char(c, parts, PARTS_MAX, options, &boundary);
	if (n > 0 && n <= PARTS_MAX && parts[0] == 0x111)
		parts[0] = 'd';
	category = n > 0 && n <= PARTS_MAX ? utf8proc_category(parts[0]) : UTF8PROC_CATEGORY_SO;
	if (n > 0 && n <= PARTS_MAX && parts[0] >= ' ' && parts[0] < 0x7F)
		sign.plain = (char)parts[0];
	else if (n == 0 || (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME))
		sign.plain = PLAIN_LETTER;
	else
		sign.plain = PLAIN_OTHER;
	return sign;
}

static int32_t next_code_point(struct str *text)
{
	utf8proc_int32_t c = (unsigned char)*text->at;
	utf8proc_ssize_t n = c < 0x80 ? 1
				      : utf8proc_iterate((const utf8proc_uint8_t *)text->at,
						(utf8proc_ssize_t)text->len, &c);

	must(n > 0);
	text->at += n;
	text->len -= (size_t)n;
	return c;
}

/* Whether these signs are the phrase, which ends where a 0 does at the latest. */
static bool is_written(const struct sign *at, struct str phrase)
{
	while (phrase.len > 0)
		if (at++->small != next_code_point(&phrase))
			return false;
	return true;
}

bool plain_begins(const struct sign *at, const char *phrases)
{
	return plain_longest(at, phrases) > 0;
}

size_t plain_longest(const struct sign *at, const char *phrases)
{
	size_t longest = 0;

	for (const char *one = phrases, *next; one; one = next) {
		struct str phrase = {one, 0};

		next = next_one(one, ',');
		if ((unsigned char)*one < 0x80 && *one != at->small)
			continue;
		phrase.len = next ? (size_t)(next - one) - 1 : strlen(one);
		if (is_written(at, phrase)) {
			size_t n = str_code_points(phrase);

			if (n > longest && !plain_is_word(at[n].plain))
				longest = n;
		}
	}
	return longest;
}

bool plain_follows(const struct sign *at, size_t i, const char *phrases)
{
	struct str rest = str_of(phrases), phrase;

	while (i > 0 && at[i - 1].plain == ' ' && at[i - 1].small != '\n')
		i--;
	while (str_next(&rest, ',', &phrase)) {
		size_t n = str_code_points(phrase);

		if (n <= i && is_written(at + i - n, phrase) &&
			(n == i || !plain_is_word(at[i - n - 1].plain)))
			return true;
	}
	return false;
}

const struct sign *plain_read(struct arena *arena, struct str text, size_t *ret_n)
{
	size_t n = str_code_points(text);
	struct sign *signs = arena_try(arena, (n + 2) * sizeof(*signs));

	if (!signs) {
		arena_fail(arena);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		signs[i] = make_plain(next_code_point(&text));
	*ret_n = n;
	return signs;
}

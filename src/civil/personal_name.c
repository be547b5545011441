/* Names that are known, and names behind a title. */
#include "civil/personal_private.h"

#include <string.h>

enum {
	WORDS_IN_NAME = 6,
	BETWEEN_MAX = 3, /* signs other than blanks between words of one  */
};

/* Blanks, and what people write into names: "Mary O'Brien", "Trần T. Hoa", "Mai-Anh". */
static size_t skip_between(const struct scan *s, size_t i)
{
	for (size_t others = 0; i < s->n && !plain_is_word(s->at[i].plain); i++)
		if (s->at[i].plain != ' ' && ++others > BETWEEN_MAX)
			break;
	return i;
}

/* Where the known name from its word `first` on ends, if it stands at `i`; else 0. */
static size_t known_end(
	const struct scan *s, const struct known_name *name, size_t i, size_t first, bool capitals)
{
	for (size_t w = first; w < name->n; w++) {
		size_t from = w > first ? skip_between(s, i) : i;

		if ((w > first && from == i) || (capitals && !s->at[from].capital))
			return 0;
		i = from;
		for (size_t k = 0; k < name->words[w].n; k++, i++)
			if (s->at[i].plain != name->words[w].at[k].plain)
				return 0;
		if (plain_is_word(s->at[i].plain))
			return 0;
	}
	return i;
}

static bool is_title(struct str word)
{
	return plain_is_one_of(word, "ong ba anh chi co chu bac thay em chau mr mrs ms");
}

bool personal_is_title(const struct sign *at)
{
	char store[PLAIN_WORD_MAX];

	return is_title(plain_word(at, store));
}

/* Where all of the name ends, be it without the title that stands before it in the contact. What is short,
 * and may be ordinary words, is capitalised. */
size_t personal_whole_end(const struct scan *s, const struct known_name *name)
{
	char store[PLAIN_WORD_MAX];
	size_t end = name->n < 2 ? 0 : known_end(s, name, s->i, 0, name->n == 2);

	if (!end && name->n > 3 && is_title(plain_word(name->words[0].at, store)))
		end = known_end(s, name, s->i, 1, false);
	return end;
}

/* A whole name, or its last two words, capitalised. */
size_t personal_known(const struct scan *s)
{
	size_t longest = s->i;

	for (size_t i = 0; i < s->known->n; i++) {
		const struct known_name *name = &s->known->names[i];
		size_t end = personal_whole_end(s, name);

		if (!end && name->n > 2)
			end = known_end(s, name, s->i, name->n - 2, true);
		if (end > longest)
			longest = end;
	}
	return longest - s->i;
}

static bool is_given_name(const struct scan *s, size_t i)
{
	for (size_t k = 0; k < s->known->n; k++)
		if (known_end(s, &s->known->names[k], i, s->known->names[k].n - 1, true))
			return true;
	return false;
}

/* The place behind a title that begins here; 0 when none does. */
static size_t behind_title(const struct scan *s)
{
	char store[PLAIN_WORD_MAX];
	struct str title = plain_word(s->at + s->i, store);

	if (!is_title(title))
		return 0;
	return personal_skip_blanks(s, personal_skip_one_of(s, s->i + title.len, "."));
}

/* How long it is to the end of the capitalised words at `i`, if they are `least` or more; else 0. */
static size_t words_end(const struct scan *s, size_t i, size_t least)
{
	size_t end = 0, words = 0;

	while (words < WORDS_IN_NAME && s->at[i].capital) {
		size_t from = i;

		while (plain_is_letter(s->at[i].plain))
			i++;
		end = i;
		i = personal_skip_blanks(
			s, i - from == 1 ? personal_skip_one_of(s, i, ".") : i); /* an initial */
		words++;
	}
	return words >= least && !plain_is_word(s->at[end].plain) ? end - s->i : 0;
}

/* Behind a title: two capitalised words or more, or a given name that is known. Streets are named after
 * people, too. */
size_t personal_titled(const struct scan *s)
{
	size_t i = behind_title(s);

	if (!i || personal_is_site(s, SITE_STREET))
		return 0;
	return words_end(s, i, is_given_name(s, i) ? 1 : 2);
}

size_t personal_titled_known(const struct scan *s)
{
	size_t i = s->known->n > 0 ? behind_title(s) : 0;

	return i && is_given_name(s, i) ? personal_titled(s) : 0;
}

/* Whether no name goes on here: "A & B", "A (B)", "A - chủ hộ", "A, 1985". */
static bool is_between_names(const struct scan *s, size_t i)
{
	char store[PLAIN_WORD_MAX], c = s->at[i].plain;

	if (plain_is_word(c))
		return plain_is_digit(c) || plain_is_one_of(plain_word(s->at + i, store), "va and");
	if (c == '-')
		return (i > 0 && s->at[i - 1].plain == ' ') || s->at[i + 1].plain == ' ';
	return c == PLAIN_OTHER || (c && strchr(",()/&;:+", c));
}

void personal_read_known(const struct scan *s, struct known *ret)
{
	struct known_name *name = ret->names;

	ret->n = 0;
	name->n = 0;
	for (size_t i = 0; i < s->n;) {
		size_t from = i;

		while (plain_is_word(s->at[i].plain))
			i++;
		if (is_between_names(s, from)) {
			if (name->n > 0 && ++name == ret->names + KNOWN_NAMES)
				return;
			name->n = 0;
		} else if (i > from) {
			if (name->n == KNOWN_MAX)
				memmove(name->words, name->words + 1, --name->n * sizeof(name->words[0]));
			name->words[name->n].at = s->at + from;
			name->words[name->n++].n = i - from;
		}
		ret->n = (size_t)(name - ret->names) + (name->n > 0);
		i += i == from;
	}
}

/* Personal data in texts for publication. The text is first made plain, so that the rules need not know how
 * it was written. Then each place where something can begin is asked once for each kind. */
#include "civil/personal.h"

#include <string.h>

#include "civil/plain.h"

enum {
	NUMBER_MAX = 20, /* no number is longer; a longer run of digits is none   */
	GROUPS_MAX = 8,	 /* blocks of digits that may belong to one number        */
	WORDS_IN_NAME = 6,
	KNOWN_MAX = 10,	 /* words of a name that is known: the last ones  */
	KNOWN_NAMES = 4, /* in one field: "Nguyễn Văn A và Trần Thị B"    */
	BETWEEN_MAX = 3, /* signs other than blanks between words of one  */
};

/* The words of somebody's own name. */
struct known_name {
	struct {
		const struct sign *at;
		size_t n;
	} words[KNOWN_MAX];
	size_t n;
};
struct known {
	struct known_name names[KNOWN_NAMES];
	size_t n;
};
struct scan {
	const struct sign *at; /* followed by a 0 */
	size_t n, i;
	const struct known *known;
};

/* A number in blocks: "0912 345 678", "024.3825.3536". */
struct number {
	char digits[NUMBER_MAX + 1];
	size_t ndigits[GROUPS_MAX], ends[GROUPS_MAX]; /* digits so far, and where the text goes on */
	bool dots[GROUPS_MAX];			      /* there was a dot or a comma before this block */
	size_t groups;
	bool plus;
};

static char before(const struct scan *s)
{
	return s->i ? s->at[s->i - 1].plain : ' ';
}

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

static size_t skip_blanks(const struct scan *s, size_t i)
{
	while (s->at[i].plain == ' ' && i < s->n)
		i++;
	return i;
}

static bool is_money(const struct scan *s, size_t end)
{
	char store[PLAIN_WORD_MAX];

	return plain_is_one_of(
		plain_word(s->at + skip_blanks(s, end), store), "dong d vnd vn usd trieu ty nghin");
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

static size_t find_number(const struct scan *s, enum personal_kind *ret_kind)
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

static size_t skip_one_of(const struct scan *s, size_t i, const char *signs)
{
	return s->at[i].plain && strchr(signs, s->at[i].plain) ? i + 1 : i;
}

/* 29A-123.45, 30F1 2345, 51LD-123.45, 29-H1 234.56; a letter with 7 or 8 digits is a passport. */
static size_t find_plate(const struct scan *s, enum personal_kind *ret_kind)
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
	i = skip_one_of(s, i + 2, " -");
	if (!plain_is_letter(s->at[i].plain))
		return 0;
	i++;
	if (plain_is_word(s->at[i].plain) &&
		!(plain_is_digit(s->at[i].plain) && plain_is_digit(s->at[i + 1].plain)))
		i++;
	i = skip_one_of(s, skip_one_of(s, i, " -."), " -");
	n = count_digits(s, &i);
	return (n == 4 || n == 5) && !plain_is_word(s->at[i].plain) ? i - s->i : 0;
}

static bool is_local(char c)
{
	return plain_is_word(c) || (c && strchr("._%+-", c));
}

/* The end of an address that begins here, 0 when none does. */
static size_t find_email(const struct scan *s)
{
	size_t i = s->i, domain, dot = 0;

	if (!is_local(s->at[i].plain) || is_local(before(s)))
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

/* A number of a house: 12, 12a, 12/34, 12-14; the place behind it, or 0. */
static size_t house_number(const struct scan *s, size_t i)
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

	i = skip_blanks(s, skip_one_of(s, i, ","));
	word = plain_word(s->at + i, store);
	return is_street(word) && (!named || s->at[skip_blanks(s, i + word.len)].capital);
}

/* "nhà 3 tầng" is no address. */
static bool is_counted(const struct scan *s, size_t end)
{
	char store[PLAIN_WORD_MAX];

	return plain_is_one_of(
		plain_word(s->at + skip_blanks(s, end), store), "tang cap nguoi ho gian lau m met cai can");
}

/* Up to three words that name a house or a flat, then a number. After "số" alone a street has to follow, and
 * where there is no word at all its name, too. */
static size_t find_address(const struct scan *s)
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
		i = skip_blanks(s, skip_one_of(s, i + word.len, "."));
	}
	end = house_number(s, i);
	if (!end)
		return 0;
	if (sure ? is_counted(s, end) : !street_follows(s, end, words == 0))
		return 0;
	return end - s->i;
}

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

/* Where all of the name ends, be it without the title that stands before it in the contact. What is short,
 * and may be ordinary words, is capitalised. */
static size_t whole_end(const struct scan *s, const struct known_name *name)
{
	char store[PLAIN_WORD_MAX];
	size_t end = name->n < 2 ? 0 : known_end(s, name, s->i, 0, name->n == 2);

	if (!end && name->n > 3 && is_title(plain_word(name->words[0].at, store)))
		end = known_end(s, name, s->i, 1, false);
	return end;
}

/* A whole name, or its last two words, capitalised. */
static size_t find_known(const struct scan *s)
{
	size_t longest = s->i;

	for (size_t i = 0; i < s->known->n; i++) {
		const struct known_name *name = &s->known->names[i];
		size_t end = whole_end(s, name);

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
	return skip_blanks(s, skip_one_of(s, s->i + title.len, "."));
}

/* Behind a title: two capitalised words or more, or a given name that is known. Streets are named after
 * people, too. */
static size_t find_name(const struct scan *s)
{
	size_t i = behind_title(s), end = 0, words = 0, least = 2;

	if (!i)
		return 0;
	if (is_given_name(s, i))
		least = 1;
	while (words < WORDS_IN_NAME && s->at[i].capital) {
		size_t from = i;

		while (plain_is_letter(s->at[i].plain))
			i++;
		end = i;
		i = skip_blanks(s, i - from == 1 ? skip_one_of(s, i, ".") : i); /* an initial */
		words++;
	}
	return words >= least && !plain_is_word(s->at[end].plain) ? end - s->i : 0;
}

static bool follows_street(const struct scan *s)
{
	char store[PLAIN_WORD_MAX];
	size_t i = s->i;

	while (i > 0 && s->at[i - 1].plain == ' ' && s->i - i < 2)
		i--;
	for (size_t end = i; i > 0 && end - i < PLAIN_WORD_MAX && plain_is_word(s->at[i - 1].plain);)
		i--;
	return is_street(plain_word(s->at + i, store));
}

/* The length of what begins at this place, 0 when nothing does. */
static size_t find_here(const struct scan *s, enum personal_kind *ret_kind)
{
	size_t len = find_email(s);

	*ret_kind = PERSONAL_EMAIL;
	if (len || plain_is_word(before(s)))
		return len;
	len = find_plate(s, ret_kind);
	if (!len)
		len = find_number(s, ret_kind);
	if (len)
		return len;
	*ret_kind = PERSONAL_ADDRESS;
	len = find_address(s);
	if (len)
		return len;
	*ret_kind = PERSONAL_NAME;
	len = find_known(s);
	if (len || follows_street(s))
		return len;
	return find_name(s);
}

/* As find_here(), of the known name alone. */
static size_t find_own(const struct scan *s, enum personal_kind *ret_kind)
{
	*ret_kind = PERSONAL_NAME;
	if (plain_is_word(before(s)))
		return 0;
	size_t len = find_known(s), name = behind_title(s);
	return len || !name || follows_street(s) || !is_given_name(s, name) ? len : find_name(s);
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

static void read_known(const struct scan *s, struct known *ret)
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

/* False when memory is out. */
static bool begin(
	struct arena *arena, struct str text, struct str name, struct known *known, struct scan *ret)
{
	struct scan own = {0};

	own.at = plain_read(arena, name, &own.n);
	if (!own.at)
		return false;
	read_known(&own, known);
	*ret = (struct scan){.known = known};
	ret->at = plain_read(arena, text, &ret->n);
	return ret->at != NULL;
}

typedef size_t finder(const struct scan *s, enum personal_kind *ret_kind);

static bool find_all(
	struct arena *arena, struct str text, struct str name, finder *find, struct personal_findings *ret)
{
	struct personal_finding *found = arena_try(arena, (str_code_points(text) / 2 + 1) * sizeof(*found));
	struct known known;
	struct scan s;

	*ret = (struct personal_findings){.at = found};
	if (!found)
		arena_fail(arena);
	if (!found || !begin(arena, text, name, &known, &s))
		return false;
	while (s.i < s.n) {
		enum personal_kind kind;
		size_t len = find(&s, &kind);

		if (len)
			found[ret->n++] = (struct personal_finding){kind, s.i, len};
		s.i += len ? len : 1;
	}
	return true;
}

bool personal_find_with(struct arena *arena, struct str text, struct str name, struct personal_findings *ret)
{
	return find_all(arena, text, name, find_here, ret);
}

bool personal_find(struct arena *arena, struct str text, struct personal_findings *ret)
{
	return find_all(arena, text, STR_NONE, find_here, ret);
}

bool personal_find_name(struct arena *arena, struct str text, struct str name, struct personal_findings *ret)
{
	return find_all(arena, text, name, find_own, ret);
}

bool personal_has_name(struct arena *arena, struct str text, struct str name)
{
	struct known known;
	struct scan s;
	bool all;

	if (!begin(arena, text, name, &known, &s))
		return false;
	all = known.n > 0;
	for (size_t k = 0; all && k < known.n; k++) {
		all = false;
		for (s.i = 0; !all && s.i < s.n; s.i++)
			all = !plain_is_word(before(&s)) && whole_end(&s, &known.names[k]) &&
			      !follows_street(&s);
	}
	return all;
}

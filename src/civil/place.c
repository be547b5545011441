/* Marks of a place: what stands behind and before words that tell of one. The text is cut into words that
 * remember how they were written; each is asked once what may begin there. */
#include "civil/place.h"

#include <string.h>

#include <utf8proc.h>

#include "base/buf.h"
#include "civil/text.h"

enum {
	WORDS_MAX = 600,    /* of one text; what stands behind them does not count */
	NAME_SYLLABLES = 3, /* syllables of a name that count                      */
	GUESSES_MAX = 8,    /* of one ticket                                       */
	DIGITS_MAX = 4,	    /* longer numbers are telephones and documents         */
	NUMBERS_IN_ROW = 3, /* "ngách 12/236"                                      */
};

/* What a word does for the words around it. */
enum role {
	STREET = 1, /* a name stands behind it, be it of one syllable */
	LANDMARK,   /* so does one of two and more                    */
	BEHIND,	    /* a name stands before it: English               */
	NEAR,	    /* perhaps a name behind it                       */
	NUMBER,	    /* a number behind it                             */
	AREA,	    /* the name of a ward, which is no mark           */
	END,	    /* no part of a name                              */
	LATER,	    /* no name begins with it: "đường ống"            */
};

static const struct word {
	struct str text;
	enum role role;
	int number;
	struct str raw; /* as it must be written; absent: in any way */
} words[] = {
#define WORD(text, role, number) {{text, sizeof(text) - 1}, role, number, {NULL, 0}},
#define RAW(text, role, raw)	 {{text, sizeof(text) - 1}, role, 0, {raw, sizeof(raw) - 1}},
#include "civil/place_words.def"
};

_Static_assert(PLACE_MARKS_MAX *(PLACE_TEXT_MAX + sizeof("n ;") - 1) <= PLACE_WRITTEN_MAX,
	"what all marks take, written");

struct token {
	struct str raw, folded;
	bool capital; /* begins with one, and is not all capitals */
	bool breaks;  /* more than a blank stands before it       */
	bool digits;  /* a number that may be one of a place      */
};
struct scan {
	struct arena *arena;
	struct token at[WORDS_MAX];
	unsigned n;
	bool plain; /* without any diacritics: English, or a telephone without them */
	bool place; /* says nothing but where it is                                */
	struct str area;
	struct place_marks *marks;
};

static bool is_number(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] < '0' || s.at[i] > '9')
			return false;
	return s.len > 0 && s.len <= DIGITS_MAX;
}

static void add_token(struct scan *s, struct str raw, unsigned capitals, bool breaks)
{
	struct token *t = &s->at[s->n];

	*t = (struct token){.raw = raw, .folded = text_fold(s->arena, raw), .breaks = breaks};
	if (t->folded.len == 0)
		return;
	t->capital = capitals == 1 || (capitals > 1 && capitals < str_code_points(raw) && raw.len > 3);
	t->digits = is_number(t->folded);
	s->n++;
}

/* One word from the front of the text; its capitals count only when the first letter is one. */
static struct str cut_word(struct str *rest, unsigned *ret_capitals, bool *ret_plain)
{
	struct str word = {rest->at, 0};
	bool first = true, capital = false;

	*ret_capitals = 0;
	while (rest->len > 0) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n =
			utf8proc_iterate((const utf8proc_uint8_t *)rest->at, (utf8proc_ssize_t)rest->len, &c);
		utf8proc_category_t category = n > 0 ? utf8proc_category(c) : UTF8PROC_CATEGORY_CN;

		if (category < UTF8PROC_CATEGORY_LU || category > UTF8PROC_CATEGORY_NO)
			break;
		if (first)
			capital = category == UTF8PROC_CATEGORY_LU;
		*ret_capitals += capital && category == UTF8PROC_CATEGORY_LU;
		*ret_plain = *ret_plain && c < 0x80;
		first = false;
		rest->at += n;
		rest->len -= (size_t)n;
		word.len += (size_t)n;
	}
	return word;
}

static void cut(struct scan *s, struct str text)
{
	bool breaks = true;

	while (text.len > 0 && s->n < WORDS_MAX) {
		unsigned capitals;
		struct str word = cut_word(&text, &capitals, &s->plain);

		if (word.len > 0) {
			add_token(s, word, capitals, breaks);
			breaks = false;
			continue;
		}
		breaks = breaks || *text.at != ' ';
		text.at++;
		text.len--;
	}
}

/* Whether the phrase, of one or two syllables, begins at word i; returns how many it has. */
static unsigned begins(const struct scan *s, unsigned i, struct str phrase)
{
	if (s->at[i].folded.at[0] != phrase.at[0])
		return 0; /* of nearly all of them */

	const char *blank = memchr(phrase.at, ' ', phrase.len);
	size_t first = blank ? (size_t)(blank - phrase.at) : phrase.len;

	if (!str_eq(s->at[i].folded, (struct str){phrase.at, first}))
		return 0;
	if (!blank)
		return 1;
	return i + 1 < s->n && !s->at[i + 1].breaks &&
			       str_eq(s->at[i + 1].folded, (struct str){blank + 1, phrase.len - first - 1})
		       ? 2
		       : 0;
}

/* The same letters but for the case of the first one. */
static bool written(struct str raw, struct str small)
{
	size_t n = str_utf8_sequence(raw), m = str_utf8_sequence(small);

	return str_eq(raw, small) ||
	       (raw.len - n == small.len - m && memcmp(raw.at + n, small.at + m, raw.len - n) == 0);
}

/* What word i does; the longest phrase counts. In a text without diacritics `guesses` lets words count that
 * may have been others. */
static const struct word *find_word(const struct scan *s, unsigned i, bool guesses, unsigned *ret_n)
{
	const struct word *found = NULL;

	*ret_n = 0;
	for (const struct word *w = words; w < words + sizeof(words) / sizeof(*words); w++) {
		unsigned n = begins(s, i, w->text);

		if (n > *ret_n && (!w->raw.at || (guesses && s->plain) || written(s->at[i].raw, w->raw))) {
			found = w;
			*ret_n = n;
		}
	}
	return found;
}

static const struct word *word_at(const struct scan *s, unsigned i, unsigned *ret_n)
{
	return find_word(s, i, true, ret_n);
}

static bool ends_name(const struct scan *s, unsigned i, bool first)
{
	unsigned n;
	const struct word *w = find_word(s, i, first, &n);

	if (!w || w->role == LATER || (w->role == NUMBER && !(i + n < s->n && s->at[i + n].digits)))
		return w && w->role == LATER && first;
	return !s->at[i].capital || w->role == BEHIND || w->role == STREET;
}

/* How many words from i on make a name: those in capitals, or in a text without any all up to one that ends
 * a name. The first may be a word that would mean something elsewhere: "Hồ Tùng Mậu". */
static unsigned name_at(const struct scan *s, unsigned i)
{
	unsigned n = 0;
	bool capital = i < s->n && s->at[i].capital;

	if (!capital && !s->plain)
		return 0;
	while (n < NAME_SYLLABLES && i + n < s->n) {
		const struct token *t = &s->at[i + n];

		if (t->digits || (n > 0 && t->breaks) || (capital && !t->capital))
			break;
		if ((n > 0 || !capital) && ends_name(s, i + n, n == 0))
			break;
		n++;
	}
	return n;
}

static struct str joined(const struct scan *s, unsigned i, unsigned n)
{
	struct buf out = {.arena = s->arena};

	for (unsigned k = 0; k < n; k++)
		buf_printf(&out, "%s%.*s", k ? " " : "", STR_ARG(s->at[i + k].folded));
	return buf_str(&out);
}

static unsigned count(const struct place_marks *marks, enum place_kind kind)
{
	unsigned n = 0;

	for (unsigned i = 0; i < marks->n; i++)
		n += marks->at[i].kind == kind;
	return n;
}

static void add(struct scan *s, enum place_kind kind, struct str text)
{
	struct place_marks *m = s->marks;

	for (unsigned i = 0; i < m->n; i++)
		if (m->at[i].kind == kind && str_eq(m->at[i].text, text))
			return;
	if (m->n < PLACE_MARKS_MAX && (kind != PLACE_GUESS || count(m, kind) < GUESSES_MAX))
		m->at[m->n++] = (struct place_mark){kind, text};
}

/* Names that every second ticket has. */
static bool says_nothing(const struct scan *s, struct str name)
{
	return str_eq(name, STR("ha noi")) || str_eq(name, STR("viet nam")) || str_eq(name, STR("uy ban")) ||
	       (s->area.len > 0 && str_ends(s->area, name));
}

/* The name of n words behind a word of this role (NUMBER: behind a number); returns how many words are spent.
 * What is called like the ward is a place of its own only where a word says so; what is too long is none. */
static unsigned take_name(struct scan *s, unsigned i, unsigned n, enum role role)
{
	struct str name;

	if (n == 0 || (n == 1 && (role != STREET || s->at[i].folded.len < 3)))
		return 0;
	name = joined(s, i, n);
	if (name.len > PLACE_TEXT_MAX || (role == NEAR && says_nothing(s, name)))
		return n;
	add(s, s->at[i].capital || (n > 1 && role == STREET) ? PLACE_NAME : PLACE_GUESS, name);
	return n;
}

/* Numbers from word i on, behind a word for numbers or another one of them, and the name that may follow. */
static unsigned take_numbers(struct scan *s, unsigned i, enum place_kind kind)
{
	unsigned n = 0, skip = 0, role_n;
	const struct word *w = i < s->n ? word_at(s, i, &role_n) : NULL;

	if (w && w->role == NUMBER && i + role_n < s->n && s->at[i + role_n].digits)
		skip = kind == PLACE_LINE ? role_n : 0;
	while (n < NUMBERS_IN_ROW && i + skip + n < s->n && s->at[i + skip + n].digits) {
		add(s, kind, s->at[i + skip + n].folded);
		n++;
	}
	if (n == 0)
		return 0;
	n += skip;
	return n + take_name(s, i + n, i + n < s->n && !s->at[i + n].breaks ? name_at(s, i + n) : 0, NUMBER);
}

/* A number that no word announces: at the very beginning, and before a street or a name in capitals. */
static unsigned take_bare_number(struct scan *s, unsigned i)
{
	unsigned n;
	const struct word *w;

	if (!s->at[i].digits || i + 1 >= s->n || s->at[i + 1].breaks)
		return 0;
	w = word_at(s, i + 1, &n);
	if (!(w && w->role == STREET) && name_at(s, i + 1) < 2)
		return 0;
	if (i > 0 && !w && !s->at[i + 1].capital)
		return 1 + take_name(s, i + 1, name_at(s, i + 1), NEAR);
	return take_numbers(s, i, PLACE_HOUSE);
}

/* Two and more words in capitals, wherever they stand. */
static unsigned take_capitals(struct scan *s, unsigned i)
{
	unsigned n = s->at[i].capital ? name_at(s, i) : 0, role_n;
	const struct word *w = i + n < s->n && !s->at[i + n].breaks ? word_at(s, i + n, &role_n) : NULL;

	return n >= 2 ? take_name(s, i, n, s->place || (w && w->role == BEHIND) ? LANDMARK : NEAR) : 0;
}

static unsigned step(struct scan *s, unsigned i)
{
	unsigned n, spent;
	const struct word *w = word_at(s, i, &n);

	if (!w || w->role == END || w->role == LATER || (w->role == BEHIND && s->at[i].capital)) {
		spent = take_bare_number(s, i);
		spent = spent ? spent : take_capitals(s, i);
		if (!spent && !w && s->place && s->at[i].breaks)
			spent = take_name(s, i, name_at(s, i), LANDMARK);
		return spent ? spent : 1;
	}
	if (w->role == NUMBER)
		return n + take_numbers(s, i + n, (enum place_kind)w->number);
	if (w->role == BEHIND || i + n >= s->n || s->at[i + n].breaks)
		return n;
	if (w->role == AREA)
		return n + (s->at[i + n].capital ? name_at(s, i + n) : 0);
	return n + take_name(s, i + n, name_at(s, i + n), w->role == LANDMARK && n > 1 ? STREET : w->role);
}

static void find(struct arena *arena, struct str clean, struct scan with)
{
	struct scan *s = arena_alloc(arena, sizeof(*s));

	*s = with;
	s->arena = arena;
	s->plain = true;
	if (!clean.at || !str_is_utf8(clean))
		return;
	cut(s, clean);
	for (unsigned i = 0; i < s->n;)
		i += step(s, i);
}

void place_find(struct arena *arena, struct str clean, struct str area, struct place_marks *marks)
{
	find(arena, clean, (struct scan){.area = area, .marks = marks});
}

void place_find_given(struct arena *arena, struct str clean, struct str area, struct place_marks *marks)
{
	find(arena, clean, (struct scan){.place = true, .area = area, .marks = marks});
}

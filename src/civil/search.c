/* Words for the search: cut out of texts and questions, folded and as written, and put down for PostgreSQL.
 */
#include "civil/search.h"

#include <string.h>

#include <utf8proc.h>

#include "base/buf.h"
#include "civil/text.h"

enum {
	FIELD_GAP = 10,	    /* places between two fields: no phrase goes from one to the next */
	BYTES_MAX = 900000, /* as text: PostgreSQL takes one megabyte of words */
	POINTS_MAX = 512,   /* code points that SEARCH_WORD_MAX bytes become */
	FIRST_ROOM = 64,    /* words */
	BEGUN_LEAST = 2,
	BEGUN_MOST = 24 /* letters: search_word in the database has no others */
};

static bool is_of_word(int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);

	return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME) ||
	       (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

/* The code point at the front; what is no UTF-8 is a blank. */
static int32_t first_code_point(struct str s, size_t *ret_bytes)
{
	utf8proc_int32_t c;

	*ret_bytes = str_utf8_sequence(s);
	if (*ret_bytes == 0) {
		*ret_bytes = 1;
		return ' ';
	}
	utf8proc_iterate((const utf8proc_uint8_t *)s.at, (utf8proc_ssize_t)*ret_bytes, &c);
	return c;
}

/* Cuts off the front what is of words, or what is not. */
static struct str take(struct str *rest, bool of_word)
{
	struct str run = {rest->at, 0};
	size_t bytes;

	while (rest->len > 0 && is_of_word(first_code_point(*rest, &bytes)) == of_word) {
		run.len += bytes;
		rest->at += bytes;
		rest->len -= bytes;
	}
	return run;
}

static struct str bounded(struct str raw)
{
	if (raw.len > SEARCH_WORD_MAX) {
		raw.len = SEARCH_WORD_MAX;
		while (raw.len > 0 && !str_is_utf8(raw))
			raw.len--;
	}
	return raw;
}

/* One code point can fold to two words, as 1/2 does: they are one here. */
static struct str without_blanks(struct arena *arena, struct str folded)
{
	struct buf out = {.arena = arena};
	struct str part;

	if (!folded.at || !memchr(folded.at, ' ', folded.len))
		return folded;
	while (str_next(&folded, ' ', &part))
		buf_put(&out, part);
	return buf_str(&out);
}

static struct str written(struct arena *arena, struct str raw, struct str folded)
{
	const utf8proc_option_t options =
		UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
	utf8proc_int32_t points[POINTS_MAX + 1];
	utf8proc_ssize_t n;

	if (raw.len == folded.len) /* diacritics take bytes of their own */
		return folded;
	n = utf8proc_decompose(
		(const utf8proc_uint8_t *)raw.at, (utf8proc_ssize_t)raw.len, points, POINTS_MAX, options);
	if (n <= 0 || n > POINTS_MAX)
		return folded;
	n = utf8proc_reencode(points, n, options);
	return n <= 0 ? folded : arena_str(arena, (struct str){(const char *)points, (size_t)n});
}

bool search_next(struct arena *arena, struct str *rest, struct search_token *ret)
{
	while (rest->len > 0) {
		struct str gap = take(rest, false), raw = take(rest, true), kept = bounded(raw);
		struct str folded = without_blanks(arena, text_fold(arena, kept));

		*ret = (struct search_token){.gap = gap, .raw = raw};
		if (folded.len == 0)
			continue;
		ret->word = (struct search_word){.folded = folded, .written = written(arena, kept, folded)};
		return true;
	}
	return false;
}

/* --- the words of a ticket ---------------------------------------------------------------------------- */

/* Between quotation marks, with what PostgreSQL reads there otherwise. */
static void put_lexeme(struct buf *out, const char *before, struct str word)
{
	buf_printf(out, "'%s", before);
	for (size_t i = 0; i < word.len; i++) {
		if (word.at[i] == '\'' || word.at[i] == '\\')
			buf_byte(out, word.at[i]);
		buf_byte(out, word.at[i]);
	}
	buf_byte(out, '\'');
}

struct places {
	struct arena *arena;
	struct search_place *at;
	size_t n, room;
	unsigned last;
};

static struct search_place *one_more(struct places *p)
{
	if (p->n == p->room) {
		struct search_place *old = p->at;

		p->room = 2 * p->room + FIRST_ROOM;
		p->at = arena_alloc(p->arena, p->room * sizeof(*p->at));
		if (old)
			memcpy(p->at, old, p->n * sizeof(*old));
	}
	return &p->at[p->n++];
}

static void read_field(struct places *p, struct str text, char weight)
{
	struct search_token token;

	while (p->last < SEARCH_INDEXED_MAX && search_next(p->arena, &text, &token))
		*one_more(p) = (struct search_place){token.word, ++p->last, weight};
	p->last += FIELD_GAP;
}

size_t search_places(
	struct arena *arena, const struct search_source *source, struct search_place **ret_places)
{
	struct places p = {.arena = arena};

	read_field(&p, source->title, 'A');
	read_field(&p, source->place, 'B');
	read_field(&p, source->text, 'C');
	read_field(&p, source->said, 'D');
	*ret_places = p.at;
	return p.n;
}

struct str search_words(struct arena *arena, const struct search_source *source)
{
	struct buf out = {.arena = arena};
	struct search_place *places;
	size_t n = search_places(arena, source, &places);

	for (size_t i = 0; i < n && out.len < BYTES_MAX; i++) {
		const struct search_place *p = &places[i];

		put_lexeme(&out, "", p->word.folded);
		buf_printf(&out, ":%u%c ", p->place, p->weight);
		if (str_eq(p->word.folded, p->word.written))
			continue;
		put_lexeme(&out, "=", p->word.written);
		buf_printf(&out, ":%u%c ", p->place, p->weight);
	}
	return buf_str(&out);
}

/* --- the question ------------------------------------------------------------------------------------- */

/* While a question is read. */
struct reading {
	struct search_query *query;
	struct buf needed, typed;
	bool quoted; /* inside quotation marks */
	bool joined; /* the word before is of the same phrase */
};

static bool is_quote(int32_t c)
{
	return c == '"' || (c >= 0x201C && c <= 0x201F) || c == 0xAB || c == 0xBB || c == 0xFF02;
}

/* Quotation marks before a word open and close phrases. */
static void read_gap(struct reading *r, struct str gap)
{
	size_t bytes;

	for (; gap.len > 0; gap.at += bytes, gap.len -= bytes)
		if (is_quote(first_code_point(gap, &bytes))) {
			r->quoted = !r->quoted;
			r->joined = false;
		}
}

static bool can_be_begun(const struct reading *r, struct str folded)
{
	if (r->quoted || r->query->nbegun == SEARCH_BEGUN_MAX || folded.len < BEGUN_LEAST ||
		folded.len > BEGUN_MOST)
		return false;
	for (size_t i = 0; i < folded.len; i++)
		if (folded.at[i] < 'a' || folded.at[i] > 'z')
			return false;
	return true;
}

/* Whoever is still typing wants to see what they saw before the letter. */
static bool says_nothing(const struct reading *r, struct str folded)
{
	return !r->quoted && r->query->n > 0 && folded.len == 1 && folded.at[0] >= 'a' && folded.at[0] <= 'z';
}

static void put_term(struct buf *out, bool joined, const char *before, struct str word)
{
	if (out->len > 0)
		buf_put(out, joined ? STR(" <-> ") : STR(" & "));
	put_lexeme(out, before, word);
}

static void add_word(struct reading *r, struct search_word word, bool last, bool starred)
{
	struct search_query *q = r->query;

	if (last && says_nothing(r, word.folded))
		return;
	word.begun = (last || starred) && can_be_begun(r, word.folded);
	q->words[q->n++] = word;
	put_term(&r->typed, r->joined, str_eq(word.folded, word.written) ? "" : "=", word.written);
	if (word.begun)
		q->begun[q->nbegun++] = word.folded;
	else
		put_term(&r->needed, r->joined, "", word.folded);
	r->joined = r->quoted;
}

/* A phrase that nothing closes goes on to the end. */
void search_read(struct arena *arena, struct str typed, struct search_query *ret)
{
	struct reading r = {.query = ret, .needed = {.arena = arena}, .typed = {.arena = arena}};
	struct search_token token, next;
	struct str rest = typed;
	bool more = search_next(arena, &rest, &token);

	*ret = (struct search_query){.n = 0};
	while (more && ret->n < SEARCH_WORDS_MAX) {
		read_gap(&r, token.gap);
		more = search_next(arena, &rest, &next);
		const char *behind = token.raw.at + token.raw.len;
		add_word(&r, token.word, !more, behind < typed.at + typed.len && *behind == '*');
		token = next;
	}
	ret->needed = r.needed.len > 0 ? buf_str(&r.needed) : STR_NONE;
	ret->typed = ret->n > 0 ? buf_str(&r.typed) : STR_NONE;
}

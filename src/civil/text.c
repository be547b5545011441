/* Vietnamese text at the border: cleaning what people type, and the folded copy for search. */
#include "civil/text.h"

#include <string.h>

#include <utf8proc.h>

#include "base/must.h"

enum {
	DROP = -1,   /* this code point goes        */
	REFUSE = -2, /* this one spoils the text    */
	BLANK_LINES_MAX = 2,
	MARKS_MAX = 30,	    /* in a row: Stream-Safe Text Format, UAX #15 section 13 */
	DECOMPOSED_MAX = 4, /* code points of one that are worth searching for */
	GROWTH_MAX = 4,	    /* bytes of a folded text for each byte            */
};

/* Text while it is put together, with room for `cap` bytes. */
struct draft {
	char *at;
	size_t len, cap;
	size_t breaks; /* line feeds at the end */
	bool blank;    /* wanted before the next visible character */
	bool composed; /* nothing in it that NFC could change */
};

static bool draft_begin(struct draft *draft, struct arena *arena, size_t cap)
{
	*draft = (struct draft){.at = arena_try(arena, cap + 1), .cap = cap, .composed = true};
	if (!draft->at)
		arena_fail(arena);
	return draft->at != NULL;
}

static void put_code_point(struct draft *d, int32_t c)
{
	utf8proc_uint8_t bytes[4];
	size_t n = (size_t)utf8proc_encode_char(c, bytes);

	must(d->len + d->blank + n <= d->cap);
	if (d->blank)
		d->at[d->len++] = ' ';
	memcpy(d->at + d->len, bytes, n);
	d->len += n;
	d->blank = false;
	d->breaks = 0;
}

/* Blanks and breaks at the very beginning are nothing; at the end finish() takes them back. */
static void put_blank(struct draft *d)
{
	d->blank = d->len > 0 && d->breaks == 0;
}

static void put_break(struct draft *d)
{
	d->blank = false;
	if (d->len == 0 || d->breaks > BLANK_LINES_MAX)
		return;
	d->at[d->len++] = '\n';
	d->breaks++;
}

static struct str finish(const struct draft *d)
{
	return (struct str){d->at, d->len - d->breaks};
}

static int32_t next_code_point(struct str *valid_utf8)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t n = utf8proc_iterate(
		(const utf8proc_uint8_t *)valid_utf8->at, (utf8proc_ssize_t)valid_utf8->len, &c);

	valid_utf8->at += n;
	valid_utf8->len -= (size_t)n;
	return c;
}

static bool is_pictograph_block(int32_t c)
{
	return c >= 0x1F000 && c <= 0x1FAFF;
}

/* What becomes of one code point: itself, another, a blank, a line feed, DROP or REFUSE. */
static int32_t border(int32_t c)
{
	const utf8proc_property_t *p;

	if (c >= 0x20 && c < 0x7F)
		return c;
	if (c == 0xD0 || c == 0x189)
		return 0x110;
	if (c == 0xF0)
		return 0x111;
	p = utf8proc_get_property(c);
	switch (p->category) {
	case UTF8PROC_CATEGORY_CC:
		return c == '\t' ? ' ' : c == '\n' || c == '\r' ? '\n' : REFUSE;
	case UTF8PROC_CATEGORY_ZS:
		return ' ';
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return '\n';
	case UTF8PROC_CATEGORY_CF:
		return DROP;
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_CS:
		return REFUSE;
	case UTF8PROC_CATEGORY_CN:
		return p->ignorable ? DROP : is_pictograph_block(c) ? c : REFUSE;
	default:
		return p->ignorable ? DROP : c;
	}
}

/* Code points that NFC leaves alone whatever stands beside them: everything before the combining marks, and
 * the ready-made Vietnamese letters. Nearly all text we see is made of these. */
static bool always_composed(int32_t c)
{
	return c < 0x300 || (c >= 0x1EA0 && c <= 0x1EF9);
}

static bool is_mark(int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);

	return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

/* Marks are put in order by insertion, which is quadratic in their number: 30,000 in a row would keep the
 * loop busy for seconds. */
static bool piles_marks(struct str valid_utf8)
{
	unsigned marks = 0;

	while (valid_utf8.len > 0 && marks <= MARKS_MAX)
		marks = is_mark(next_code_point(&valid_utf8)) ? marks + 1 : 0;
	return marks > MARKS_MAX;
}

/* Absent when marks pile up, before or after: what was cleaned stays clean. */
static struct str compose(struct arena *arena, struct str s)
{
	const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
	const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)s.at;
	utf8proc_ssize_t len = (utf8proc_ssize_t)s.len, n;
	utf8proc_int32_t *points;

	if (piles_marks(s))
		return STR_NONE;
	n = utf8proc_decompose(at, len, NULL, 0, options);
	points = n < 0 ? NULL : arena_try(arena, ((size_t)n + 1) * sizeof(*points));
	if (!points) {
		arena_fail(arena);
		return STR_NONE;
	}
	n = utf8proc_decompose(at, len, points, n, options);
	n = utf8proc_reencode(points, n, options);
	s = (struct str){(const char *)points, (size_t)n};
	return piles_marks(s) ? STR_NONE : s;
}

struct str text_clean(struct arena *arena, struct str s, enum text_kind kind)
{
	struct draft draft;
	int32_t before = 0;

	if (!s.at || !str_is_utf8(s) || !draft_begin(&draft, arena, s.len))
		return STR_NONE;
	while (s.len > 0) {
		int32_t c = next_code_point(&s);
		int32_t becomes = border(c);

		if (becomes == REFUSE)
			return STR_NONE;
		if (becomes == '\n' && kind == TEXT_LINE)
			becomes = ' ';
		if (becomes == '\n' && !(c == '\n' && before == '\r'))
			put_break(&draft);
		else if (becomes == ' ')
			put_blank(&draft);
		else if (becomes != '\n' && becomes != DROP) {
			put_code_point(&draft, becomes);
			draft.composed = draft.composed && always_composed(becomes);
		}
		before = c;
	}
	s = finish(&draft);
	return draft.composed ? s : compose(arena, s);
}

static void put_folded(struct draft *d, int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);
	bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
	bool number = category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;

	if (letter || number)
		put_code_point(d, c == 0x111 ? 'd' : c);
	else if (!is_mark(c))
		put_blank(d);
}

static void fold_code_point(struct draft *d, int32_t c)
{
	const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
					  UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE;
	utf8proc_int32_t parts[DECOMPOSED_MAX];
	int boundary = 0;
	utf8proc_ssize_t n;

	if (c >= 'a' && c <= 'z') {
		put_code_point(d, c);
		return;
	}
	n = utf8proc_decompose_char(c, parts, DECOMPOSED_MAX, options, &boundary);
	if (n < 0 || n > DECOMPOSED_MAX)
		put_blank(d);
	for (utf8proc_ssize_t i = 0; n <= DECOMPOSED_MAX && i < n; i++)
		put_folded(d, parts[i]);
}

struct str text_fold(struct arena *arena, struct str clean)
{
	struct draft draft;

	if (!clean.at || !str_is_utf8(clean) || !draft_begin(&draft, arena, clean.len * GROWTH_MAX))
		return STR_NONE;
	while (clean.len > 0)
		fold_code_point(&draft, next_code_point(&clean));
	return finish(&draft);
}

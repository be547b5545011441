/* Marks of two places compared, and how marks are kept. */
#include "civil/place.h"

#include <stdlib.h>

#include "base/buf.h"

enum {
	NEXT_DOOR = 4 /* houses whose numbers differ by no more are one place */
};

static bool is_name(const struct place_mark *m)
{
	return m->kind == PLACE_NAME || m->kind == PLACE_GUESS;
}

static bool has_blank(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] == ' ')
			return true;
	return false;
}

/* Where a name ends is not always known, so one of two syllables may be the beginning of another one. */
static bool same_name(struct str a, struct str b)
{
	struct str shorter = a.len < b.len ? a : b, longer = a.len < b.len ? b : a;

	return str_eq(a, b) ||
	       (has_blank(shorter) && str_starts(longer, shorter) && longer.at[shorter.len] == ' ');
}

static bool same_number(const struct place_mark *a, const struct place_mark *b)
{
	int64_t x, y;

	if (a->kind != b->kind || is_name(a) || str_to_i64(a->text, &x) < 0 || str_to_i64(b->text, &y) < 0)
		return false;
	return x == y || (a->kind == PLACE_HOUSE && llabs(x - y) <= NEXT_DOOR);
}

static bool same(const struct place_mark *a, const struct place_mark *b)
{
	if (is_name(a) && is_name(b))
		return (a->kind == PLACE_NAME || b->kind == PLACE_NAME) && same_name(a->text, b->text);
	return same_number(a, b);
}

static bool guessed(const struct place_marks *a, const struct place_marks *b)
{
	for (unsigned i = 0; i < a->n; i++)
		for (unsigned k = 0; k < b->n; k++)
			if (a->at[i].kind == PLACE_GUESS && b->at[k].kind == PLACE_GUESS &&
				has_blank(a->at[i].text) && same_name(a->at[i].text, b->at[k].text))
				return true;
	return false;
}

static bool has(const struct place_marks *marks, enum place_kind kind)
{
	for (unsigned i = 0; i < marks->n; i++)
		if (marks->at[i].kind == kind)
			return true;
	return false;
}

/* The mark of b that is the same as this one; NULL: none. */
static const struct place_mark *counterpart(const struct place_mark *mark, const struct place_marks *b)
{
	for (unsigned i = 0; i < b->n; i++)
		if (same(mark, &b->at[i]))
			return &b->at[i];
	return NULL;
}

/* How many marks of a, names or numbers, b has as well. */
static unsigned shared(const struct place_marks *a, const struct place_marks *b, bool names)
{
	unsigned n = 0;

	for (unsigned i = 0; i < a->n; i++)
		n += is_name(&a->at[i]) == names && counterpart(&a->at[i], b);
	return n;
}

static bool differs(const struct place_marks *a, const struct place_marks *b, enum place_kind kind)
{
	if (!has(a, kind) || !has(b, kind))
		return false;
	for (unsigned i = 0; i < a->n; i++)
		if (a->at[i].kind == kind && counterpart(&a->at[i], b))
			return false;
	return true;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* The shorter way to write the first name that both have. */
static struct str first_name(const struct place_marks *a, const struct place_marks *b)
{
	for (unsigned i = 0; i < a->n; i++) {
		const struct place_mark *other = is_name(&a->at[i]) ? counterpart(&a->at[i], b) : NULL;

		if (other)
			return other->text.len < a->at[i].text.len ? other->text : a->at[i].text;
	}
	return STR_NONE;
}

void place_compare(const struct place_marks *a, const struct place_marks *b, struct place_match *ret)
{
	*ret = (struct place_match){.names = least(shared(a, b, true), shared(b, a, true)),
		.numbers = least(shared(a, b, false), shared(b, a, false)),
		.guessed = guessed(a, b),
		.first = first_name(a, b)};
	ret->other_names = ret->names == 0 && has(a, PLACE_NAME) && has(b, PLACE_NAME);
	ret->other_number = differs(a, b, PLACE_LANE) || differs(a, b, PLACE_UNIT) ||
			    differs(a, b, PLACE_LINE) || (differs(a, b, PLACE_HOUSE) && ret->numbers == 0);
}

struct str place_write(struct arena *arena, const struct place_marks *marks)
{
	struct buf out = {.arena = arena};

	for (unsigned i = 0; i < marks->n; i++)
		buf_printf(
			&out, "%s%c %.*s", i ? ";" : "", (char)marks->at[i].kind, STR_ARG(marks->at[i].text));
	return buf_str(&out);
}

static bool is_kind(char c)
{
	return c == PLACE_NAME || c == PLACE_GUESS || c == PLACE_HOUSE || c == PLACE_LANE ||
	       c == PLACE_UNIT || c == PLACE_LINE;
}

void place_read(struct str written, struct place_marks *ret)
{
	struct str mark;

	ret->n = 0;
	while (ret->n < PLACE_MARKS_MAX && str_next(&written, ';', &mark))
		if (mark.len > 2 && mark.at[1] == ' ' && is_kind(mark.at[0]))
			ret->at[ret->n++] =
				(struct place_mark){(enum place_kind)mark.at[0], {mark.at + 2, mark.len - 2}};
}

bool place_key(const struct place_mark *mark, int64_t *ret)
{
	uint64_t h = UINT64_C(0xCBF29CE484222325);
	unsigned blanks = 0;

	if (!is_name(mark))
		return false;
	for (size_t i = 0; i < mark->text.len; i++) {
		blanks += mark->text.at[i] == ' ';
		if (blanks == 2)
			break;
		h = (h ^ (unsigned char)mark->text.at[i]) * UINT64_C(0x100000001B3);
	}
	*ret = (int64_t)(h & INT64_MAX);
	return true;
}

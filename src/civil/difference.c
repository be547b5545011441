/* The difference of two texts by words: Myers' greedy search for the shortest way from one to the other
 * (Algorithmica 1, 1986), in windows. */
#include "civil/difference.h"

#include <string.h>
#include <utf8proc.h>

/* How many edits are looked for in one window: where it takes more, the search begins anew from where it got.
 * A window takes steps in proportion to the square of them and gets past at least as many words, so all of
 * them take some STEPS at most. */
enum {
	STEPS = 3600000,
	EDITS_LEAST = 80,
	EDITS_MOST = 1000
};

struct word {
	struct str text;
	uint64_t hash;
	bool kept; /* a word of both texts */
};

struct words {
	struct word *at;
	int n;
};

/* A window: the words that are still to be compared. far[] holds a row for each number of edits `d`: how many
 * words of `before` they get past at most, on each diagonal `k`, the number of deleted less that of inserted
 * words, from -d to d in steps of two; -1: they do not lead there. */
struct search {
	struct words before, after;
	int edits; /* of a window, at most */
	int32_t *far;
};

enum part {
	PART_WORD,
	PART_BLANK,
	PART_MARK,
	PART_OTHER
};

static bool is_blank(utf8proc_int32_t c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static enum part part_of(utf8proc_int32_t c)
{
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return PART_WORD;
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
		return PART_MARK;
	default:
		return is_blank(c) ? PART_BLANK : PART_OTHER;
	}
}

static uint64_t hash(struct str s)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.at[i]) * 1099511628211u;
	return h;
}

/* The words of a text in their order; together they are the text. */
static bool split(struct arena *arena, struct str text, struct words *ret)
{
	enum part last = PART_OTHER;
	utf8proc_int32_t c;

	*ret = (struct words){.at = arena_try(arena, (str_code_points(text) + 1) * sizeof(*ret->at))};
	for (size_t i = 0; ret->at && i < text.len;) {
		utf8proc_ssize_t size = utf8proc_iterate(
			(const utf8proc_uint8_t *)text.at + i, (utf8proc_ssize_t)(text.len - i), &c);
		enum part part = size > 0 ? part_of(c) : PART_OTHER;
		size_t len = size > 0 ? (size_t)size : 1;
		if (ret->n > 0 && (part == PART_MARK || (part == last && part != PART_OTHER)))
			ret->at[ret->n - 1].text.len += len;
		else
			ret->at[ret->n++].text = (struct str){text.at + i, len};
		last = part == PART_MARK ? last : part;
		i += len;
	}
	for (int i = 0; i < ret->n; i++)
		ret->at[i].hash = hash(ret->at[i].text);
	return ret->at != NULL;
}

static bool same(const struct word *a, const struct word *b)
{
	return a->hash == b->hash && a->text.len == b->text.len &&
	       memcmp(a->text.at, b->text.at, a->text.len) == 0;
}

static int32_t *row(struct search *s, int d)
{
	return s->far + d * (d + 1) / 2;
}

/* Where the last of `d` edits leads to on diagonal `k`, before equal words are passed. */
static int32_t edited(struct search *s, int d, int k)
{
	const int32_t *last = d > 0 ? row(s, d - 1) : NULL;
	int i = (k + d) / 2;
	int32_t x = -1;

	if (d == 0)
		return 0;
	if (i > 0 && last[i - 1] >= 0 && last[i - 1] < s->before.n)
		x = last[i - 1] + 1;
	if (i < d && last[i] > x && last[i] - k <= s->after.n)
		x = last[i];
	return x;
}

static int32_t extended(const struct search *s, int32_t x, int k)
{
	while (x >= 0 && x < s->before.n && x - k < s->after.n && same(&s->before.at[x], &s->after.at[x - k]))
		x++;
	return x;
}

/* Where a window ends: behind as many words as can be, in the middle between the texts. */
static int end_of_window(struct search *s)
{
	int32_t most = -1;
	int best = 0;

	for (int i = 0; i <= s->edits; i++) {
		/* From the middle outwards: 0, 2, -2, 4, ... or 1, -1, 3, ... */
		int k = i % 2 == s->edits % 2 ? -i : i + 1;
		int32_t x = row(s, s->edits)[(k + s->edits) / 2];
		if (x >= 0 && 2 * x - k > most) {
			most = 2 * x - k;
			best = k;
		}
	}
	return best;
}

/* Finds the fewest edits to the end of both texts, or to the end of the window. */
static void find(struct search *s, int *ret_d, int *ret_k)
{
	for (int d = 0; d <= s->edits; d++)
		for (int k = -d; k <= d; k += 2) {
			int32_t x = extended(s, edited(s, d, k), k);
			row(s, d)[(k + d) / 2] = x;
			if (x == s->before.n && x - k == s->after.n) {
				*ret_d = d;
				*ret_k = k;
				return;
			}
		}
	*ret_d = s->edits;
	*ret_k = end_of_window(s);
}

/* Goes the way back that find() found, and marks the words that it passed as kept. */
static void keep(struct search *s, int d, int k)
{
	int32_t x = row(s, d)[(k + d) / 2];

	for (;; d--) {
		int32_t begin = edited(s, d, k);
		for (int32_t i = begin; i < x; i++)
			s->before.at[i].kept = s->after.at[i - k].kept = true;
		if (d == 0)
			return;
		const int32_t *last = row(s, d - 1);
		int i = (k + d) / 2;
		bool deleted = i > 0 && last[i - 1] >= 0 && last[i - 1] + 1 == begin;
		x = deleted ? begin - 1 : begin;
		k += deleted ? -1 : 1;
	}
}

static void advance(struct words *w, int32_t n)
{
	w->at += n;
	w->n -= n;
}

/* Marks the words that the texts have in common at their ends. */
static void keep_ends(struct search *s)
{
	while (s->before.n > 0 && s->after.n > 0 &&
		same(&s->before.at[s->before.n - 1], &s->after.at[s->after.n - 1]))
		s->before.at[--s->before.n].kept = s->after.at[--s->after.n].kept = true;
}

static void compare(struct search *s)
{
	int d, k;

	keep_ends(s);
	while (s->before.n > 0 && s->after.n > 0) {
		find(s, &d, &k);
		keep(s, d, k);
		int32_t x = row(s, d)[(k + d) / 2];
		advance(&s->before, x);
		advance(&s->after, x - k);
	}
}

static bool changed(const struct words *w, int i)
{
	return i >= 0 && i < w->n && !w->at[i].kept;
}

/* Blanks between two changes say nothing: they go with them. */
static void join_changes(struct words *before, struct words *after)
{
	for (int i = 0, j = 0; i < before->n && j < after->n; i++, j++) {
		while (changed(before, i))
			i++;
		while (changed(after, j))
			j++;
		if (i == before->n)
			return;
		if (is_blank(before->at[i].text.at[0]) && (changed(before, i - 1) || changed(after, j - 1)) &&
			(changed(before, i + 1) || changed(after, j + 1)))
			before->at[i].kept = after->at[j].kept = false;
	}
}

/* The words from *i on that are in one text alone, as one run; none, no run. */
static size_t put_changed(
	const struct words *w, int *i, enum difference_kind kind, struct difference_run *ret)
{
	int begin = *i;

	*ret = (struct difference_run){kind, {*i < w->n ? w->at[*i].text.at : NULL, 0}};
	for (; changed(w, *i); (*i)++)
		ret->text.len += w->at[*i].text.len;
	return *i > begin;
}

/* The words of both texts from *i and *j on, as one run; none, no run. */
static size_t put_kept(
	const struct words *before, const struct words *after, int *i, int *j, struct difference_run *ret)
{
	int begin = *i;

	*ret = (struct difference_run){DIFFERENCE_EQUAL, {*i < before->n ? before->at[*i].text.at : NULL, 0}};
	for (; *i < before->n && before->at[*i].kept && after->at[*j].kept; (*i)++, (*j)++)
		ret->text.len += before->at[*i].text.len;
	return *i > begin;
}

static bool search(struct arena *arena, struct words before, struct words after)
{
	struct search s = {.before = before, .after = after};
	int edits = STEPS / (before.n + after.n + 1);

	s.edits = edits < EDITS_LEAST ? EDITS_LEAST : edits > EDITS_MOST ? EDITS_MOST : edits;
	if (s.edits > before.n + after.n)
		s.edits = before.n + after.n;
	s.far = arena_try(arena, (size_t)(s.edits + 1) * (size_t)(s.edits + 2) / 2 * sizeof(*s.far));
	if (s.far)
		compare(&s);
	return s.far != NULL;
}

const struct difference_run *difference_words(
	struct arena *arena, struct str before, struct str after, size_t *ret_n)
{
	struct words old, new;
	size_t n = 0;

	if (!split(arena, before, &old) || !split(arena, after, &new) || !search(arena, old, new))
		return NULL;
	join_changes(&old, &new);
	/* Each run takes a word or more, and the attempt at one more a place beyond. */
	struct difference_run *runs = arena_try(arena, ((size_t)old.n + (size_t) new.n + 1) * sizeof(*runs));
	for (int i = 0, j = 0; runs && (i < old.n || j < new.n);) {
		n += put_changed(&old, &i, DIFFERENCE_DELETE, &runs[n]);
		n += put_changed(&new, &j, DIFFERENCE_INSERT, &runs[n]);
		n += put_kept(&old, &new, &i, &j, &runs[n]);
	}
	*ret_n = n;
	return runs;
}

#ifndef TIEPDAN_TESTS_PAIRS_H
#define TIEPDAN_TESTS_PAIRS_H

/* The labelled pairs of tests/load/alike: tickets.tsv has made-up tickets about 24 events, several reports of
 * each (with diacritics, without, in other words, in English), and near misses: another event of the same ward
 * and category, the same words in another ward, the same place weeks later, another matter at the same place,
 * another house of the same street. pairs.tsv says which two tell of one event. Twelve events are for
 * development, the others held out; but whoever wrote the word lists had written both, so that the figures of the
 * second half are kinder than those of a stranger's texts would be. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/must.h"
#include "civil/alike.h"

enum {
	PAIRS_TICKETS_MAX = 400,
	PAIRS_COLUMNS = 10
};

struct pairs_ticket {
	struct str column[PAIRS_COLUMNS]; /* id half style area area_name category point at place title */
	struct str text;
	struct alike alike;
};
struct pairs {
	struct arena *arena;
	struct pairs_ticket at[PAIRS_TICKETS_MAX];
	size_t n;
	struct str list; /* the lines of pairs.tsv behind its first */
};
struct pair {
	struct str half, kind;
	bool same;
	const struct pairs_ticket *one, *other;
};

static inline struct str pairs_given(struct str s)
{
	return str_eq(s, STR("-")) ? STR_NONE : s;
}

static inline struct str pairs_family(struct str category)
{
	struct str family = STR_NONE;

	str_next(&category, '.', &family);
	return family;
}

static inline int64_t pairs_time(struct arena *in, struct str at)
{
	struct tm tm = {.tm_isdst = 0};

	must(sscanf(arena_cstr(in, at), "%d-%d-%d %d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
		     &tm.tm_min) == 5);
	return clock_days_from_civil(tm.tm_year, tm.tm_mon, tm.tm_mday) * INT64_C(86400) + tm.tm_hour * 3600 +
	       tm.tm_min * 60;
}

static inline void pairs_take(struct pairs *p, const struct alike_words *words, struct str line)
{
	struct pairs_ticket *t = &p->at[p->n++];
	const struct str *c = t->column;

	must(p->n <= PAIRS_TICKETS_MAX);
	for (int i = 0; i < PAIRS_COLUMNS; i++)
		must(str_next(&line, '\t', &t->column[i]));
	t->text = line;
	const struct alike_source source = {
		.title = c[9], .text = t->text, .place = pairs_given(c[8]), .area_name = c[4]};
	t->alike = (struct alike){.filed_s = pairs_time(p->arena, c[7]),
		.area = c[3],
		.category = c[5],
		.family = pairs_family(c[5]),
		.lon = NAN,
		.lat = NAN};
	if (pairs_given(c[6]).at)
		must(sscanf(arena_cstr(p->arena, c[6]), "%lf,%lf", &t->alike.lon, &t->alike.lat) == 2);
	alike_read(p->arena, words, &source, &t->alike);
}

static inline struct str pairs_file(struct arena *in, const char *folder, const char *name)
{
	struct str text, line;

	must(file_read(in, arena_printf(in, "%s/%s", folder, name).at, SIZE_MAX / 2, &text) == 0);
	must(str_next(&text, '\n', &line));
	return text;
}

static inline struct pairs *pairs_read(struct arena *in, const char *folder)
{
	struct pairs *p = arena_alloc(in, sizeof(*p));
	const struct alike_words *words = alike_words(in);
	struct str rest = pairs_file(in, folder, "tickets.tsv"), line;

	p->arena = in;
	p->list = pairs_file(in, folder, "pairs.tsv");
	while (str_next(&rest, '\n', &line))
		if (line.len > 0)
			pairs_take(p, words, line);
	return p;
}

static inline const struct pairs_ticket *pairs_ticket(const struct pairs *p, struct str id)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->at[i].column[0], id))
			return &p->at[i];
	must(!"no such ticket");
	return NULL;
}

/* The next pair of the list; false: there are no more. */
static inline bool pairs_next(const struct pairs *p, struct str *rest, struct pair *ret)
{
	struct str line, same, one;

	if (!str_next(rest, '\n', &line) || line.len == 0)
		return false;
	must(str_next(&line, '\t', &ret->half) && str_next(&line, '\t', &ret->kind) &&
		str_next(&line, '\t', &same) && str_next(&line, '\t', &one));
	ret->same = str_eq(same, STR("yes"));
	ret->one = pairs_ticket(p, one);
	ret->other = pairs_ticket(p, line);
	return true;
}

#endif

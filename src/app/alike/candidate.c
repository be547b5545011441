/* Candidates: facts as the database packs them -> what is compared, and the best of them. */
#include "app/alike/candidate.h"

#include <math.h>
#include <string.h>

#include "base/must.h"

static struct str take(struct str *rest, size_t n)
{
	struct str taken = {rest->at, n};

	must(rest->len >= n);
	rest->at += n;
	rest->len -= n;
	return taken;
}

static uint64_t take_number(struct str *rest, size_t size)
{
	struct str bytes = take(rest, size);
	uint64_t n = 0;

	for (size_t i = 0; i < size; i++)
		n = n << 8 | (unsigned char)bytes.at[i];
	return n;
}

/* A size, before the text itself; negative: there is none. */
static int16_t take_size(struct str *rest)
{
	return (int16_t)take_number(rest, 2);
}

static struct str take_text(struct str *rest, int16_t size)
{
	return size < 0 ? STR_NONE : take(rest, (size_t)size);
}

static double take_degrees(struct str *rest)
{
	int32_t e6 = (int32_t)take_number(rest, 4);

	return e6 == INT32_MIN ? (double)NAN : (double)e6 / 1e6;
}

/* An empty one is that of no text. */
static void read_signature(struct str bytes, struct minhash *ret)
{
	ret->syllables = 0;
	must(bytes.len == 0 || minhash_read(bytes, ret));
}

bool candidate_next(struct str *facts, struct candidate_fact *ret)
{
	struct alike *a = &ret->alike;
	int16_t area, category, family, marks, signature;

	if (facts->len == 0)
		return false;
	ret->grouped = take_number(facts, 2);
	a->lon = take_degrees(facts);
	a->lat = take_degrees(facts);
	memcpy(&ret->ticket, take(facts, sizeof(ret->ticket)).at, sizeof(ret->ticket));
	a->filed_s = (int64_t)take_number(facts, 8);
	a->matters = take_number(facts, 8);
	a->urgent = take_number(facts, 2);
	area = take_size(facts);
	category = take_size(facts);
	family = take_size(facts);
	marks = take_size(facts);
	signature = take_size(facts);
	read_signature(take_text(facts, signature), &a->signature);
	a->area = take_text(facts, area);
	a->category = take_text(facts, category);
	a->family = take_text(facts, family);
	place_read(take_text(facts, marks), &a->marks);
	return true;
}

static bool before(const struct candidate *a, const struct candidate *b)
{
	if (a->score.score != b->score.score)
		return a->score.score > b->score.score;
	return memcmp(&a->ticket, &b->ticket, sizeof(a->ticket)) < 0;
}

static void put(struct candidates *all, const struct candidate *c)
{
	unsigned i = all->n < CANDIDATES_BEST ? all->n++ : CANDIDATES_BEST;

	if (i == CANDIDATES_BEST && !before(c, &all->at[--i]))
		return;
	for (; i > 0 && before(c, &all->at[i - 1]); i--)
		all->at[i] = all->at[i - 1];
	all->at[i] = *c;
}

void candidates_best(const struct alike *mine, struct str facts, struct candidates *ret)
{
	struct candidate_fact fact;

	ret->n = 0;
	while (candidate_next(&facts, &fact)) {
		struct candidate c = {.ticket = fact.ticket};

		alike_compare(mine, &fact.alike, &c.score);
		if (c.score.score >= ret->least)
			put(ret, &c);
	}
}

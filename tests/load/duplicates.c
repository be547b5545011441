/* How well duplicates are told from near misses: load_duplicates FOLDER [wrong] reads the labelled pairs of the
 * folder and prints, for each half, precision and recall and how many pairs of each kind are right; then how
 * many comparisons a second one core does. With `wrong` each pair that is not right goes to stderr. */
#include <string.h>

#include "alike/pairs.h"

enum {
	KINDS_MAX = 16,
	ROUNDS = 200
};

struct tally {
	struct str kind;
	unsigned right, all;
};
struct half {
	const char *name;
	struct tally kinds[KINDS_MAX];
	unsigned nkinds, found, false_found, missed;
};

static struct tally *tally_of(struct half *h, struct str kind)
{
	for (unsigned i = 0; i < h->nkinds; i++)
		if (str_eq(h->kinds[i].kind, kind))
			return &h->kinds[i];
	must(h->nkinds < KINDS_MAX);
	h->kinds[h->nkinds] = (struct tally){.kind = kind};
	return &h->kinds[h->nkinds++];
}

static void explain(struct arena *arena, const struct pair *pair, const struct alike_score *s)
{
	const struct alike *a = &pair->one->alike, *b = &pair->other->alike;
	struct str one = place_write(arena, &a->marks), other = place_write(arena, &b->marks);

	fprintf(stderr,
		"%.*s %.*s %.*s: %d = place %d, time %d, matter %d (%lx, %lx), text %d\n\t%.*s\n\t%.*s\n",
		STR_ARG(pair->kind), STR_ARG(pair->one->column[0]), STR_ARG(pair->other->column[0]), s->score,
		s->place, s->time, s->matter, (long)a->matters, (long)b->matters, s->text, STR_ARG(one),
		STR_ARG(other));
}

static void judge(struct pairs *pairs, struct half *h, bool wrong)
{
	struct str rest = pairs->list;
	struct pair pair;

	while (pairs_next(pairs, &rest, &pair)) {
		struct alike_score score;
		bool same;

		if (!str_eq(pair.half, str_of(h->name)))
			continue;
		alike_compare(&pair.one->alike, &pair.other->alike, &score);
		same = alike_same(&score);
		struct tally *t = tally_of(h, pair.kind);
		t->all++;
		t->right += same == pair.same;
		h->found += same && pair.same;
		h->false_found += same && !pair.same;
		h->missed += !same && pair.same;
		if (wrong && same != pair.same)
			explain(pairs->arena, &pair, &score);
	}
}

static void print(const struct half *h)
{
	printf("\"%s\": {\"pairs\": {", h->name);
	for (unsigned i = 0; i < h->nkinds; i++)
		printf("%s\"%.*s\": \"%u of %u\"", i ? ", " : "", STR_ARG(h->kinds[i].kind),
			h->kinds[i].right, h->kinds[i].all);
	printf("}, \"precision\": %.3f, \"recall\": %.3f}, ", (double)h->found / (h->found + h->false_found),
		(double)h->found / (h->found + h->missed));
}

static double comparisons(const struct pairs *p)
{
	int64_t began = clock_mono_us();
	struct alike_score score;
	volatile int sum = 0;

	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < p->n; i++) {
			alike_compare(&p->at[i].alike, &p->at[(i + (size_t)round) % p->n].alike, &score);
			sum += score.score;
		}
	return (double)p->n * ROUNDS * 1e6 / (double)(clock_mono_us() - began);
}

int main(int argc, char **argv)
{
	struct half halves[] = {{.name = "development"}, {.name = "held_out"}};
	struct pairs *pairs;

	if (argc < 2)
		return 2;
	arena_reserve(1 << 20);
	pairs = pairs_read(arena_new(), argv[1]);
	printf("{\"threshold\": %d, ", ALIKE_SAME);
	for (int i = 0; i < 2; i++) {
		judge(pairs, &halves[i], argc > 2 && !strcmp(argv[2], halves[i].name));
		print(&halves[i]);
	}
	printf("\"comparisons_a_second\": %.0f}\n", comparisons(pairs));
	arena_free(pairs->arena);
	return 0;
}

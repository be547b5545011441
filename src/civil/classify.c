/* Counts -> a model in memory: which n-grams are kept, and what each weighs in each class. What a model says
 * of a text stands in classify_text.c. */
#include "civil/classify.h"

#include <stdlib.h>
#include <string.h>

#include "civil/classify_private.h"
#include "civil/fixed.h"
#include "civil/grams.h"

enum {
	SMOOTHING = CLASSIFY_TICKET, /* what every n-gram is taken to have been counted besides */
	COUNT_MAX = 1 << 30	     /* of one n-gram in one class: sums stay far from the end of 64 bits */
};

/* The counts of one n-gram: they lie side by side. */
struct group {
	const struct classify_count *at;
	size_t n;
	int64_t total;
};

struct building {
	struct arena *arena;
	const struct classify_counts *counts;
	struct group *groups;
	size_t n, kept, bytes;
	size_t letters, weights; /* of those that are kept */
	int64_t *class_total;
	int64_t total;
};

static int by_gram(const void *a, const void *b)
{
	const struct classify_count *x = a, *y = b;
	int order = str_compare(x->gram, y->gram);

	return order ? order : (x->class > y->class) - (x->class < y->class);
}

static int by_total(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->total != y->total)
		return x->total < y->total ? 1 : -1;
	return str_compare(x->at->gram, y->at->gram);
}

static int64_t bounded(int64_t n)
{
	return n < 0 ? 0 : n > COUNT_MAX / CLASSIFY_TICKET ? COUNT_MAX / CLASSIFY_TICKET : n;
}

static int64_t amount(const struct building *b, const struct classify_count *c)
{
	return bounded(c->examples) * bounded(b->counts->example[c->class]) +
	       bounded(c->tickets) * CLASSIFY_TICKET;
}

static bool is_sound(const struct classify_counts *counts, const struct classify_count *sorted)
{
	if (counts->nclasses > CLASSIFY_CLASSES_MAX)
		return false;
	for (size_t i = 0; i < counts->n; i++)
		if (sorted[i].class < 0 || sorted[i].class >= counts->nclasses || !sorted[i].gram.at ||
			sorted[i].gram.len > UINT8_MAX || (i > 0 && by_gram(sorted + i - 1, sorted + i) == 0))
			return false;
	return true;
}

static void make_groups(struct building *b, const struct classify_count *sorted)
{
	for (size_t i = 0; i < b->counts->n; i++) {
		struct group *last = b->groups + b->n - 1;
		int64_t counted = amount(b, &sorted[i]);

		if (counted == 0)
			continue;
		if (b->n == 0 || !str_eq(last->at->gram, sorted[i].gram))
			b->groups[b->n++] = (struct group){.at = sorted + i};
		last = b->groups + b->n - 1;
		last->n = (size_t)(sorted + i - last->at) + 1;
		last->total += counted;
	}
	qsort(b->groups, b->n, sizeof(*b->groups), by_total);
}

/* The most frequent ones, as many as there is room for. An n-gram has between two and four slots. */
static void choose(struct building *b)
{
	b->bytes = sizeof(struct classify) + b->counts->nclasses * sizeof(int32_t);
	for (; b->kept < b->n; b->kept++) {
		const struct group *g = &b->groups[b->kept];
		size_t more = sizeof(struct gram) + g->at->gram.len + g->n * sizeof(struct weight) +
			      4 * sizeof(uint32_t);

		if (b->bytes + more > CLASSIFY_BYTES_MAX)
			return;
		b->bytes += more;
		b->letters += g->at->gram.len;
		b->weights += g->n;
	}
}

static void sum_up(struct building *b)
{
	for (size_t i = 0; i < b->kept; i++) {
		b->total += b->groups[i].total;
		for (size_t j = 0; j < b->groups[i].n; j++)
			b->class_total[b->groups[i].at[j].class] += amount(b, &b->groups[i].at[j]);
	}
}

/* The logarithm of a share. */
static int64_t log_share(int64_t counted, int64_t of, size_t grams)
{
	return fixed_log2((uint64_t)(counted + SMOOTHING)) -
	       fixed_log2((uint64_t)of + (uint64_t)SMOOTHING * (grams + 1));
}

/* What an n-gram that the class never had counts for it: the same for all of them. */
static int32_t base_of(const struct building *b, int64_t class_total)
{
	return (int32_t)(log_share(0, b->total, b->kept) - log_share(0, b->total - class_total, b->kept));
}

static int16_t weight_of(const struct building *b, const struct group *g, int64_t class, int64_t counted)
{
	int64_t bits = log_share(g->total, b->total, b->kept) -
		       log_share(g->total - counted, b->total - b->class_total[class], b->kept);

	return (int16_t)(bits < INT16_MIN ? INT16_MIN : bits > INT16_MAX ? INT16_MAX : bits);
}

static void put_gram(struct classify *m, const struct building *b, const struct group *g, char **letters)
{
	struct gram *gram = &m->grams[m->ngrams];
	uint32_t slot = grams_hash(g->at->gram) & m->mask;

	*gram = (struct gram){.at = *letters,
		.len = (uint8_t)g->at->gram.len,
		.first = m->nweights,
		.total = (uint32_t)(g->total / CLASSIFY_TICKET > UINT32_MAX ? UINT32_MAX
									    : g->total / CLASSIFY_TICKET)};
	memcpy(*letters, g->at->gram.at, gram->len);
	*letters += gram->len;
	for (size_t i = 0; i < g->n; i++) {
		int64_t counted = amount(b, &g->at[i]);
		if (counted == 0)
			continue;
		m->weights[m->nweights++] =
			(struct weight){(uint16_t)g->at[i].class, weight_of(b, g, g->at[i].class, counted)};
		gram->n++;
	}
	while (m->slots[slot])
		slot = (slot + 1) & m->mask;
	m->slots[slot] = ++m->ngrams;
}

static const struct classify *assemble(struct building *b)
{
	struct classify *m = arena_alloc(b->arena, sizeof(*m));
	size_t slots = 4;

	while (slots < 2 * b->kept)
		slots *= 2;
	char *letters = arena_try(b->arena, b->letters + 1);
	*m = (struct classify){.nclasses = b->counts->nclasses,
		.mask = (uint32_t)(slots - 1),
		.bytes = b->bytes,
		.base = arena_try(b->arena, (b->counts->nclasses + 1) * sizeof(*m->base)),
		.grams = arena_try(b->arena, (b->kept + 1) * sizeof(*m->grams)),
		.weights = arena_try(b->arena, (b->weights + 1) * sizeof(*m->weights)),
		.slots = arena_try(b->arena, slots * sizeof(*m->slots))};
	if (!letters || !m->base || !m->grams || !m->weights || !m->slots)
		return NULL;
	for (unsigned c = 0; c < m->nclasses; c++)
		m->base[c] = base_of(b, b->class_total[c]);
	for (size_t i = 0; i < b->kept; i++)
		put_gram(m, b, &b->groups[i], &letters);
	return m;
}

const struct classify *classify_build(struct arena *arena, const struct classify_counts *counts)
{
	struct arena *rough = arena_new(); /* what is needed on the way only */
	struct classify_count *sorted = rough ? arena_try(rough, (counts->n + 1) * sizeof(*sorted)) : NULL;
	struct building b = {.arena = arena, .counts = counts};
	const struct classify *model = NULL;

	if (sorted) {
		b.groups = arena_try(rough, (counts->n + 1) * sizeof(*b.groups));
		b.class_total = arena_try(rough, (counts->nclasses + 1) * sizeof(*b.class_total));
		if (counts->n > 0)
			memcpy(sorted, counts->at, counts->n * sizeof(*sorted));
		qsort(sorted, counts->n, sizeof(*sorted), by_gram);
	}
	if (b.groups && b.class_total && is_sound(counts, sorted)) {
		make_groups(&b, sorted);
		choose(&b);
		sum_up(&b);
		model = assemble(&b);
	}
	arena_free(rough);
	return model;
}

size_t classify_bytes(const struct classify *model)
{
	return model->bytes;
}

size_t classify_grams(const struct classify *model)
{
	return model->ngrams;
}

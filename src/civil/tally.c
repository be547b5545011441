/* A growing hash table of counts. */
#include "civil/tally.h"

#include <stdlib.h>
#include <string.h>

#include "civil/grams.h"

enum {
	ROOM = 1024 /* rows at first; a power of two */
};

struct tally {
	struct arena *arena;
	struct tally_row *rows;
	size_t n, cap;
	uint32_t *slots; /* places in `rows` + 1; twice as many as there is room for rows */
};

static void make_room(struct tally *tally, size_t cap)
{
	struct tally_row *rows = arena_alloc(tally->arena, cap * sizeof(*rows));

	if (tally->n > 0)
		memcpy(rows, tally->rows, tally->n * sizeof(*rows));
	tally->rows = rows;
	tally->cap = cap;
	tally->slots = arena_alloc(tally->arena, 2 * cap * sizeof(*tally->slots));
}

static uint32_t *slot_of(struct tally *tally, const struct tally_row *row)
{
	size_t mask = 2 * tally->cap - 1;
	uint32_t h = (grams_hash(row->gram) ^ (uint32_t)(row->class * 31 + row->witness)) * 2654435761u;
	size_t slot = (h ^ h >> 16) & mask;

	for (; tally->slots[slot]; slot = (slot + 1) & mask) {
		const struct tally_row *r = &tally->rows[tally->slots[slot] - 1];
		if (r->class == row->class && r->witness == row->witness && str_eq(r->gram, row->gram))
			break;
	}
	return &tally->slots[slot];
}

struct tally *tally_new(struct arena *arena)
{
	struct tally *tally = arena_alloc(arena, sizeof(*tally));

	tally->arena = arena;
	make_room(tally, ROOM);
	return tally;
}

static void grow(struct tally *tally)
{
	make_room(tally, 2 * tally->cap);
	for (size_t i = 0; i < tally->n; i++)
		*slot_of(tally, &tally->rows[i]) = (uint32_t)i + 1;
}

static void add(struct tally *tally, const struct tally_row *row)
{
	uint32_t *slot;

	if (tally->n == tally->cap)
		grow(tally);
	slot = slot_of(tally, row);
	if (*slot) {
		tally->rows[*slot - 1].n += row->n;
		return;
	}
	tally->rows[tally->n++] = *row;
	*slot = (uint32_t)tally->n;
}

size_t tally_text(struct tally *tally, struct str folded, int64_t class, int64_t witness, int64_t times)
{
	struct str *words = arena_alloc(tally->arena, GRAMS_WORDS_MAX * sizeof(*words));
	const struct grams *grams = grams_of(tally->arena, words, grams_words(tally->arena, folded, words));

	for (size_t i = 0; i < grams->n; i++)
		add(tally, &(struct tally_row){grams->at[i], class, witness, times});
	return grams->n;
}

static int by_key(const void *a, const void *b)
{
	const struct tally_row *x = a, *y = b;
	int order = str_compare(x->gram, y->gram);

	if (order)
		return order;
	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	return (x->witness > y->witness) - (x->witness < y->witness);
}

const struct tally_row *tally_rows(struct tally *tally, size_t *ret_n)
{
	struct tally_row *rows = arena_alloc(tally->arena, (tally->n + 1) * sizeof(*rows));

	*ret_n = 0;
	for (size_t i = 0; i < tally->n; i++)
		if (tally->rows[i].n != 0)
			rows[(*ret_n)++] = tally->rows[i];
	qsort(rows, *ret_n, sizeof(*rows), by_key);
	return rows;
}

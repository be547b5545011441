/* A text against a model: its n-grams are found, or guessed, and weighed. */
#include <stdlib.h>
#include <string.h>

#include "civil/classify_private.h"
#include "civil/fixed.h"
#include "civil/grams.h"
#include "civil/respell.h"
#include "civil/telex.h"

enum {
	GUESSES_MAX = 60, /* words of one text of which other spellings are tried */
	SLIP_LEN_MIN = 4, /* letters: shorter words are one slip from anything */
	SHARPNESS = 12,	  /* so that shares are right as often as they say, on texts that were not learned */
	ROOT = 1024	  /* roots are taken in 1/ROOT */
};

/* A text while its n-grams are looked up. */
struct reading {
	const struct classify *model;
	struct arena *arena;
	struct str words[GRAMS_WORDS_MAX];
	size_t nwords;
	bool guessed[GRAMS_WORDS_MAX];
	unsigned guesses;
	struct classify_found *found;
	size_t n;
	uint8_t *seen; /* of each n-gram of the model */
};

static const struct gram *find(const struct classify *model, struct str text)
{
	uint32_t slot = grams_hash(text) & model->mask;

	for (; model->slots[slot]; slot = (slot + 1) & model->mask) {
		const struct gram *g = &model->grams[model->slots[slot] - 1];
		if (str_eq((struct str){g->at, g->len}, text))
			return g;
	}
	return NULL;
}

/* The choice between spellings of a word. */
struct choice {
	const struct classify *model;
	struct str before, behind; /* its neighbours; absent: none */
	bool pairs;		   /* only what is known beside one of them */
	const struct gram *best;
	uint64_t worth;
};

static uint64_t total(const struct gram *g)
{
	return g ? g->total : 0;
}

/* The two words side by side. */
static const struct gram *find_pair(const struct classify *model, struct str a, struct str b)
{
	char room[2 * GRAMS_WORD_MAX + 1];

	if (!a.at || !b.at || a.len > GRAMS_WORD_MAX || b.len > GRAMS_WORD_MAX)
		return NULL;
	memcpy(room, a.at, a.len);
	room[a.len] = ' ';
	memcpy(room + a.len + 1, b.at, b.len);
	return find(model, (struct str){room, a.len + 1 + b.len});
}

/* What is known beside its neighbours goes before what is not, then what was counted more often. */
static void consider(void *to, struct str word)
{
	struct choice *choice = to;
	const struct gram *g = find(choice->model, word);
	uint64_t beside, worth;

	if (!g)
		return;
	beside = total(find_pair(choice->model, choice->before, word)) +
		 total(find_pair(choice->model, word, choice->behind));
	worth = beside << 32 | g->total;
	if ((beside || !choice->pairs) && (!choice->best || worth > choice->worth)) {
		choice->best = g;
		choice->worth = worth;
	}
}

static struct str neighbour(const struct reading *r, size_t i, int step)
{
	if ((step < 0 && i == 0) || (step > 0 && i + 1 >= r->nwords))
		return STR_NONE;
	return r->words[step < 0 ? i - 1 : i + 1];
}

/* What an unknown word may have been; NULL: nothing that is known. */
static const struct gram *guess(struct reading *r, size_t i)
{
	struct str word = r->words[i], decoded = telex_decode(r->arena, word);
	struct choice choice = {
		.model = r->model, .before = neighbour(r, i, -1), .behind = neighbour(r, i, 1)};

	if (decoded.at)
		consider(&choice, decoded);
	if (choice.best || r->guesses++ >= GUESSES_MAX)
		return choice.best;
	respell_alike(word, consider, &choice);
	if (!choice.best && word.len >= SLIP_LEN_MIN)
		respell_slips(word, consider, &choice);
	return choice.best;
}

/* Both words are known, but not side by side: one of them may be another word that sounds alike. */
static const struct gram *guess_pair(struct reading *r, size_t i)
{
	struct choice first = {.model = r->model, .behind = r->words[i], .pairs = true};
	struct choice second = {.model = r->model, .before = r->words[i - 1], .pairs = true};

	if (r->guesses++ >= GUESSES_MAX)
		return NULL;
	respell_alike(r->words[i - 1], consider, &first);
	respell_alike(r->words[i], consider, &second);
	if (first.best && first.worth >= second.worth)
		return find_pair(r->model, (struct str){first.best->at, first.best->len}, r->words[i]);
	return second.best
		       ? find_pair(r->model, r->words[i - 1], (struct str){second.best->at, second.best->len})
		       : NULL;
}

static void keep(struct reading *r, const struct gram *g, bool guessed)
{
	if (!g || r->seen[g - r->model->grams])
		return;
	r->seen[g - r->model->grams] = 1;
	r->found[r->n++] = (struct classify_found){g, guessed};
}

static void read_word(struct reading *r, size_t i)
{
	const struct gram *g = find(r->model, r->words[i]);

	if (!g && !str_eq(r->words[i], STR("#"))) {
		g = guess(r, i);
		r->guessed[i] = g != NULL;
		if (g)
			r->words[i] = (struct str){g->at, g->len};
	}
	keep(r, g, r->guessed[i]);
}

static void read_pair(struct reading *r, size_t i)
{
	const struct gram *g = find_pair(r->model, r->words[i - 1], r->words[i]);
	bool guessed = r->guessed[i - 1] || r->guessed[i];

	if (!g && !guessed) {
		g = guess_pair(r, i);
		guessed = true;
	}
	keep(r, g, guessed);
}

static void read_text(struct reading *r, struct str folded)
{
	size_t n = grams_words(r->arena, folded, r->words);

	r->nwords = n;
	r->found = arena_alloc(r->arena, (2 * n + 1) * sizeof(*r->found));
	r->seen = arena_alloc(r->arena, r->model->ngrams + 1);
	for (size_t i = 0; i < n; i++)
		read_word(r, i);
	for (size_t i = 1; i < n; i++)
		read_pair(r, i);
}

/* What was guessed counts half. */
static int64_t counts(const struct classify_found *f, int64_t bits)
{
	return f->guessed ? bits / 2 : bits;
}

static void weigh(const struct reading *r, struct classify_score *scores)
{
	const struct classify *m = r->model;
	int64_t guessed = 0;

	for (size_t i = 0; i < r->n; i++)
		guessed += r->found[i].guessed;
	for (unsigned c = 0; c < m->nclasses; c++)
		scores[c] = (struct classify_score){.class = c,
			.score = ((int64_t)r->n - guessed) * m->base[c] + guessed * (m->base[c] / 2)};
	for (size_t i = 0; i < r->n; i++) {
		const struct classify_found *f = &r->found[i];
		const struct weight *w = m->weights + f->gram->first;
		for (const struct weight *end = w + f->gram->n; w < end; w++)
			scores[w->class].score += counts(f, w->bits) - counts(f, m->base[w->class]);
	}
}

static int by_score(const void *a, const void *b)
{
	const struct classify_score *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return x->class < y->class ? -1 : 1;
}

/* The n-grams of a text are anything but independent: what they say together grows with the root of how many
 * they are. */
static void share(struct classify_score *scores, unsigned n, size_t known)
{
	int64_t root = (int64_t)fixed_sqrt((uint64_t)known * ROOT * ROOT);
	uint64_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += fixed_exp2((scores[i].score - scores[0].score) * SHARPNESS * ROOT / (root + 1));
	for (unsigned i = 0; i < n; i++)
		scores[i].share = (int64_t)(fixed_exp2((scores[i].score - scores[0].score) * SHARPNESS *
						       ROOT / (root + 1)) *
					    1000 / sum);
}

void classify_text(
	const struct classify *model, struct arena *arena, struct str folded, struct classified *ret)
{
	struct reading *r = arena_alloc(arena, sizeof(*r));
	struct classify_score *scores = arena_alloc(arena, (model->nclasses + 1) * sizeof(*scores));

	r->model = model;
	r->arena = arena;
	read_text(r, folded);
	weigh(r, scores);
	qsort(scores, model->nclasses, sizeof(*scores), by_score);
	share(scores, model->nclasses, r->n);
	*ret = (struct classified){scores, model->nclasses, r->n, r->found};
}

static int64_t weight_in(const struct classify *m, const struct classify_found *f, unsigned class)
{
	const struct weight *w = m->weights + f->gram->first;

	for (const struct weight *end = w + f->gram->n; w < end; w++)
		if (w->class == class)
			return counts(f, w->bits);
	return counts(f, m->base[class]);
}

static bool is_before(const struct classify_word *a, const struct classify_word *b)
{
	return a->weight != b->weight ? a->weight > b->weight : str_compare(a->gram, b->gram) < 0;
}

size_t classify_explain(const struct classify *model, const struct classified *text, unsigned class,
	struct classify_word *ret_words, size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < text->known; i++) {
		const struct classify_found *f = &text->found[i];
		struct classify_word word = {{f->gram->at, f->gram->len}, weight_in(model, f, class)};
		size_t place = n;

		while (place > 0 && is_before(&word, &ret_words[place - 1]))
			place--;
		if (place == most)
			continue;
		n += n < most;
		memmove(ret_words + place + 1, ret_words + place, (n - 1 - place) * sizeof(word));
		ret_words[place] = word;
	}
	return n;
}

/* Many phrases in one text: an automaton over whole syllables. */
#include "civil/words.h"

#include <stdlib.h>
#include <string.h>

enum {
	ROOT = 0,
	NO_SYLLABLE = 0, /* the id of what is in no phrase; also: an empty place of a table */
	KEY_BYTES = 8
};

struct syllable {
	uint64_t key; /* its bytes when these are KEY_BYTES at the most, else a hash of them */
	struct str text;
	uint32_t id; /* from 1 */
};

struct edge {
	uint32_t node, syllable; /* NO_SYLLABLE: an empty place */
	uint32_t to;
};

/* What has been read so far ends with the phrase or the beginning of a phrase that leads here from the
 * root. */
struct node {
	uint32_t parent, syllable, depth;
	uint32_t failure; /* the longest proper end of it that is a node too */
	uint32_t
		output; /* the nearest node down the failures that has phrases, itself included; ROOT: none */
	uint32_t first, n; /* its phrases */
	bool goes_on;	   /* there are nodes behind it */
};

struct words {
	struct words_phrase *at; /* sorted */
	size_t n;
	struct syllable *syllables; /* open addressing, sizes are powers of two */
	uint32_t syllable_mask, nsyllables;
	struct edge *edges;
	uint32_t edge_mask;
	uint32_t *from_root; /* by syllable: the node behind the root; ROOT: none */
	struct node *nodes;
	uint32_t nnodes;
};

static int compare(const void *a, const void *b)
{
	const struct words_phrase *x = a, *y = b;
	int order = str_compare(x->text, y->text);

	return order ? order : (x->tag > y->tag) - (x->tag < y->tag);
}

static size_t count_syllables(struct str phrase)
{
	struct str syllable;
	size_t n = 0;

	while (str_next(&phrase, ' ', &syllable))
		n++;
	return n;
}

/* Cuts the syllable that the text begins with off it, blank and all. */
static uint64_t cut_syllable(struct str *text, struct str *ret_syllable)
{
	uint64_t key = 0, hash = 14695981039346656037U;
	size_t n = 0;

	for (; n < text->len && text->at[n] != ' '; n++) {
		unsigned char c = (unsigned char)text->at[n];

		if (n < KEY_BYTES)
			key |= (uint64_t)c << 8 * n;
		else
			hash = (hash ^ c) * 1099511628211U;
	}
	*ret_syllable = (struct str){text->at, n};
	if (n < text->len)
		n++;
	text->at += n;
	text->len -= n;
	return ret_syllable->len > KEY_BYTES ? key ^ hash : key;
}

/* Its place, or the empty one where it belongs. */
static struct syllable *find_syllable(const struct words *words, struct str text, uint64_t key)
{
	uint32_t i = (uint32_t)(key * 0x9e3779b97f4a7c15U >> 32) & words->syllable_mask;
	bool is_key = text.len <= KEY_BYTES;

	while (words->syllables[i].id != NO_SYLLABLE &&
		(words->syllables[i].key != key || words->syllables[i].text.len != text.len ||
			(!is_key && !str_eq(words->syllables[i].text, text))))
		i = (i + 1) & words->syllable_mask;
	return &words->syllables[i];
}

static struct edge *find_edge(const struct words *words, uint32_t node, uint32_t syllable)
{
	uint64_t mixed = ((uint64_t)node << 32 | syllable) * 0x9e3779b97f4a7c15U;
	uint32_t i = (uint32_t)(mixed >> 32) & words->edge_mask;

	while (words->edges[i].syllable != NO_SYLLABLE &&
		(words->edges[i].node != node || words->edges[i].syllable != syllable))
		i = (i + 1) & words->edge_mask;
	return &words->edges[i];
}

/* The place of the node behind `node`; made when there is none. */
static uint32_t add_node(struct words *words, uint32_t node, struct str syllable, uint64_t key)
{
	struct syllable *known = find_syllable(words, syllable, key);

	if (known->id == NO_SYLLABLE)
		*known = (struct syllable){key, syllable, ++words->nsyllables};

	struct edge *edge = find_edge(words, node, known->id);

	if (edge->syllable == NO_SYLLABLE) {
		*edge = (struct edge){node, known->id, words->nnodes};
		words->nodes[node].goes_on = true;
		if (node == ROOT)
			words->from_root[known->id] = words->nnodes;
		words->nodes[words->nnodes++] = (struct node){
			.parent = node, .syllable = known->id, .depth = words->nodes[node].depth + 1};
	}
	return edge->to;
}

static void add_phrase(struct words *words, uint32_t phrase)
{
	struct str rest = words->at[phrase].text, syllable;
	uint32_t at = ROOT;

	while (rest.len > 0) {
		uint64_t key = cut_syllable(&rest, &syllable);

		at = add_node(words, at, syllable, key);
	}
	/* Sorted: those alike come one after the other. */
	if (words->nodes[at].n++ == 0)
		words->nodes[at].first = phrase;
}

/* Where the automaton goes from a node when it reads a syllable. */
static uint32_t step(const struct words *words, uint32_t node, uint32_t syllable)
{
	for (; node != ROOT; node = words->nodes[node].failure) {
		const struct edge *edge;

		if (!words->nodes[node].goes_on)
			continue;
		edge = find_edge(words, node, syllable);
		if (edge->syllable != NO_SYLLABLE)
			return edge->to;
	}
	return words->from_root[syllable];
}

/* The nodes by depth: a counting sort. */
static uint32_t *by_depth(struct arena *arena, const struct words *words)
{
	uint32_t *sorted = arena_alloc(arena, words->nnodes * sizeof(*sorted));
	uint32_t *begins = arena_alloc(arena, ((size_t)words->nnodes + 2) * sizeof(*begins));

	for (uint32_t i = 0; i < words->nnodes; i++)
		begins[words->nodes[i].depth + 1]++;
	for (uint32_t i = 1; i <= words->nnodes; i++)
		begins[i] += begins[i - 1];
	for (uint32_t i = 0; i < words->nnodes; i++)
		sorted[begins[words->nodes[i].depth]++] = i;
	return sorted;
}

static void link_nodes(struct arena *arena, struct words *words)
{
	const uint32_t *sorted = by_depth(arena, words);

	for (uint32_t i = 1; i < words->nnodes; i++) {
		struct node *node = &words->nodes[sorted[i]];

		if (node->parent != ROOT)
			node->failure = step(words, words->nodes[node->parent].failure, node->syllable);
		node->output = node->n > 0 ? sorted[i] : words->nodes[node->failure].output;
	}
}

static uint32_t table_size(size_t entries)
{
	uint32_t size = 4;

	while (size < 2 * entries)
		size *= 2;
	return size;
}

const struct words *words_new(struct arena *arena, const struct words_phrase *phrases, size_t n)
{
	struct words *words = arena_alloc(arena, sizeof(*words));
	size_t syllables = 0;

	words->at = arena_alloc(arena, (n + 1) * sizeof(*words->at));
	for (size_t i = 0; i < n; i++)
		if (phrases[i].text.len > 0) {
			words->at[words->n++] = phrases[i];
			syllables += count_syllables(phrases[i].text);
		}
	qsort(words->at, words->n, sizeof(*words->at), compare);
	words->syllable_mask = words->edge_mask = table_size(syllables) - 1;
	words->syllables = arena_alloc(arena, ((size_t)words->syllable_mask + 1) * sizeof(*words->syllables));
	words->edges = arena_alloc(arena, ((size_t)words->edge_mask + 1) * sizeof(*words->edges));
	words->from_root = arena_alloc(arena, (syllables + 1) * sizeof(*words->from_root));
	words->nodes = arena_alloc(arena, (syllables + 1) * sizeof(*words->nodes));
	words->nnodes = 1;
	for (size_t i = 0; i < words->n; i++)
		add_phrase(words, (uint32_t)i);
	link_nodes(arena, words);
	return words;
}

static bool mark(uint64_t *bits, size_t i)
{
	uint64_t bit = (uint64_t)1 << i % 64;
	bool fresh = !(bits[i / 64] & bit);

	bits[i / 64] |= bit;
	return fresh;
}

/* Who is told of what ends; with `seen` each phrase once. */
struct reading {
	const struct words *words;
	uint64_t *seen;
	words_ended *ended;
	void *to;
};

/* Where one has been seen, so have those that its own end holds. */
static void emit(const struct reading *reading, uint32_t at, size_t syllables)
{
	const struct words *words = reading->words;

	for (uint32_t i = words->nodes[at].output; i != ROOT;
		i = words->nodes[words->nodes[i].failure].output) {
		if (reading->seen && !mark(reading->seen, words->nodes[i].first))
			break;
		for (uint32_t k = 0; k < words->nodes[i].n; k++)
			reading->ended(reading->to, &words->at[words->nodes[i].first + k], syllables);
	}
}

static void read_text(const struct reading *reading, struct str folded)
{
	const struct words *words = reading->words;
	uint32_t at = ROOT;

	for (size_t syllables = 1; folded.len > 0; syllables++) {
		struct str syllable;
		uint64_t key = cut_syllable(&folded, &syllable);

		uint32_t id = find_syllable(words, syllable, key)->id;

		at = id == NO_SYLLABLE ? ROOT : step(words, at, id);
		if (at != ROOT)
			emit(reading, at, syllables);
	}
}

void words_each(const struct words *words, struct str folded, words_ended *ended, void *to)
{
	const struct reading reading = {words, NULL, ended, to};

	read_text(&reading, folded);
}

/* Who does not ask where. */
struct listener {
	words_found *found;
	void *to;
};

static void tell(void *to, const struct words_phrase *phrase, size_t at)
{
	const struct listener *listener = to;

	(void)at;
	listener->found(listener->to, phrase);
}

void words_scan(
	const struct words *words, struct arena *arena, struct str folded, words_found *found, void *to)
{
	struct listener listener = {found, to};
	const struct reading reading = {
		words, arena_alloc(arena, (words->n / 64 + 1) * sizeof(uint64_t)), tell, &listener};

	read_text(&reading, folded);
}

static void note(void *to, const struct words_phrase *phrase)
{
	const struct words_phrase ***next = to;

	*(*next)++ = phrase;
}

static int by_place(const void *a, const void *b)
{
	const struct words_phrase *const *x = a, *const *y = b;

	return (*x > *y) - (*x < *y);
}

void words_match(
	const struct words *words, struct arena *arena, struct str folded, words_found *found, void *to)
{
	const struct words_phrase **all = arena_alloc(arena, (words->n + 1) * sizeof(*all)), **end = all;

	words_scan(words, arena, folded, note, &end);
	qsort(all, (size_t)(end - all), sizeof(*all), by_place);
	for (const struct words_phrase **p = all; p < end; p++)
		found(to, *p);
}

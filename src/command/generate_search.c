/* What a generated ticket is found by. */
#include "command/generate_search.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"
#include "civil/search.h"

enum {
	DAY_SECONDS = 24 * 3600,
	PLACES_MAX = 256,   /* of one word, as PostgreSQL keeps them */
	LAST_PLACE = 16383, /* what of a place is no weight          */
	WEIGHT_SHIFT = 14,
	NARROWS = 10, /* search_narrows() */
	SLICES = 4,   /* search_slices()  */
	SLICE_SECONDS = 4096,
	COUNTED_LEAST = 2, /* letters of a word that is counted */
	COUNTED_MOST = 24,
	COUNTS_ROOM = 1 << 16
};

/* --- counts --------------------------------------------------------------------------------------------- */

struct word_count {
	struct str word;
	int64_t tickets;
};

/* Words stay when they are written, with no ticket: the next ones are much the same. */
struct word_counts {
	struct arena *arena;
	struct word_count *at; /* open addressing */
	size_t n, room;
};

struct word_counts *word_counts_new(void)
{
	struct word_counts *counts = calloc(1, sizeof(*counts));

	must(counts);
	counts->arena = arena_new();
	counts->room = COUNTS_ROOM;
	counts->at = calloc(counts->room, sizeof(*counts->at));
	must(counts->arena && counts->at);
	return counts;
}

void word_counts_free(struct word_counts *counts)
{
	if (!counts)
		return;
	arena_free(counts->arena);
	free(counts->at);
	free(counts);
}

static struct word_count *count_of(struct word_counts *counts, struct str word)
{
	static const uint64_t key[2] = {0, 0}; /* nobody chooses these words */
	size_t i = digest_siphash(key, word) & (counts->room - 1);

	while (counts->at[i].word.at && !str_eq(counts->at[i].word, word))
		i = (i + 1) & (counts->room - 1);
	return &counts->at[i];
}

static void grow(struct word_counts *counts)
{
	struct word_count *old = counts->at;
	size_t room = counts->room;

	counts->room = 2 * room;
	counts->at = calloc(counts->room, sizeof(*counts->at));
	must(counts->at);
	for (size_t i = 0; i < room; i++)
		if (old[i].word.at)
			*count_of(counts, old[i].word) = old[i];
	free(old);
}

static void count(struct word_counts *counts, struct str word, int64_t tickets)
{
	struct word_count *found = count_of(counts, word);

	found->tickets += tickets;
	if (found->word.at)
		return;
	found->word = arena_str(counts->arena, word);
	if (++counts->n > counts->room / 2)
		grow(counts);
}

void word_counts_write(struct word_counts *counts, struct rows *rows)
{
	must(!arena_failed(counts->arena));
	for (size_t i = 0; i < counts->room; i++) {
		struct word_count *c = &counts->at[i];

		if (c->tickets == 0)
			continue;
		rows_int8(rows, c->tickets);
		rows_bytes(rows, c->word);
		c->tickets = 0;
	}
}

void word_counts_add(struct word_counts *counts, const struct rows *rows)
{
	struct {
		uint32_t size;
		uint64_t tickets;
		uint32_t len;
	} __attribute__((packed)) head;

	for (size_t at = 0; at < rows->len; at += sizeof(head) + be32toh(head.len)) {
		memcpy(&head, rows->at + at, sizeof(head));
		count(counts, (struct str){rows->at + at + sizeof(head), be32toh(head.len)},
			(int64_t)be64toh(head.tickets));
	}
}

void word_counts_lists(
	const struct word_counts *counts, struct arena *arena, struct str *ret_words, struct str *ret_tickets)
{
	struct buf words = {.arena = arena}, tickets = {.arena = arena};

	must(!arena_failed(counts->arena));
	for (size_t i = 0; i < counts->room; i++) {
		const struct word_count *c = &counts->at[i];

		if (c->tickets == 0)
			continue;
		/* Of letters alone, and quoted all the same: null is a word, too. */
		buf_printf(&words, "%c\"%.*s\"", words.len > 0 ? ',' : '{', STR_ARG(c->word));
		buf_printf(&tickets, "%c%ld", tickets.len > 0 ? ',' : '{', (long)c->tickets);
	}
	buf_put(&words, words.len > 0 ? STR("}") : STR("{}"));
	buf_put(&tickets, tickets.len > 0 ? STR("}") : STR("{}"));
	*ret_words = buf_str(&words);
	*ret_tickets = buf_str(&tickets);
}

static bool is_counted(struct str word)
{
	if (word.len < COUNTED_LEAST || word.len > COUNTED_MOST)
		return false;
	for (size_t i = 0; i < word.len; i++)
		if (word.at[i] < 'a' || word.at[i] > 'z')
			return false;
	return true;
}

/* --- words ---------------------------------------------------------------------------------------------- */

/* A word at a place, in the way of PostgreSQL: the weight is in the highest bits; 0: at no place. */
struct lexeme {
	struct str word;
	uint16_t place;
};

struct lexemes {
	struct arena *arena;
	struct lexeme *at;
	size_t n;
};

static void add(struct lexemes *all, const char *before, struct str word, uint16_t place)
{
	size_t len = strlen(before);
	char *text = arena_alloc(all->arena, len + word.len + 1);

	memcpy(text, before, len);
	memcpy(text + len, word.at, word.len);
	all->at[all->n++] = (struct lexeme){{text, len + word.len}, place};
}

static void add_words(struct life *l, struct lexemes *all)
{
	const struct search_source source = {l->title, l->location, l->text, l->said};
	struct search_place *places;
	size_t n = search_places(l->arena, &source, &places);

	all->at = arena_alloc(l->arena, (2 * n + NARROWS) * sizeof(*all->at));
	for (size_t i = 0; i < n; i++) {
		const struct search_word *word = &places[i].word;
		unsigned weight = (unsigned)('D' - places[i].weight);
		uint16_t place = (uint16_t)(weight << WEIGHT_SHIFT | places[i].place);

		all->at[all->n++] = (struct lexeme){word->folded, place};
		if (!str_eq(word->folded, word->written))
			add(all, "=", word->written, place);
	}
}

/* search_narrows() */
static void add_narrows(struct life *l, struct lexemes *all)
{
	add(all, "#k", l->kind, 0);
	add(all, "#c", l->topic.category, 0);
	add(all, "#a", l->area, 0);
	add(all, "#h", arena_printf(l->arena, "%ld", (long)l->holder->id), 0);
	add(all, "#s", l->done ? l->state : STR("open"), 0);
	add(all, "#v", l->decision.sight, 0);
	for (int level = 0; level < SLICES; level++)
		add(all, "#",
			arena_printf(
				l->arena, "%d.%ld", level, (long)(l->filed / (SLICE_SECONDS << 3 * level))),
			0);
}

static int by_word(const void *a, const void *b)
{
	const struct lexeme *x = a, *y = b;
	int order = str_compare(x->word, y->word);

	return order ? order : (int)(x->place & LAST_PLACE) - (int)(y->place & LAST_PLACE);
}

static void put16(struct buf *out, size_t value)
{
	uint16_t wire = htobe16((uint16_t)value);

	buf_put(out, (struct str){(const char *)&wire, sizeof(wire)});
}

/* One word with its places; returns how many lexemes that were. */
static size_t put_word(struct buf *out, const struct lexeme *first, size_t most)
{
	size_t n = 1, places;

	while (n < most && str_eq(first[n].word, first->word))
		n++;
	places = first->place == 0 ? 0 : n < PLACES_MAX ? n : PLACES_MAX - 1;
	buf_put(out, first->word);
	buf_byte(out, '\0');
	put16(out, places);
	for (size_t i = 0; i < places; i++)
		put16(out, first[i].place);
	return n;
}

/* As PostgreSQL sends and takes a tsvector. */
static struct str vector(struct life *l, struct lexemes *all)
{
	bool open = str_eq(l->decision.sight, STR("public")) || str_eq(l->decision.sight, STR("private"));
	struct buf words = {.arena = l->arena}, out = {.arena = l->arena};
	size_t n = 0;

	qsort(all->at, all->n, sizeof(*all->at), by_word);
	for (size_t i = 0; i < all->n; n++) {
		if (open && is_counted(all->at[i].word))
			count(l->out->counts, all->at[i].word, 1);
		i += put_word(&words, &all->at[i], all->n - i);
	}
	put16(&out, n >> 16);
	put16(&out, n);
	buf_put(&out, buf_str(&words));
	return buf_str(&out);
}

/* --- the row -------------------------------------------------------------------------------------------- */

void life_say(struct life *l, struct str text)
{
	l->said = l->said.at ? arena_printf(l->arena, "%.*s\n\n%.*s", STR_ARG(l->said), STR_ARG(text)) : text;
}

/* The first day of its half-year, from 2000-01-01 on. */
static int32_t half_of(int64_t at)
{
	int year, month, day;

	clock_civil_from_days((int32_t)(at / DAY_SECONDS), &year, &month, &day);
	return clock_days_from_civil(year, month > 6 ? 7 : 1, 1) - clock_days_from_civil(2000, 1, 1);
}

void life_search_write(struct life *l)
{
	struct rows *rows = &l->out->table[TABLE_ticket_search];
	struct lexemes all = {.arena = l->arena};

	add_words(l, &all);
	add_narrows(l, &all);
	rows_begin(rows, 4);
	rows_uuid(rows, &l->id);
	rows_int4(rows, half_of(l->filed));
	rows_at(rows, l->filed * 1000000);
	rows_bytes(rows, vector(l, &all));
}

/* Phrases with gaps: parts without any, found by an automaton and put together as they end. */
#include "civil/patterns.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum {
	WINDOW = 64,		  /* syllables that are remembered */
	PART_MAX = WINDOW - 9 - 1 /* syllables of a part, so that the longest gap before it fits, too */
};

/* What an entry of the automaton stands for: a part, or one with a word that must not stand there. */
enum what {
	ENDS,
	BEFORE,
	BEHIND,
	WHATS
};

struct part {
	uint32_t phrase;
	uint32_t syllables, gap; /* of its own; others that may stand before it */
	bool first, last;
	bool waits; /* for the next word, which might be one that must not stand there */
};

struct patterns {
	struct words_phrase *at; /* sorted */
	size_t n;
	struct part *parts; /* those of a phrase one after the other */
	size_t nparts;
	const struct words *words; /* tags: WHATS times the place of the part, plus the enum what */
};

/* --- reading the phrases -------------------------------------------------------------------------------- */

struct builder {
	struct arena *arena;
	struct patterns *patterns;
	struct words_phrase *entries;
	size_t nentries;
	struct str text[WHATS]; /* of the part at hand: its words, and those forbidden at either end */
};

static int compare(const void *a, const void *b)
{
	const struct words_phrase *x = a, *y = b;
	int order = str_compare(x->text, y->text);

	return order ? order : (x->tag > y->tag) - (x->tag < y->tag);
}

static struct part *part_at_hand(struct builder *b)
{
	return &b->patterns->parts[b->patterns->nparts - 1];
}

static void begin_part(struct builder *b, uint32_t phrase, uint32_t gap)
{
	b->patterns->parts[b->patterns->nparts++] =
		(struct part){.phrase = phrase, .gap = gap, .first = gap == 0};
	memset(b->text, 0, sizeof(b->text));
}

static void add_entry(struct builder *b, struct str text, enum what what)
{
	b->entries[b->nentries++] =
		(struct words_phrase){text, WHATS * (b->patterns->nparts - 1) + (size_t)what};
}

static bool end_part(struct builder *b)
{
	const struct part *part = part_at_hand(b);
	struct str own = b->text[ENDS], word;

	if (part->syllables == 0 || (!part->first && part->syllables > PART_MAX))
		return false;
	add_entry(b, own, ENDS);
	while (str_next(&b->text[BEFORE], ' ', &word))
		add_entry(b,
			arena_printf(b->arena, "%.*s %.*s", (int)word.len - 1, word.at + 1, STR_ARG(own)),
			BEFORE);
	while (str_next(&b->text[BEHIND], ' ', &word))
		add_entry(b,
			arena_printf(b->arena, "%.*s %.*s", STR_ARG(own), (int)word.len - 1, word.at + 1),
			BEHIND);
	return true;
}

static void append(struct str *text, struct str word)
{
	if (!text->at)
		text->at = word.at;
	text->len = (size_t)(word.at + word.len - text->at);
}

static bool add_forbidden(struct builder *b, struct str word)
{
	struct part *part = part_at_hand(b);

	part->waits = part->syllables > 0;
	append(&b->text[part->waits ? BEHIND : BEFORE], word);
	return word.len > 1;
}

static bool add_syllable(struct builder *b, struct str word)
{
	struct part *part = part_at_hand(b);

	part->syllables++;
	append(&b->text[ENDS], word);
	return !part->waits;
}

static bool add_gap(struct builder *b, uint32_t phrase, struct str word)
{
	if (word.len != 2 || word.at[1] < '1' || word.at[1] > '9' || !end_part(b))
		return false;
	begin_part(b, phrase, (uint32_t)(word.at[1] - '0'));
	return true;
}

static bool read_phrase(struct builder *b, uint32_t phrase)
{
	struct str rest = b->patterns->at[phrase].text, word;
	bool ok = true;

	begin_part(b, phrase, 0);
	while (ok && str_next(&rest, ' ', &word))
		ok = str_starts(word, STR("*"))	  ? add_gap(b, phrase, word)
		     : str_starts(word, STR("!")) ? add_forbidden(b, word)
						  : add_syllable(b, word);
	if (!ok || !end_part(b))
		return false;
	part_at_hand(b)->last = true;
	return true;
}

/* As many as parts and words of automata that the phrases can have. */
static size_t count_words(const struct words_phrase *all, size_t n)
{
	size_t words = n + 1;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < all[i].text.len; k++)
			words += all[i].text.at[k] == ' ';
	return words;
}

const struct patterns *patterns_new(struct arena *arena, const struct words_phrase *all, size_t n)
{
	struct patterns *patterns = arena_alloc(arena, sizeof(*patterns));
	size_t words = count_words(all, n);
	struct builder b = {.arena = arena,
		.patterns = patterns,
		.entries = arena_alloc(arena, words * sizeof(*b.entries))};

	patterns->at = arena_alloc(arena, (n + 1) * sizeof(*patterns->at));
	patterns->parts = arena_alloc(arena, words * sizeof(*patterns->parts));
	for (size_t i = 0; i < n; i++)
		patterns->at[patterns->n++] = all[i];
	qsort(patterns->at, n, sizeof(*patterns->at), compare);
	for (size_t i = 0; i < n; i++) {
		size_t parts = patterns->nparts, entries = b.nentries;

		if (!read_phrase(&b, (uint32_t)i)) {
			patterns->nparts = parts;
			b.nentries = entries;
		}
	}
	patterns->words = words_new(arena, b.entries, b.nentries);
	return patterns;
}

/* --- reading a text ------------------------------------------------------------------------------------- */

/* Where a part has ended, and those before it as they should: bit k stands for k syllables before `at`. */
struct stage {
	size_t at;
	uint64_t ends;
	size_t barred; /* the part may not end here: a word before it is forbidden */
};

struct run {
	const struct patterns *patterns;
	struct stage *stages; /* by part */
	uint64_t *found;      /* by phrase */
};

static void set_found(struct run *run, uint32_t phrase)
{
	run->found[phrase / 64] |= (uint64_t)1 << phrase % 64;
}

static bool is_found(const struct run *run, uint32_t phrase)
{
	return run->found[phrase / 64] >> phrase % 64 & 1;
}

/* Whether the part before ended so that this one, which ends here, comes behind it and near enough. */
static bool is_near(const struct stage *before, const struct part *part, size_t at)
{
	size_t latest = at - part->syllables;
	size_t first = before->at > latest ? before->at - latest : 0;

	if (before->at + part->gap < latest)
		return false;
	size_t last = before->at + part->gap - latest;
	return before->ends >> first & (((uint64_t)2 << (last - first)) - 1);
}

static void reach(struct run *run, size_t i, size_t at)
{
	const struct part *part = &run->patterns->parts[i];
	struct stage *stage = &run->stages[i];
	size_t passed = at - stage->at;

	/* What ended before this syllable has not been followed by a word that is forbidden. */
	if (part->last && (!part->waits || stage->ends)) {
		set_found(run, part->phrase);
		return;
	}
	stage->ends = (passed < WINDOW ? stage->ends << passed : 0) | 1;
	stage->at = at;
}

static void end_of_part(struct run *run, size_t i, size_t at)
{
	const struct part *part = &run->patterns->parts[i];

	if (is_found(run, part->phrase) || run->stages[i].barred == at)
		return;
	if (part->first || is_near(&run->stages[i - 1], part, at))
		reach(run, i, at);
}

/* Of what ends together the longer comes first: words that are forbidden before the parts that they spoil. */
static void ended(void *to, const struct words_phrase *entry, size_t at)
{
	struct run *run = to;
	size_t i = entry->tag / WHATS;
	struct stage *stage = &run->stages[i];

	if (entry->tag % WHATS == ENDS)
		end_of_part(run, i, at);
	else if (entry->tag % WHATS == BEFORE)
		stage->barred = at;
	else if (stage->at == at - 1)
		stage->ends &= ~(uint64_t)1;
}

void patterns_match(
	const struct patterns *patterns, struct arena *arena, struct str folded, words_found *found, void *to)
{
	struct run run = {.patterns = patterns,
		.stages = arena_alloc(arena, (patterns->nparts + 1) * sizeof(*run.stages)),
		.found = arena_alloc(arena, (patterns->n / 64 + 1) * sizeof(*run.found))};

	words_each(patterns->words, folded, ended, &run);
	for (size_t i = 0; i < patterns->nparts; i++)
		if (patterns->parts[i].last && run.stages[i].ends)
			set_found(&run, patterns->parts[i].phrase);
	for (uint32_t i = 0; i < patterns->n; i++)
		if (is_found(&run, i))
			found(to, &patterns->at[i]);
}

struct str patterns_plain(struct arena *arena, struct str phrase)
{
	struct buf out = {.arena = arena};
	struct str word;

	while (str_next(&phrase, ' ', &word)) {
		if (str_starts(word, STR("!")))
			continue;
		if (out.len > 0)
			buf_put(&out, STR(" "));
		buf_put(&out, str_starts(word, STR("*")) ? STR("…") : word);
	}
	return buf_str(&out);
}

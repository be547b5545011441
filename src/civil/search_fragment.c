/* Where in a text the words of a question are: the part of it in which most of them are close together. */
#include "civil/search.h"

enum {
	HITS_MAX = 256,	    /* of a text that are looked at                */
	FRAGMENT_MAX = 240, /* code points, and the word that ends there   */
	BEFORE_MAX = 60	    /* of them before the first hit               */
};

struct hit {
	size_t at, end; /* bytes of the text */
	size_t point, end_point;
	size_t word; /* of the question */
};

static bool fits(const struct search_word *wanted, struct str folded)
{
	return wanted->begun ? str_starts(folded, wanted->folded) : str_eq(folded, wanted->folded);
}

/* Which word of the question this is; n: none of them. */
static size_t which(const struct search_query *query, struct str folded)
{
	size_t i = 0;

	while (i < query->n && !fits(&query->words[i], folded))
		i++;
	return i;
}

static size_t find_hits(
	struct arena *arena, const struct search_query *query, struct str text, struct hit *ret)
{
	struct str rest = text;
	struct search_token token;
	size_t n = 0, point = 0;

	while (n < HITS_MAX && search_next(arena, &rest, &token)) {
		size_t word = which(query, token.word.folded);
		struct hit h = {.at = (size_t)(token.raw.at - text.at), .word = word};

		h.end = h.at + token.raw.len;
		if (word == query->n)
			continue;
		size_t from = n > 0 ? ret[n - 1].end : 0;
		point = n > 0 ? ret[n - 1].end_point : 0;
		h.point = point + str_code_points((struct str){text.at + from, h.at - from});
		h.end_point = h.point + str_code_points(token.raw);
		ret[n++] = h;
	}
	return n;
}

/* How many different words of the question a fragment from this hit on has room for. */
static size_t different(const struct hit *hits, size_t n)
{
	bool seen[SEARCH_WORDS_MAX] = {false};
	size_t count = 0;

	for (size_t i = 0; i < n && hits[i].end_point <= hits[0].point + FRAGMENT_MAX - BEFORE_MAX; i++) {
		count += !seen[hits[i].word];
		seen[hits[i].word] = true;
	}
	return count;
}

static size_t best_hit(const struct hit *hits, size_t n)
{
	size_t best = 0, most = 0;

	for (size_t i = 0; i < n; i++) {
		size_t count = different(hits + i, n - i);

		if (count > most) {
			most = count;
			best = i;
		}
	}
	return best;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n';
}

/* The byte where so many code points before `at` begin, moved on to the beginning of a word. */
static size_t go_back(struct str text, size_t at, size_t points)
{
	size_t from = at;

	while (from > 0 && points > 0) {
		from--;
		points -= ((unsigned char)text.at[from] & 0xC0) != 0x80;
	}
	if (from == 0)
		return 0;
	for (size_t i = from; i < at; i++)
		if (is_blank(text.at[i]))
			return i + 1;
	return at;
}

/* The byte where so many code points from `from` on end, moved back to the end of a word, but not before
 * `least`. */
static size_t go_on(struct str text, size_t from, size_t least, size_t points)
{
	size_t end = from;

	while (end < text.len && points > 0) {
		end++;
		while (end < text.len && ((unsigned char)text.at[end] & 0xC0) == 0x80)
			end++;
		points--;
	}
	if (end >= text.len)
		return text.len;
	for (size_t i = end; i > least; i--)
		if (is_blank(text.at[i]))
			return i;
	return end > least ? end : least;
}

bool search_find(
	struct arena *arena, const struct search_query *query, struct str text, struct search_fragment *ret)
{
	struct hit hits[HITS_MAX];
	size_t n = find_hits(arena, query, text, hits);

	*ret = (struct search_fragment){.n = 0};
	if (n == 0)
		return false;
	const struct hit *first = &hits[best_hit(hits, n)];
	size_t from = go_back(text, first->at, BEFORE_MAX);
	size_t end = go_on(text, from, first->end, FRAGMENT_MAX);
	size_t skipped = str_code_points((struct str){text.at, from});

	ret->text = (struct str){text.at + from, end - from};
	ret->cut_before = from > 0;
	ret->cut_after = end < text.len;
	for (size_t i = 0; i < n && ret->n < SEARCH_MARKS_MAX; i++)
		if (hits[i].at >= from && hits[i].end <= end)
			ret->marks[ret->n++] = (struct search_mark){
				hits[i].point - skipped, hits[i].end_point - hits[i].point};
	return true;
}

/* Spelling variants of one word. */
#include "civil/respell.h"

#include <string.h>

struct swap {
	const char *is, *may_be;
};
static const struct swap onset_swaps[] = {{"tr", "ch"}, {"ch", "tr"}, {"s", "x"}, {"x", "s"}, {"gi", "d"},
	{"gi", "r"}, {"d", "gi"}, {"d", "r"}, {"d", "v"}, {"r", "d"}, {"r", "gi"}, {"v", "d"}, {"l", "n"},
	{"n", "l"}, {"ngh", "ng"}, {"ng", "ngh"}, {"gh", "g"}, {"g", "gh"}, {"k", "c"}, {"c", "k"}};
static const struct swap coda_swaps[] = {
	{"ng", "n"}, {"n", "ng"}, {"c", "t"}, {"t", "c"}, {"i", "y"}, {"y", "i"}};

enum {
	ONSET_SWAPS = sizeof(onset_swaps) / sizeof(onset_swaps[0]),
	CODA_SWAPS = sizeof(coda_swaps) / sizeof(coda_swaps[0]),
	ROOM = RESPELL_WORD_MAX + 4
};

static bool is_plain(struct str word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.at[i] < 'a' || word.at[i] > 'z')
			return false;
	return word.len > 0 && word.len <= RESPELL_WORD_MAX;
}

static size_t append(char *to, size_t len, struct str s)
{
	memcpy(to + len, s.at, s.len);
	return len + s.len;
}

void respell_alike(struct str word, respell_variant *variant, void *to)
{
	char room[ROOM];

	if (!is_plain(word))
		return;
	for (unsigned i = 0; i < ONSET_SWAPS; i++) {
		struct str is = str_of(onset_swaps[i].is), may_be = str_of(onset_swaps[i].may_be);
		if (!str_starts(word, is) || word.len == is.len)
			continue;
		size_t len = append(room, 0, may_be);
		len = append(room, len, (struct str){word.at + is.len, word.len - is.len});
		variant(to, (struct str){room, len});
	}
	for (unsigned i = 0; i < CODA_SWAPS; i++) {
		struct str is = str_of(coda_swaps[i].is), may_be = str_of(coda_swaps[i].may_be);
		if (!str_ends(word, is) || word.len == is.len)
			continue;
		size_t len = append(room, 0, (struct str){word.at, word.len - is.len});
		len = append(room, len, may_be);
		variant(to, (struct str){room, len});
	}
}

/* Where variants go. */
struct sink {
	respell_variant *variant;
	void *to;
};

/* The word with `out` bytes from `at` replaced by `in`. */
static void splice(const struct sink *sink, struct str word, size_t at, size_t out, struct str in)
{
	char room[ROOM];
	size_t len = append(room, 0, (struct str){word.at, at});

	len = append(room, len, in);
	len = append(room, len, (struct str){word.at + at + out, word.len - at - out});
	sink->variant(sink->to, (struct str){room, len});
}

void respell_slips(struct str word, respell_variant *variant, void *to)
{
	const struct sink sink = {variant, to};

	if (!is_plain(word))
		return;
	for (size_t i = 0; i <= word.len; i++) {
		if (i + 1 < word.len)
			splice(&sink, word, i, 2, (struct str){(char[]){word.at[i + 1], word.at[i]}, 2});
		if (i < word.len)
			splice(&sink, word, i, 1, STR(""));
		for (char c = 'a'; c <= 'z'; c++) {
			splice(&sink, word, i, 0, (struct str){&c, 1});
			if (i < word.len && c != word.at[i])
				splice(&sink, word, i, 1, (struct str){&c, 1});
		}
	}
}

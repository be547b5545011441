/* Word lists: rows -> phrases, and the score of each kind for a text. */
#include "app/triage/lists.h"

#include "base/buf.h"
#include "civil/patterns.h"
#include "db/answer.h"

struct lists {
	const struct patterns *patterns;
	const PGresult *rows;
};

struct count {
	const struct lists *lists;
	struct arena *arena;
	struct lists_score *scores;
	size_t n;
};

const struct lists *lists_read(struct arena *arena, const PGresult *rows)
{
	struct lists *lists = arena_alloc(arena, sizeof(*lists));
	size_t n = (size_t)PQntuples(rows);
	struct words_phrase *phrases = arena_alloc(arena, (n + 1) * sizeof(*phrases));

	for (size_t i = 0; i < n; i++)
		phrases[i] = (struct words_phrase){db_cell(rows, (int)i, "phrase"), i};
	*lists = (struct lists){patterns_new(arena, phrases, n), rows};
	return lists;
}

/* The place of a kind; NULL when there are too many. */
static struct lists_score *score_of(struct count *count, struct str kind)
{
	for (size_t i = 0; i < count->n; i++)
		if (str_eq(count->scores[i].kind, kind))
			return &count->scores[i];
	if (count->n == LISTS_KINDS_MAX)
		return NULL;
	count->scores[count->n] = (struct lists_score){.kind = kind};
	return &count->scores[count->n++];
}

static void add(void *to, const struct words_phrase *phrase)
{
	struct count *count = to;
	int row = (int)phrase->tag;
	struct lists_score *score = score_of(count, db_cell(count->lists->rows, row, "kind"));

	if (!score)
		return;
	score->score += db_cell_int(count->lists->rows, row, "weight");

	struct str plain = patterns_plain(count->arena, phrase->text);
	score->words = score->words.at ? arena_printf(count->arena, "%.*s; %.*s", STR_ARG(score->words),
						 STR_ARG(plain))
				       : plain;
}

size_t lists_score(const struct lists *lists, struct arena *arena, struct str folded,
	struct lists_score ret[LISTS_KINDS_MAX])
{
	struct count count = {.lists = lists, .arena = arena, .scores = ret};

	patterns_match(lists->patterns, arena, folded, add, &count);
	return count.n;
}

/* Any bytes as a text that is learned, unlearned and asked about: no number becomes an n-gram, nothing is left of
 * what was unlearned, weights sum up to scores, and shares to no more than one. */
#include <stddef.h>
#include <stdint.h>

#include "base/must.h"
#include "civil/classify.h"
#include "civil/grams.h"
#include "civil/tally.h"
#include "civil/telex.h"
#include "civil/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	CLASSES = 2
};

static const int64_t whole[CLASSES] = {CLASSIFY_TICKET, CLASSIFY_TICKET};

static void check_grams(const struct tally_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < rows[i].gram.len; j++)
			must(rows[i].gram.at[j] < '0' || rows[i].gram.at[j] > '9');
}

static const struct classify *build(struct arena *arena, const struct tally_row *rows, size_t n)
{
	struct classify_count *counts = arena_alloc(arena, (n + 1) * sizeof(*counts));

	for (size_t i = 0; i < n; i++)
		counts[i] = (struct classify_count){rows[i].gram, rows[i].class, 0, rows[i].n};
	return classify_build(arena, &(struct classify_counts){counts, n, whole, CLASSES});
}

static void check_answer(const struct classify *model, struct arena *arena, struct str folded)
{
	struct classify_word words[GRAMS_MAX];
	struct classified got;
	int64_t shares = 0;

	classify_text(model, arena, folded, &got);
	for (unsigned i = 0; i < got.n; i++) {
		int64_t sum = 0;
		size_t n = classify_explain(model, &got, got.at[i].class, words, GRAMS_MAX);

		for (size_t j = 0; j < n; j++)
			sum += words[j].weight;
		must(n == got.known && sum == got.at[i].score);
		shares += got.at[i].share;
	}
	must(shares <= 1000);
}

static void check(struct arena *arena, struct str folded)
{
	struct tally *tally = tally_new(arena);
	struct str half = {folded.at, folded.len / 2};
	size_t n, left;

	tally_text(tally, STR("duong co o ga nuoc may duc"), 0, 1, 1);
	tally_rows(tally, &left);
	tally_text(tally, folded, 1, 0, 1);
	const struct tally_row *rows = tally_rows(tally, &n);
	check_grams(rows, n);
	const struct classify *model = build(arena, rows, n);
	must(model && classify_bytes(model) <= CLASSIFY_BYTES_MAX);
	check_answer(model, arena, folded);
	check_answer(model, arena, half);
	tally_text(tally, folded, 1, 0, -1);
	tally_rows(tally, &n);
	must(n == left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = {(const char *)data, size}, decoded;
	struct arena *arena = arena_new();

	must(arena);
	decoded = telex_decode(arena, in);
	must(!decoded.at || telex_is_syllable(decoded));
	struct str folded = text_fold(arena, text_clean(arena, in, TEXT_BLOCK));
	if (folded.at)
		check(arena, folded);
	arena_free(arena);
	return 0;
}

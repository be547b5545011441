/* Asks a model about texts: lines "E CLASS TEXT" (an example), "H CLASS TEXT" (a ticket) and then "Q TEXT" on
 * the standard input, with tabs between, and for each Q one line of JSON with the share of every class in
 * thousandths and the words that counted for the likeliest. The last line has the time and the size. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/must.h"
#include "civil/classify.h"
#include "civil/tally.h"
#include "civil/text.h"

enum {
	CLASSES = 128,
	TEXTS = 20000,
	WORDS = 6,
	ROUNDS = 20
};

static struct arena *arena;
static struct str classes[CLASSES], queries[TEXTS];
static int64_t example[CLASSES];
static unsigned nclasses, nqueries;

static int64_t class_of(struct str name)
{
	for (unsigned i = 0; i < nclasses; i++)
		if (str_eq(classes[i], name))
			return i;
	must(nclasses < CLASSES);
	classes[nclasses] = name;
	example[nclasses] = CLASSIFY_TICKET;
	return nclasses++;
}

static struct str folded(struct str text)
{
	return text_fold(arena, text_clean(arena, text, TEXT_BLOCK));
}

static void read_line(struct str line, struct tally *examples, struct tally *tickets)
{
	struct str what, class;

	str_next(&line, '\t', &what);
	if (str_eq(what, STR("Q"))) {
		must(nqueries < TEXTS);
		queries[nqueries++] = folded(line);
		return;
	}
	str_next(&line, '\t', &class);
	tally_text(str_eq(what, STR("E")) ? examples : tickets, folded(line), class_of(class), 0, 1);
}

static const struct classify *build(struct tally *examples, struct tally *tickets)
{
	size_t n, m;
	const struct tally_row *e = tally_rows(examples, &n), *t = tally_rows(tickets, &m);
	struct classify_count *counts = arena_alloc(arena, (n + m + 1) * sizeof(*counts));
	size_t made = 0;

	for (size_t i = 0, j = 0; i < n || j < m;) {
		int order = i == n ? 1 : j == m ? -1 : str_compare(e[i].gram, t[j].gram);
		if (order == 0)
			order = (e[i].class > t[j].class) - (e[i].class < t[j].class);
		counts[made] = order <= 0 ? (struct classify_count){e[i].gram, e[i].class, e[i].n, 0}
					  : (struct classify_count){t[j].gram, t[j].class, 0, 0};
		i += order <= 0;
		if (order >= 0)
			counts[made].tickets = t[j++].n;
		made++;
	}
	return classify_build(arena, &(struct classify_counts){counts, made, example, nclasses});
}

static void print(const struct classify *model, struct str query)
{
	struct buf out = {.arena = arena};
	struct classified got;
	struct classify_word words[WORDS];

	classify_text(model, arena, query, &got);
	size_t n = classify_explain(model, &got, got.at[0].class, words, WORDS);
	buf_printf(&out, "{\"known\":%zu,\"share\":{", got.known);
	for (unsigned i = 0; i < got.n; i++) {
		buf_put(&out, i ? STR(",") : STR(""));
		buf_json(&out, classes[got.at[i].class]);
		buf_printf(&out, ":%lld", (long long)got.at[i].share);
	}
	buf_put(&out, STR("},\"words\":["));
	for (size_t i = 0; i < n; i++) {
		buf_put(&out, i ? STR(",") : STR(""));
		buf_json(&out, words[i].gram);
	}
	printf("%.*s]}\n", STR_ARG(buf_str(&out)));
}

static double microseconds(const struct classify *model)
{
	int64_t began = clock_mono_us();

	for (int round = 0; round < ROUNDS; round++)
		for (unsigned i = 0; i < nqueries; i++) {
			struct arena *one = arena_new();
			struct classified got;
			must(one);
			classify_text(model, one, queries[i], &got);
			arena_free(one);
		}
	return (double)(clock_mono_us() - began) / ROUNDS / (nqueries ? nqueries : 1);
}

int main(void)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	arena = arena_new();
	must(arena);
	struct tally *examples = tally_new(arena), *tickets = tally_new(arena);
	while ((len = getline(&line, &cap, stdin)) > 0)
		read_line(
			arena_str(arena, str_trim((struct str){line, (size_t)len}, "\n")), examples, tickets);
	const struct classify *model = build(examples, tickets);
	must(model);
	for (unsigned i = 0; i < nqueries; i++)
		print(model, queries[i]);
	printf("{\"microseconds\":%.2f,\"bytes\":%zu,\"ngrams\":%zu}\n", microseconds(model),
		classify_bytes(model), classify_grams(model));
	return 0;
}

/* Any text as a question and as what is searched: nothing that is typed leaves the quotation marks of the tsquery, a text is found
 * by its own words, and marks lie inside their fragment, one behind the other. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/must.h"
#include "civil/search.h"
#include "civil/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Outside of quotation marks stand operators, places and weights of ours alone. */
static void check_quoted(struct str s, const char *outside)
{
	bool quoted = false;

	for (size_t i = 0; i < s.len; i++) {
		if (quoted && s.at[i] == '\'' && i + 1 < s.len && s.at[i + 1] == '\'')
			i++;
		else if (quoted && s.at[i] == '\\')
			must(++i < s.len && s.at[i] == '\\');
		else if (s.at[i] == '\'')
			quoted = !quoted;
		else
			must(quoted || strchr(outside, s.at[i]));
	}
	must(!quoted);
}

static void check_fragment(struct arena *arena, const struct search_query *query, struct str text)
{
	struct search_fragment f;
	size_t end = 0;

	if (!search_find(arena, query, text, &f))
		return;
	must(str_is_utf8(f.text) && f.text.at >= text.at && f.text.at + f.text.len <= text.at + text.len);
	must(f.n > 0);
	for (size_t i = 0; i < f.n; i++) {
		must(f.marks[i].length > 0 && f.marks[i].from >= end);
		end = f.marks[i].from + f.marks[i].length;
	}
	must(end <= str_code_points(f.text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str text = text_clean(arena, (struct str){(const char *)data, size}, TEXT_BLOCK);
	struct search_query query;

	must(arena);
	if (text.at) {
		const struct search_source source = {.title = text};

		search_read(arena, text, &query);
		must(query.n <= SEARCH_WORDS_MAX && query.nbegun <= SEARCH_BEGUN_MAX);
		must((query.n > 0) == (query.typed.at != NULL));
		check_quoted(query.needed, " &<->");
		check_quoted(query.typed, " &<->");
		check_quoted(search_words(arena, &source), " :0123456789ABCD");
		must(query.n == 0 || search_find(arena, &query, text, &(struct search_fragment){.n = 0}));
		check_fragment(arena, &query, text);
	}
	arena_free(arena);
	return 0;
}

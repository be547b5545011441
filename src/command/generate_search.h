#ifndef TIEPDAN_COMMAND_GENERATE_SEARCH_H
#define TIEPDAN_COMMAND_GENERATE_SEARCH_H

#include "command/generate_life.h"

/* What a generated ticket is found by, as search_store() would have stored it: following the feed would take
 * ten times as long as everything else. */

/* Something was said in the ticket, later than all before. */
void life_say(struct life *l, struct str text);
void life_search_write(struct life *l);

/* How many tickets have each word, of those that search_count() counts. */
struct word_counts;
struct word_counts *word_counts_new(void);
void word_counts_free(struct word_counts *counts); /* accepts NULL */
/* Takes what there is since it was called last to another process, which adds it to its own. */
void word_counts_write(struct word_counts *counts, struct rows *rows);
void word_counts_add(struct word_counts *counts, const struct rows *rows);
/* As two arrays in the way of PostgreSQL, side by side. */
void word_counts_lists(const struct word_counts *counts, struct arena *arena, struct str *ret_words,
	struct str *ret_tickets);

#endif

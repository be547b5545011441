/* command/generate_search.h: counted words as arrays that PostgreSQL reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "command/generate_search.h"

static void add(struct word_counts *counts, const char *word, int64_t tickets)
{
	struct rows rows = {0};

	rows_int8(&rows, tickets);
	rows_bytes(&rows, str_of(word));
	word_counts_add(counts, &rows);
	free(rows.at);
}

/* Unquoted it would be no word but NULL. */
static void test_a_word_may_be_null(void **state)
{
	struct arena *arena = arena_new();
	struct word_counts *counts = word_counts_new();
	struct str words, tickets;

	(void)state;
	word_counts_lists(counts, arena, &words, &tickets);
	assert_true(str_eq(words, STR("{}")) && str_eq(tickets, STR("{}")));
	add(counts, "null", 2);
	add(counts, "null", 3);
	word_counts_lists(counts, arena, &words, &tickets);
	assert_true(str_eq(words, STR("{\"null\"}")) && str_eq(tickets, STR("{5}")));
	word_counts_free(counts);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_word_may_be_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

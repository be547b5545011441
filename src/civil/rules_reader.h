#ifndef TIEPDAN_CIVIL_RULES_READER_H
#define TIEPDAN_CIVIL_RULES_READER_H

#include "civil/rules_lex.h"

/* Reading a text of rules, one token ahead. Private to civil/rules_read.c and civil/rules_condition.c. What
 * returns false or NULL has found a fault and written it down; the reader goes on at the next statement. */

enum {
	RULES_DEPTH_MAX = 32 /* of brackets */
};

struct rules_reader {
	struct arena *arena;
	struct rules_lexer lexer;
	struct rules_token token; /* the next one */
	struct rules *rules;
	struct rules_faulty faulty;
	unsigned block, blocks; /* the `any order` that is open, 0: none; how many there were */
	struct rule_place block_at;
	unsigned depth;
};

void reader_next(struct rules_reader *reader);
bool reader_take(struct rules_reader *reader, const char *word_or_mark); /* takes it if it comes next */
/* The same; a fault says what is expected when it does not come. */
bool reader_expect(struct rules_reader *reader, const char *word_or_mark);
/* A fault at the next token: what stands there, or that `vi`, `en` is expected. Always false. */
bool reader_refuse(struct rules_reader *reader, const char *vi, const char *en);
/* A code: a word that has no other meaning. */
bool reader_name(struct rules_reader *reader, struct rule_word *ret);
/* One code or several with commas. */
bool reader_names(struct rules_reader *reader, const struct rule_word **ret, unsigned *ret_n);
/* Whether a condition can begin with the word, so that no let may be called so. */
bool reader_begins_test(struct str word);

const struct rule_node *reader_condition(struct rules_reader *reader);

#endif

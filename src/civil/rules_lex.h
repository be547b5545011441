#ifndef TIEPDAN_CIVIL_RULES_LEX_H
#define TIEPDAN_CIVIL_RULES_LEX_H

#include "civil/rules_tree.h"

/* The words and marks of a text of rules. Private to the reader. */

enum rules_token_kind {
	TOKEN_END,    /* of the text                                                    */
	TOKEN_WORD,   /* letters, digits, _ . - and : (which only times have)           */
	TOKEN_STRING, /* in quotation marks; `text` is what they hold                   */
	TOKEN_MARK,   /* = , ; ( ) < >=                                                 */
	TOKEN_FAULTY  /* `fault` tells what is wrong with it                            */
};

enum rules_token_fault {
	TOKEN_STRAY,	  /* a character that has no place here      */
	TOKEN_NOT_CLOSED, /* a string without its end                */
	TOKEN_ESCAPE,	  /* \ before something else than " and \    */
	TOKEN_TOO_LONG
};

enum {
	RULES_WORD_MAX = 64,   /* bytes                                */
	RULES_STRING_MAX = 200 /* characters, of titles and phrases    */
};

struct rules_token {
	enum rules_token_kind kind;
	enum rules_token_fault fault;
	struct str text;
	struct rule_place place;
};

struct rules_lexer {
	struct arena *arena; /* for strings with escapes */
	struct str rest;     /* UTF-8 */
	struct rule_place place;
};

/* The next one; comments and blanks are passed over. Behind the end there is the end again. */
struct rules_token rules_lex(struct rules_lexer *lexer);
bool rules_token_is(const struct rules_token *token, const char *word_or_mark); /* not a string */

#endif

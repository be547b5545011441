#ifndef TIEPDAN_CIVIL_SEARCH_H
#define TIEPDAN_CIVIL_SEARCH_H

#include "base/arena.h"

/* Full-text search: how the text of a ticket becomes the words that it is found by, how what somebody types
 * becomes a question for them, and where in a text the answer is. A word is a run of letters, digits and
 * marks. It counts folded (civil/text.h); where it was written with diacritics, as written, too. PostgreSQL
 * reads the words as a tsvector and the question as a tsquery (migrations/0101_search.sql). */

enum {
	SEARCH_WORD_MAX = 64,	    /* bytes; what is behind them is not looked at                      */
	SEARCH_WORDS_MAX = 100,	    /* of a question; a word behind them does not count                 */
	SEARCH_BEGUN_MAX = 4,	    /* of them only begun                                               */
	SEARCH_INDEXED_MAX = 16000, /* words of a ticket: PostgreSQL has places for no more              */
	SEARCH_MARKS_MAX = 32	    /* of a fragment                                                    */
};

/* What of a ticket is searched, the more telling first; absent: there is none. */
struct search_source {
	struct str title, place, text, said;
};
/* Its words with their places, as the text of a tsvector. */
struct str search_words(struct arena *arena, const struct search_source *source);

struct search_word {
	struct str folded;
	struct str written; /* lower case, with diacritics; where there are none the same as folded */
	bool begun;	    /* stands for all words that begin so */
};

/* The same, before it is text. */
struct search_place {
	struct search_word word;
	unsigned place; /* from 1, in the order of the words */
	char weight;	/* 'A' to 'D' */
};
size_t search_places(
	struct arena *arena, const struct search_source *source, struct search_place **ret_places);

/* A question: all words are needed, those in quotation marks side by side. The last word is taken as only
 * begun, as is one with * behind it; in quotation marks, with digits, or alone as a letter it is whole.
 * Behind other words a last word of one letter says nothing yet, but in quotation marks. Everything else
 * that is typed is a blank. */
struct search_query {
	struct search_word words[SEARCH_WORDS_MAX];
	size_t n;			    /* 0: nothing is asked for                          */
	struct str needed;		    /* tsquery of whole words and phrases; absent: none */
	struct str begun[SEARCH_BEGUN_MAX]; /* folded, small ASCII letters alone               */
	size_t nbegun;
	struct str typed; /* tsquery of all words as they were typed, as whole words */
};
void search_read(struct arena *arena, struct str typed, struct search_query *ret);

/* A part of a text with words that were asked for, where most of them are close together. */
struct search_mark {
	size_t from, length; /* code points of the fragment */
};
struct search_fragment {
	struct str text; /* part of the text that was looked at, cut between words */
	bool cut_before, cut_after;
	struct search_mark marks[SEARCH_MARKS_MAX];
	size_t n;
};
/* False: none of the words is there. */
bool search_find(
	struct arena *arena, const struct search_query *query, struct str text, struct search_fragment *ret);

/* Private to search.c and search_fragment.c: the next word of a text, taken off its front. */
struct search_token {
	struct str gap; /* what stands before it           */
	struct str raw; /* the whole run, as it is written */
	struct search_word word;
};
bool search_next(struct arena *arena, struct str *rest, struct search_token *ret);

#endif

#ifndef TIEPDAN_AUTH_ANSWER_LINK_H
#define TIEPDAN_AUTH_ANSWER_LINK_H

#include "auth/keys.h"

/* What a letter that asks the citizen something carries instead of the secret of the ticket: whoever has it
 * reads that question and answers it, and nothing else, until its time is over. It is derived as the secret
 * is (auth/ticket_secret.h) and checked without the database; a new generation of the ticket ends it, too.
 * The text is GENERATION.QUESTION.UNTIL.MAC: decimal digits, seconds since 1970, 26 symbols (130 bits). */

struct answer_link {
	int64_t number, generation; /* of the ticket */
	int64_t question;	    /* which one of the ticket, from 1 */
	int64_t until;		    /* seconds since 1970 */
};

struct str answer_link_text(struct arena *arena, const struct keys *keys, const struct answer_link *link);
/* The caller gives `number`, and gets the rest. Says nothing about the time. False also when memory is
 * out. */
bool answer_link_check(const struct keys *keys, struct str text, struct answer_link *link);

#endif

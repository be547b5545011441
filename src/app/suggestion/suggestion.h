#ifndef TIEPDAN_APP_SUGGESTION_SUGGESTION_H
#define TIEPDAN_APP_SUGGESTION_SUGGESTION_H

#include "http/req.h"

/* Which category and department a text sounds like, with the words that counted: to the citizen before
 * filing, and to those who route a ticket. It only suggests, and says nothing when it is not sure. */
void routing_suggest(struct req *req);
void routing_suggestion_list(struct req *req);

#endif

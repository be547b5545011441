#ifndef TIEPDAN_CIVIL_RULES_TOLD_H
#define TIEPDAN_CIVIL_RULES_TOLD_H

#include "base/buf.h"
#include "civil/rules_program.h"

/* What rules have said of a ticket, as members of the JSON object that is stored with it: those of
 * decide_explain() and assign_told(). */

/* "set": its number, "taken": the rules that the ticket has matched, in order, each with rule, title, word
 * (the phrase that was found first), off (the code for which it was passed over) and said. No comma before
 * it. */
void rules_told_taken(struct buf *out, const struct rules_program *program, int64_t set,
	const struct rule_outcome *outcome);
/* A comma and the member; nothing for an empty list. */
void rules_told_list(struct buf *out, const char *name, const struct rule_list *list);

#endif

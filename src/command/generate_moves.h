#ifndef TIEPDAN_COMMAND_GENERATE_MOVES_H
#define TIEPDAN_COMMAND_GENERATE_MOVES_H

#include "command/generate_event.h"
#include "command/generate_plan.h"

/* What happens to generated tickets, a function a step: each writes its event and changes how the ticket
 * stands at l->at. Rows that change later are written in the end, by the functions named _write. */

void life_accept(struct life *l);
void life_claim(struct life *l);
void life_return(struct life *l);
void life_route(struct life *l);
void life_refuse(struct life *l);
void life_withdraw(struct life *l);
void life_merge(struct life *l);
void life_merged_in(struct life *l); /* another one was merged into it */

/* generate_talk.c */
void life_ask(struct life *l);
void life_supply(struct life *l);
void life_progress(struct life *l);
void life_request_extension(struct life *l);
void life_approve_extension(struct life *l);

/* generate_answer.c */
void life_propose(struct life *l);
void life_send_back(struct life *l);
void life_approve(struct life *l);
void life_rate(struct life *l);
void life_close(struct life *l);
void life_publication_propose(struct life *l);
void life_publication_publish(struct life *l);

/* `until` 0: it has it still. */
void life_holding_write(const struct life *l, int64_t until, struct str ended_by);
void life_parts_write(struct life *l);
void life_question_write(struct life *l);
void life_extension_write(struct life *l);
void life_replies_write(struct life *l);
void life_publication_write(struct life *l);

/* --- what they share ------------------------------------------------------------------------------------ */

struct event life_event(struct life *l, enum book_action action); /* of staff, now */
/* The officer of the holder who works on it. */
const struct uuid *life_officer(const struct life *l);
struct str life_words(struct life *l, const char *part);
/* The state, the clocks and the event of a move, as ticket_change(). */
void life_change(struct life *l, enum book_action action, struct event *e);
void life_move(struct life *l, enum book_action action, const struct uuid *actor);

#endif

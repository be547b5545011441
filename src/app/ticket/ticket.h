#ifndef TIEPDAN_APP_TICKET_TICKET_H
#define TIEPDAN_APP_TICKET_TICKET_H

#include "http/req.h"

/* The handlers of tickets; what each operation means to a caller stands in api/openapi.yaml. */

/* file.c */
void ticket_file(struct req *req);

/* desk.c: what officers read */
void ticket_list(struct req *req);
void ticket_search(struct req *req); /* search.c */
void ticket_show(struct req *req);   /* look.c */
void event_list(struct req *req);
void alarm_list(struct req *req);
void contact_show(struct req *req);

/* note.c */
void note_list(struct req *req);
void ticket_note(struct req *req);

/* reply.c: replies before they are published */
void reply_list(struct req *req);
void reply_changes(struct req *req);
void reply_draft(struct req *req);
void reply_review(struct req *req);
void review_ask(struct req *req);
void review_request_list(struct req *req);
void review_withdraw(struct req *req);

/* bulk.c: of many tickets */
void ticket_bulk(struct req *req);

/* move.c: moves of the state table */
void ticket_accept(struct req *req);
void ticket_claim(struct req *req);
void ticket_take_up(struct req *req);
void ticket_assign(struct req *req);
void ticket_unassign(struct req *req);
void ticket_return(struct req *req);
void ticket_route(struct req *req);
void ticket_refuse(struct req *req);
void ticket_redirect(struct req *req);
void ticket_propose(struct req *req);
void ticket_send_back(struct req *req);
void ticket_approve(struct req *req);
void ticket_close(struct req *req);
void ticket_progress(struct req *req);

/* question.c: what dates clocks anew */
void ticket_ask(struct req *req);
void tracking_question(struct req *req);
void tracking_answer(struct req *req);
void ticket_resume(struct req *req);
void ticket_request_extension(struct req *req);
void ticket_approve_extension(struct req *req);
void ticket_refuse_extension(struct req *req);

/* level.c */
void ticket_level(struct req *req);

/* reclassify.c */
void ticket_reclassify(struct req *req);

/* exclusion.c */
void exclusion_list(struct req *req);
void exclusion_set(struct req *req);

/* review.c: moves of the citizen */
void tracking_second_look(struct req *req);
void tracking_appeal(struct req *req);
void tracking_withdraw(struct req *req);
void tracking_close(struct req *req);

/* relation.c: tickets that have to do with each other */
void ticket_merge(struct req *req);
void ticket_unmerge(struct req *req);
void message_list(struct req *req);
void relation_list(struct req *req);
void relation_add(struct req *req);
void relation_remove(struct req *req);

/* split.c */
void ticket_split(struct req *req);
void tracking_splits(struct req *req);

/* join.c */
void ticket_join(struct req *req);

/* holding.c */
void holding_list(struct req *req);

/* glass.c */
void ticket_break_glass(struct req *req);
void ticket_break_glass_code(struct req *req);

#endif

#ifndef TIEPDAN_APP_TICKET_FILING_H
#define TIEPDAN_APP_TICKET_FILING_H

#include "db/unit.h"

/* Whether more wait to be stored than can be soon. Told before anything is spent on one more. */
bool filing_is_crowded(const struct app *app);

/* Tickets that are filed by other ways than POST /v1/tickets: the parts of one that is split, and those of
 * citizens who join one. They are stored by the same statement and in the same way. */

struct filing {
	struct str kind, category, area, title, text, location_text, language, channel;
	struct str against;		     /* code of the department that it is about; absent: none */
	int64_t filed_at;		     /* milliseconds: what the deadlines are counted from */
	struct str contact;		     /* as contact_write() (auth/contact.h); absent: none */
	struct str phone_index, email_index; /* its blind indexes */
	/* Not 0: whose it is without routing and without deadlines; then the key of the request is its key,
	 * too. */
	int64_t joined_department;
	struct uuid id; /* set by filing_make() */
	bool anonymous;
};

/* Staff who have something to say are citizens: a session would tie the ticket to them, or be forgotten, and
 * then they could work on it. True after the refusal; programs with a key are nobody's voice. */
bool filing_refuses_staff(struct req *req);
/* Notes the fault at `pointer` where who files as `kind` names nobody, or the department at /department below
 * it is none on that day (seconds). */
void filing_check_against(
	struct req *req, struct str kind, struct str department, struct str pointer, int64_t at);
/* Routes, dates, names and seals; NULL after the answer that this is not possible just now. */
const void *filing_make(struct req *req, struct filing *filing);
/* Queues the statement that stores what filing_make() made, all of them or none; it lives as long as the
 * request. */
void filing_add(struct db_unit *u, const void *const *made, size_t n);
/* 201 with the secret put into `body`, the answer to the filing that this row of its statement is about. */
void filing_answer(struct req *req, const PGresult *result, int row, struct str body);

#endif

#ifndef TIEPDAN_JOBS_LETTER_H
#define TIEPDAN_JOBS_LETTER_H

#include <libpq-fe.h>

#include "auth/keys.h"
#include "base/uuid.h"
#include "civil/template.h"
#include "jobs/mail.h"

/* A claimed notice (jobs/notice_claim.sql) as a message: words filled in, the address unsealed. */
struct letter {
	struct uuid id;
	int64_t attempt, made_ms;
	bool urgent, citizen;
	int64_t department;	/* of staff, in whose working time they are told */
	struct str to, message; /* absent when there is a fault                  */
	const char *fault;	/* why it can never be sent, one word; else NULL */
};

/* What all letters have in common. */
struct letterhead {
	const struct keys *keys; /* opens contacts */
	struct mailbox from;
	struct str reply_to;		   /* absent: none */
	struct str citizen_url, staff_url; /* the page of a ticket, with {code}; absent: the API */
	struct str staff_part_url;	   /* the page of a part, with {part}; absent: the API   */
	enum mail_encoding encoding;
};

enum {
	LETTER_VARIABLES = 10
};
/* The names that words may use, without values. */
void letter_variables(struct template_value ret[LETTER_VARIABLES]);

/* Who and when: everything but address and message. */
struct letter letter_read(const PGresult *rows, int row);
/* Address and message, or the fault, in `arena`. The rows may be cleared afterwards. */
void letter_write(struct arena *arena, const struct letterhead *head, const PGresult *rows, int row,
	struct letter *letter);

#endif

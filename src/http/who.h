#ifndef TIEPDAN_HTTP_WHO_H
#define TIEPDAN_HTTP_WHO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/uuid.h"

/* A set of roles, one bit each in the order of auth/role.def. */
typedef uint32_t role_set;

enum who_kind {
	WHO_ANYONE,  /* nobody signed in                                               */
	WHO_TICKET,  /* a citizen who showed code and secret of one ticket             */
	WHO_STAFF,   /* a bearer token of an account                                   */
	WHO_CITIZEN, /* a bearer token of a citizen                                   */
	WHO_JOB,     /* the job worker                                                 */
	WHO_UPLOAD,  /* somebody who showed the token of the upload in the path        */
};

/* As the database and the access log call it: anyone, ticket, staff, citizen, job; the access log alone:
 * upload. */
const char *who_kind_name(enum who_kind kind);

/* Who is calling. Set by the step `who` and read by everything after it. */
struct who {
	enum who_kind kind;
	struct uuid account;   /* WHO_STAFF; of WHO_CITIZEN the citizen                            */
	struct uuid session;   /* of both: the session the token belongs to                        */
	role_set roles;	       /* WHO_STAFF, as the token says; what counts is what the database says */
	bool program;	       /* WHO_STAFF: a key of a program, not somebody who signed in            */
	int64_t department;    /* WHO_STAFF: id of the home department                             */
	int64_t ticket_number; /* WHO_TICKET                                                       */
	int64_t generation;    /* WHO_TICKET: which secret of the ticket was shown                 */
	int64_t question;      /* WHO_TICKET: which one a link answers; 0: it was the secret       */
};

#endif

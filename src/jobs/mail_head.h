#ifndef TIEPDAN_JOBS_MAIL_HEAD_H
#define TIEPDAN_JOBS_MAIL_HEAD_H

#include "base/arena.h"

/* What a list of messages says of one: the reading side of jobs/mail.h, for the files of the demo mode. */
struct mail_head {
	struct str to, subject; /* absent when there is no such field */
};

/* Reads the fields of a message up to its first empty line; of fields that stand twice the first counts.
 * Folded lines are joined and encoded words (RFC 2047, UTF-8 and base64) decoded; what does not decode stays
 * as it is written. Control characters become blanks, so that the result can be printed on a terminal. */
struct mail_head mail_head_read(struct arena *arena, struct str message);

#endif

#ifndef TIEPDAN_APP_TICKET_NAMED_H
#define TIEPDAN_APP_TICKET_NAMED_H

#include "http/req.h"

/* A ticket as people name it: by its id, or by the public code, which is all that citizens, letters and lists
 * have. Whether there is such a ticket, and the caller sees it, says ticket_meant() in the database. */
struct named {
	struct uuid id;	 /* nil when the code is given */
	int64_t number;	 /* what the code is made of; DB_NO_INT when the id is given */
	struct str code; /* as it is written; absent when the id is given */
};

/* Reads a code as tracking does: letter case, blanks and hyphens do not matter. False when it is none. */
bool named_by_code(struct req *req, struct str text, struct named *ret);
/* Reads either; false after an answer: that the member at this pointer of the body is neither. */
bool named_read(struct req *req, struct str text, struct str pointer, struct named *ret);

#endif

#ifndef TIEPDAN_APP_RECORD_ONCE_H
#define TIEPDAN_APP_RECORD_ONCE_H

#include "db/unit.h"

/* Idempotency-Key for operations whose answer C knows beforehand. once_claim() goes first in the unit,
 * once_finish() last; both do nothing when the client sent no key. A repeated key ends the unit and replays
 * the stored answer; the same key with another body is refused
 * (draft-ietf-httpapi-idempotency-key-header). */
void once_claim(struct db_unit *u, struct req *req);
/* The same before answer_created(): what is replayed has its Location, too, and where it is something with
 * versions the ETag of the first one. */
void once_claim_created(struct db_unit *u, struct req *req);
void once_claim_versioned(struct db_unit *u, struct req *req);
/* The same for an answer that may tell that a question waits: where the stored one did, `again` tells it and
 * goes on with once_again(). */
void once_claim_telling(
	struct db_unit *u, struct req *req, void (*again)(struct req *req, struct str detail));
void once_again(struct req *req, struct str detail);
/* First in a unit that only reads, before the one that claims: what was done already must not look
 * impossible. */
void once_replay(struct db_unit *u, struct req *req);
void once_replay_versioned(struct db_unit *u, struct req *req);
void once_finish(struct db_unit *u, struct req *req, int status, struct str body);

#endif

#ifndef TIEPDAN_COMMAND_CANONICAL_H
#define TIEPDAN_COMMAND_CANONICAL_H

#include "base/buf.h"
#include "base/uuid.h"

/* JSON as PostgreSQL writes jsonb: the text that event_hash() hashes and that commitments are to
 * (migrations/0005_events.sql, 0079_record_complete.sql). In C, because whoever could change rows could
 * change those functions, too. */

/* A text with its quotation marks; null when it is absent. */
void canonical_text(struct buf *out, struct str s);
void canonical_uuid(struct buf *out, const struct uuid *id); /* NULL: null */

struct canonical_member {
	struct str name, value; /* the value is canonical JSON */
};
/* An object: puts the members into the order of jsonb, shorter names first. */
void canonical_object(struct buf *out, struct canonical_member *members, size_t n);

#endif

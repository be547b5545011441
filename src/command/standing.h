#ifndef TIEPDAN_COMMAND_STANDING_H
#define TIEPDAN_COMMAND_STANDING_H

#include "base/buf.h"
#include "command/facts.h"

/* What is said of a ticket, by an event or by its row, as texts: what ->> gives. Absent: nothing is said. */

enum standing_field {
	STANDING_VERSION, /* how it stands, up to ... */
	STANDING_STATE,
	STANDING_HOLDER,
	STANDING_PERSON,
	STANDING_POLICY,
	STANDING_RETURNS,
	STANDING_KIND,
	STANDING_CATEGORY,
	STANDING_AREA,
	STANDING_LEVEL,
	STANDING_VISIBILITY,
	STANDING_SIGHT,
	STANDING_OUTCOME,
	STANDING_RESTRICTED, /* true, or nothing */
	STANDING_ANSWERED,   /* ... this one */
	STANDING_CODE,	     /* what never changes, from here ... */
	STANDING_NUMBER,
	STANDING_LANGUAGE,
	STANDING_CHANNEL,
	STANDING_ANONYMOUS,
	STANDING_FILED, /* ... to here */
	STANDING_CONTENT,
	STANDING_FIELDS
};

struct standing {
	struct str field[STANDING_FIELDS];
};

/* Takes the JSON object that `*rest` begins with; the members that are of interest lie in it. */
void standing_read(struct str *rest, struct standing *ret);
/* Of how it stands, and of what never changes of it. */
uint64_t standing_hash(const struct facts *facts, struct buf *scratch, const struct standing *s);
uint64_t standing_hash_began(const struct facts *facts, struct buf *scratch, const struct standing *s);

#endif

#ifndef TIEPDAN_APP_TICKET_FILED_H
#define TIEPDAN_APP_TICKET_FILED_H

#include <libpq-fe.h>

#include "app/ticket/filing_row.h"
#include "civil/decide.h"

/* What a filing is answered with. C decided most of it and tells it from here; the database adds what it
 * alone knows: which of the clocks began and are told, and what the department has promised. A filing that
 * came again is told by the database from what is stored (filed_body_of(), migrations/0066_reclassify.sql):
 * both say the same. */

struct filed_told {
	struct str code;
	struct str members; /* that do not depend on the database, each with a comma before it */
	struct str policy;  /* of its deadlines, a JSON object; absent: it has none */
	struct clock_row clocks[CLOCK_KINDS];
	unsigned nclocks;
};

/* What is known before it is stored, but for its code. Texts are copied: it may outlive the city that it was
 * decided in. */
struct filed_told *filed_tell(struct arena *arena, const struct filing_row *row, const struct city *city,
	const struct decision *d, const struct filing_facts *facts);
/* The answer, a JSON object, by its row of ticket/file.sql. */
struct str filed_body(struct arena *arena, const struct filed_told *told, const PGresult *result, int row);

#endif

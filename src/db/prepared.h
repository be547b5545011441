#ifndef TIEPDAN_DB_PREPARED_H
#define TIEPDAN_DB_PREPARED_H

#include "db/db.h"

/* The statements that one connection has prepared, known by their addresses. Private to db/. */
struct prepared {
	const struct db_statement **at; /* NULL: a free place */
	unsigned mask;			/* places - 1         */
};

/* Room for `most` statements; lives as long as the arena. */
void prepared_init(struct prepared *p, struct arena *arena, unsigned most);
void prepared_clear(struct prepared *p);
/* True when it is new. */
bool prepared_add(struct prepared *p, const struct db_statement *statement);
void prepared_remove(struct prepared *p, const struct db_statement *statement); /* one that was added */

#endif

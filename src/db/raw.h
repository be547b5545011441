#ifndef TIEPDAN_DB_RAW_H
#define TIEPDAN_DB_RAW_H

#include <libpq-fe.h>

#include "base/str.h"
#include "base/uuid.h"

/* Cells of a statement of "-- form: binary", by the number of the column (SQL_<NOUN>_<VERB>_<COLUMN>): for
 * lists that are read often. tests/sql/statements holds the columns of each statement against its header.
 * Texts live as long as the result. */

struct str raw_text(const PGresult *rows, int row, int column);	 /* absent for SQL NULL */
int64_t raw_int(const PGresult *rows, int row, int column);	 /* DB_NO_INT for NULL */
struct uuid raw_uuid(const PGresult *rows, int row, int column); /* nil for NULL */
/* Wall clock; DB_NO_INT for NULL and for infinity. */
int64_t raw_time_ms(const PGresult *rows, int row, int column);

/* A text[] without NULLs: its elements one after the other; that of NULL has none. */
struct raw_texts {
	struct str rest;
	uint32_t left;
};
struct raw_texts raw_texts(const PGresult *rows, int row, int column);
bool raw_next(struct raw_texts *texts, struct str *ret);

#endif

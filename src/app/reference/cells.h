#ifndef TIEPDAN_APP_REFERENCE_CELLS_H
#define TIEPDAN_APP_REFERENCE_CELLS_H

#include <libpq-fe.h>

#include "base/arena.h"

/* Cells of the rows that the load_*.sql and version_*.sql statements give, as members of the city. */
struct str cell_text(struct arena *arena, const PGresult *r, int row, const char *column); /* a copy */
int64_t cell_number(const PGresult *r, int row, const char *column);			   /* NULL: 0 */
/* A number that NULL leaves open: a day since 1970-01-01, a weekday. */
int32_t cell_or(const PGresult *r, int row, const char *column, int32_t otherwise);

#endif

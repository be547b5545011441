/* Cells of reference data. */
#include "app/reference/cells.h"

#include "db/answer.h"

struct str cell_text(struct arena *arena, const PGresult *r, int row, const char *column)
{
	struct str cell = db_cell(r, row, column);

	return cell.at ? arena_str(arena, cell) : STR_NONE;
}

int64_t cell_number(const PGresult *r, int row, const char *column)
{
	int64_t n = db_cell_int(r, row, column);

	return n == DB_NO_INT ? 0 : n;
}

int32_t cell_or(const PGresult *r, int row, const char *column, int32_t otherwise)
{
	int64_t n = db_cell_int(r, row, column);

	return n == DB_NO_INT ? otherwise : (int32_t)n;
}

/* Rows of the configuration -> CSV files. */
#include "app/configuration/sheet.h"

#include "base/csv.h"
#include "base/digest.h"
#include "db/answer.h"

bool sheet_next(struct arena *arena, const PGresult *cells, int *row, struct sheet *ret)
{
	struct buf b = {.arena = arena};
	bool first = true;

	if (*row >= PQntuples(cells))
		return false;
	ret->kind = db_cell(cells, *row, "kind");
	ret->etag = db_cell(cells, *row, "etag");
	for (; *row < PQntuples(cells) && str_eq(db_cell(cells, *row, "kind"), ret->kind); ++*row) {
		csv_cell(&b, db_cell(cells, *row, "value"), first);
		first = db_cell_flag(cells, *row, "is_last");
		if (first)
			csv_end(&b);
	}
	ret->text = buf_str(&b);
	return true;
}

unsigned sheets_all(struct arena *arena, const PGresult *cells, struct sheet ret[SHEETS_MAX])
{
	unsigned n = 0;

	for (int row = 0; n < SHEETS_MAX && sheet_next(arena, cells, &row, &ret[n]);)
		n++;
	return n;
}

static void manifest_line(struct buf *b, struct str text, struct str name)
{
	struct digest hash = digest_sha256(text);

	buf_printf(b, "%.*s  %.*s\n", STR_ARG(digest_hex(b->arena, digest_bytes(&hash))), STR_ARG(name));
}

struct str sheet_manifest(struct arena *arena, const struct sheet *sheets, unsigned n, struct str rules)
{
	struct buf b = {.arena = arena};

	buf_put(&b, STR("# The configuration of a city, as `tiepdan import --all` and `tiepdan seed --from` "
			"take it.\n"));
	for (unsigned i = 0; i < n; i++)
		manifest_line(&b, sheets[i].text, arena_printf(arena, "%.*s.csv", STR_ARG(sheets[i].kind)));
	if (rules.len > 0)
		manifest_line(&b, rules, STR(SHEET_RULES));
	return buf_str(&b);
}

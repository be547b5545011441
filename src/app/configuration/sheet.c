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
	ret->name = arena_printf(arena, "%.*s.csv", STR_ARG(ret->kind));
	ret->text = buf_str(&b);
	return true;
}

static const struct str rules_start = STR("assignment."), rules_end = STR(".rules");

/* assignment.HN-SXD.rules */
static struct str rules_name(struct arena *arena, struct str department)
{
	if (!department.at)
		return STR(SHEET_RULES);
	return arena_printf(
		arena, "%.*s%.*s%.*s", STR_ARG(rules_start), STR_ARG(department), STR_ARG(rules_end));
}

bool sheet_rules_department(struct str name, struct str *ret_department)
{
	*ret_department = STR_NONE;
	if (str_eq(name, STR(SHEET_RULES)))
		return true;
	if (!str_starts(name, rules_start) || !str_ends(name, rules_end) ||
		name.len <= rules_start.len + rules_end.len)
		return false;
	*ret_department = (struct str){name.at + rules_start.len, name.len - rules_start.len - rules_end.len};
	return true;
}

void sheets_all(struct arena *arena, const PGresult *cells, const PGresult *rules, struct sheets *ret)
{
	int row = 0, nrules = PQntuples(rules);
	struct rules_file *file = arena_alloc(arena, (size_t)(nrules + 1) * sizeof(*file));

	ret->n = 0;
	while (ret->n < SHEETS_MAX && sheet_next(arena, cells, &row, &ret->sheet[ret->n]))
		ret->n++;
	for (int i = 0; i < nrules; i++) {
		struct str department = db_cell(rules, i, "department");

		file[i] = (struct rules_file){
			department, rules_name(arena, department), db_cell(rules, i, "text")};
	}
	ret->rules = file;
	ret->nrules = (unsigned)nrules;
}

static void manifest_line(struct buf *b, struct str text, struct str name)
{
	struct digest hash = digest_sha256(text);

	buf_printf(b, "%.*s  %.*s\n", STR_ARG(digest_hex(b->arena, digest_bytes(&hash))), STR_ARG(name));
}

struct str sheets_manifest(struct arena *arena, const struct sheets *sheets)
{
	struct buf b = {.arena = arena};

	buf_put(&b, STR("# The configuration of a city, as `tiepdan import --all` and `tiepdan seed --from` "
			"take it.\n"));
	for (unsigned i = 0; i < sheets->n; i++)
		manifest_line(&b, sheets->sheet[i].text, sheets->sheet[i].name);
	for (unsigned i = 0; i < sheets->nrules; i++)
		manifest_line(&b, sheets->rules[i].text, sheets->rules[i].name);
	return buf_str(&b);
}

/* CSV -> rows of reference data. */
#include "base/rows.h"

#include <string.h>

#include "base/csv.h"

static struct str fault(struct rows_fault *ret_fault, unsigned line, struct str reason)
{
	*ret_fault = (struct rows_fault){line, reason};
	return STR_NONE;
}

static struct str plain(struct str cell)
{
	if (cell.len > 1 && cell.at[0] == '\'' && memchr("=+-@\t\r\n", cell.at[1], 7))
		return (struct str){cell.at + 1, cell.len - 1};
	return cell;
}

static void put_row(struct buf *b, unsigned line, const struct str *head, const struct str *cells, unsigned n)
{
	buf_printf(b, "%s{\"line\":%u", b->len > 1 ? "," : "", line);
	for (unsigned i = 0; i < n; i++) {
		if (cells[i].len == 0)
			continue;
		buf_byte(b, ',');
		buf_json(b, head[i]);
		buf_byte(b, ':');
		buf_json(b, plain(cells[i]));
	}
	buf_byte(b, '}');
}

/* What is wrong with the names of the columns; absent: nothing. "line" is ours. */
static struct str head_fault(struct arena *arena, const struct str *head, unsigned n)
{
	if (n <= 1)
		return STR("the first line must name the columns, separated by commas");
	for (unsigned i = 0; i < n; i++) {
		if (str_eq(head[i], STR("line")))
			return STR("line: unknown column");
		for (unsigned j = 0; j < i; j++)
			if (str_eq(head[i], head[j]))
				return arena_printf(arena, "%.*s: the column stands twice", STR_ARG(head[i]));
	}
	return STR_NONE;
}

struct str rows_from_csv(struct arena *arena, struct str text, struct rows_fault *ret_fault)
{
	struct csv csv = csv_open(text);
	struct str head[CSV_FIELDS_MAX], cells[CSV_FIELDS_MAX];
	unsigned columns = csv_read(&csv, arena, head), n;
	struct str wrong = csv.fault ? STR_NONE : head_fault(arena, head, columns);
	struct buf b = {.arena = arena};

	if (wrong.at)
		return fault(ret_fault, 1, wrong);
	buf_byte(&b, '[');
	while ((n = csv_read(&csv, arena, cells)) > 0) {
		if (n != columns)
			return fault(ret_fault, csv.line,
				arena_printf(arena, "%u fields, but the first line has %u", n, columns));
		put_row(&b, csv.line, head, cells, n);
	}
	if (csv.fault)
		return fault(ret_fault, csv.line, str_of(csv.fault));
	buf_byte(&b, ']');
	return buf_str(&b);
}

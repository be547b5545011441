/* CSV -> rows of reference data. */
#include "base/rows.h"

#include <string.h>

#include "base/csv.h"

static struct str fault(struct rows_fault *ret_fault, unsigned line, struct str vi, struct str en)
{
	*ret_fault = (struct rows_fault){line, {vi, en}};
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

static bool stands_before(const struct str *head, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (str_eq(head[i], head[n]))
			return true;
	return false;
}

/* Whether the names of the columns are good; else what is wrong with them. "line" is ours. */
static bool check_head(struct arena *arena, const struct str *head, unsigned n, struct rows_fault *ret_fault)
{
	*ret_fault = (struct rows_fault){0};
	if (n <= 1)
		fault(ret_fault, 1, STR("dòng đầu phải là tên các cột, cách nhau bằng dấu phẩy"),
			STR("the first line must name the columns, separated by commas"));
	for (unsigned i = 0; i < n && !ret_fault->line; i++) {
		if (str_eq(head[i], STR("line")))
			fault(ret_fault, 1, STR("line: cột không tồn tại"), STR("line: unknown column"));
		else if (stands_before(head, i))
			fault(ret_fault, 1, arena_printf(arena, "%.*s: cột bị lặp lại", STR_ARG(head[i])),
				arena_printf(arena, "%.*s: the column stands twice", STR_ARG(head[i])));
	}
	return !ret_fault->line;
}

struct str rows_from_csv(struct arena *arena, struct str text, struct rows_fault *ret_fault)
{
	struct csv csv = csv_open(text);
	struct str head[CSV_FIELDS_MAX], cells[CSV_FIELDS_MAX];
	unsigned columns = csv_read(&csv, arena, head), n;
	struct buf b = {.arena = arena};

	if (!csv.fault && !check_head(arena, head, columns, ret_fault))
		return STR_NONE;
	buf_byte(&b, '[');
	while ((n = csv_read(&csv, arena, cells)) > 0) {
		if (n != columns)
			return fault(ret_fault, csv.line,
				arena_printf(arena, "%u ô, nhưng dòng đầu có %u", n, columns),
				arena_printf(arena, "%u fields, but the first line has %u", n, columns));
		put_row(&b, csv.line, head, cells, n);
	}
	if (csv.fault)
		return fault(ret_fault, csv.line, str_of(csv.fault_vi), str_of(csv.fault));
	buf_byte(&b, ']');
	return buf_str(&b);
}

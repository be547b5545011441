/* Comma-separated values (RFC 4180): the strict reader and the writer that spreadsheets cannot be tricked
 * with. */
#include "base/csv.h"

#include <string.h>

static const struct str bom = STR("\xEF\xBB\xBF");

static void fail(struct csv *csv, const char *fault_vi, const char *fault)
{
	csv->fault = fault;
	csv->fault_vi = fault_vi;
}

static void advance(struct csv *csv, size_t n)
{
	csv->rest.at += n;
	csv->rest.len -= n;
}

/* The line of the first byte that is not UTF-8. */
static unsigned broken_line(struct str text)
{
	unsigned line = 1;
	size_t size;

	while ((size = str_utf8_sequence(text)) != 0) {
		line += text.at[0] == '\n';
		text = (struct str){text.at + size, text.len - size};
	}
	return line;
}

struct csv csv_open(struct str text)
{
	struct csv csv = {.rest = text, .next_line = 1};

	if (str_starts(csv.rest, bom))
		advance(&csv, bom.len);
	if (!str_is_utf8(csv.rest)) {
		fail(&csv, "nội dung không phải là UTF-8", "the text is not UTF-8");
		csv.line = broken_line(csv.rest);
	}
	return csv;
}

/* The bytes of a line ending that `s` begins with. */
static size_t line_end(struct str s)
{
	if (str_starts(s, STR("\n")))
		return 1;
	return str_starts(s, STR("\r\n")) ? 2 : 0;
}

/* Moves behind the field and gives it as it stands in the text, with its quotation marks. */
static bool take_quoted(struct csv *csv, struct str *ret_raw)
{
	size_t i = 1;

	for (; i < csv->rest.len; i++) {
		if (csv->rest.at[i] == '\n')
			csv->next_line++;
		if (csv->rest.at[i] != '"')
			continue;
		if (i + 1 == csv->rest.len || csv->rest.at[i + 1] != '"')
			break;
		i++;
	}
	if (i >= csv->rest.len) {
		fail(csv, "dấu ngoặc kép không được đóng", "a quotation mark is not closed");
		return false;
	}
	*ret_raw = (struct str){csv->rest.at, i + 1};
	advance(csv, i + 1);
	if (csv->rest.len && csv->rest.at[0] != ',' && !line_end(csv->rest)) {
		fail(csv, "có nội dung sau dấu ngoặc kép đóng",
			"something stands behind a closing quotation mark");
		return false;
	}
	return true;
}

static bool take_plain(struct csv *csv, struct str *ret_raw)
{
	size_t i = 0;

	while (i < csv->rest.len && !strchr(",\r\n\"", csv->rest.at[i]))
		i++;
	*ret_raw = (struct str){csv->rest.at, i};
	advance(csv, i);
	if (csv->rest.len && csv->rest.at[0] == '"')
		fail(csv, "có dấu ngoặc kép trong một ô không đặt trong ngoặc kép",
			"a quotation mark inside a field that is not quoted");
	else if (csv->rest.len && csv->rest.at[0] == '\r' && !line_end(csv->rest))
		fail(csv, "có ký tự CR mà không có LF", "a carriage return without a line feed");
	return !csv->fault;
}

/* The fields of one record as they stand in the text; 0 at a fault. */
static unsigned take_record(struct csv *csv, struct str raw[CSV_FIELDS_MAX])
{
	unsigned n = 0;

	for (;;) {
		bool quoted = csv->rest.len && csv->rest.at[0] == '"';
		size_t end;

		if (n == CSV_FIELDS_MAX) {
			fail(csv, "quá nhiều ô", "too many fields");
			return 0;
		}
		if (!(quoted ? take_quoted(csv, &raw[n]) : take_plain(csv, &raw[n])))
			return 0;
		n++;
		end = line_end(csv->rest);
		if (end || csv->rest.len == 0) {
			advance(csv, end);
			csv->next_line += end != 0;
			return n;
		}
		advance(csv, 1);
	}
}

/* Writes the field's value at `to` and returns the end of it. */
static char *unquote(struct str raw, char *to)
{
	if (!str_starts(raw, STR("\""))) {
		if (raw.len)
			memcpy(to, raw.at, raw.len);
		return to + raw.len;
	}
	for (size_t i = 1; i + 1 < raw.len; i++) {
		*to++ = raw.at[i];
		if (raw.at[i] == '"')
			i++;
	}
	return to;
}

unsigned csv_read(struct csv *csv, struct arena *arena, struct str ret_fields[CSV_FIELDS_MAX])
{
	const char *start;
	size_t blank;
	unsigned n;
	char *to;

	while (!csv->fault && (blank = line_end(csv->rest)) != 0) {
		advance(csv, blank);
		csv->next_line++;
	}
	if (csv->fault || csv->rest.len == 0)
		return 0;
	csv->line = csv->next_line;
	start = csv->rest.at;
	n = take_record(csv, ret_fields);
	if (n == 0)
		return 0;
	to = arena_try(arena, (size_t)(csv->rest.at - start) + 1);
	if (!to) {
		fail(csv, "hết bộ nhớ", "out of memory");
		return 0;
	}
	for (unsigned i = 0; i < n; i++) {
		char *end = unquote(ret_fields[i], to);

		ret_fields[i] = (struct str){to, (size_t)(end - to)};
		to = end;
	}
	return n;
}

static size_t digits(struct str s)
{
	size_t n = 0;

	while (n < s.len && s.at[n] >= '0' && s.at[n] <= '9')
		n++;
	return n;
}

/* A sign, digits, and a decimal part behind a dot or a comma. */
static bool plain_number(struct str s)
{
	size_t whole, part;

	if (s.len && (s.at[0] == '+' || s.at[0] == '-'))
		s = (struct str){s.at + 1, s.len - 1};
	whole = digits(s);
	if (whole == 0 || whole == s.len)
		return whole != 0;
	if (s.at[whole] != '.' && s.at[whole] != ',')
		return false;
	s = (struct str){s.at + whole + 1, s.len - whole - 1};
	part = digits(s);
	return part != 0 && part == s.len;
}

/* A byte order mark in front would be lost if the cell stood first in the file. */
static bool needs_quotes(struct str cell)
{
	for (size_t i = 0; i < cell.len; i++)
		if (memchr("\",\r\n", cell.at[i], 4))
			return true;
	return str_starts(cell, bom);
}

void csv_cell(struct buf *out, struct str cell, bool first)
{
	bool guard = cell.len && memchr("=+-@\t\r\n", cell.at[0], 7) && !plain_number(cell);

	if (!first)
		buf_byte(out, ',');
	if (!guard && !needs_quotes(cell)) {
		buf_put(out, cell);
		return;
	}
	buf_byte(out, '"');
	if (guard)
		buf_byte(out, '\'');
	while (cell.len) {
		const char *mark = memchr(cell.at, '"', cell.len);
		size_t len = mark ? (size_t)(mark - cell.at) + 1 : cell.len;

		buf_put(out, (struct str){cell.at, len});
		if (mark)
			buf_byte(out, '"');
		cell = (struct str){cell.at + len, cell.len - len};
	}
	buf_byte(out, '"');
}

void csv_end(struct buf *out)
{
	buf_put(out, STR("\r\n"));
}

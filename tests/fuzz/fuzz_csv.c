/* Any bytes as CSV: the reader ends, its faults are final, and what it read is read again after being
 * written. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/csv.h"
#include "base/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_record(struct buf *out, const struct str *fields, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		csv_cell(out, fields[i], i == 0);
	csv_end(out);
}

/* What the writer may change: an apostrophe in front of what a spreadsheet would run. */
static bool same_but_guarded(struct str written, struct str read)
{
	if (str_eq(written, read))
		return true;
	return str_starts(read, STR("'")) && str_eq(written, (struct str){read.at + 1, read.len - 1});
}

static void compare_record(struct csv *again, struct arena *arena, const struct str *fields, unsigned n)
{
	struct str read[CSV_FIELDS_MAX];

	/* A record of one empty field is a blank line, and those are skipped. */
	if (n == 1 && fields[0].len == 0)
		return;
	must(csv_read(again, arena, read) == n);
	for (unsigned i = 0; i < n; i++)
		must(same_but_guarded(fields[i], read[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str text = {(const char *)data, size}, fields[CSV_FIELDS_MAX];
	struct buf out = {.arena = arena};
	struct csv csv = csv_open(text), first = csv, again;
	unsigned n, line = 0;

	while ((n = csv_read(&csv, arena, fields)) != 0) {
		must(csv.line > line && csv.line < csv.next_line + 1);
		line = csv.line;
		write_record(&out, fields, n);
	}
	must(csv.fault ? csv_read(&csv, arena, fields) == 0 : csv.rest.len == 0);
	again = csv_open(buf_str(&out));
	must(!again.fault);
	while ((n = csv_read(&first, arena, fields)) != 0)
		compare_record(&again, arena, fields, n);
	must(csv_read(&again, arena, fields) == 0 && !again.fault);
	arena_free(arena);
	return 0;
}

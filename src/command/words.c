/* The variables of templates that are imported. */
#include "command/words.h"

#include <stdio.h>

#include "base/csv.h"
#include "jobs/letter.h"

enum {
	EXCERPT_MAX = 40
};

static bool has_words(struct str column)
{
	return str_eq(column, STR("subject")) || str_eq(column, STR("text")) || str_eq(column, STR("html"));
}

/* What stands at the fault: to the end of the variable or of the line, whole characters. */
static struct str excerpt(struct str text, size_t at)
{
	struct str rest = {text.at + at, text.len - at}, s = {rest.at, 0};
	size_t next;

	while (s.len < rest.len && s.len < EXCERPT_MAX && rest.at[s.len] != '\n' && rest.at[s.len] != '\r') {
		next = str_utf8_sequence((struct str){rest.at + s.len, rest.len - s.len});
		s.len += next ? next : 1;
		if (s.len > 1 && rest.at[s.len - 1] == '}' && rest.at[s.len - 2] == '}')
			break;
	}
	return s;
}

static bool check_cell(const char *name, unsigned line, struct str column, struct str cell)
{
	static const char *const reasons[] = {
		[TEMPLATE_NOT_CLOSED] = "is not {{ and a name and }}",
		[TEMPLATE_UNKNOWN] = "is none of the variables",
		[TEMPLATE_STRAY] = "closes nothing",
	};
	struct template_value variables[LETTER_VARIABLES];
	size_t at = 0;

	letter_variables(variables);
	enum template_fault fault = template_check(cell, variables, LETTER_VARIABLES, &at);
	if (fault)
		fprintf(stderr, "%s:%u: %.*s: \"%.*s\" %s\n", name, line, STR_ARG(column),
			STR_ARG(excerpt(cell, at)), reasons[fault]);
	return !fault;
}

bool words_check(struct arena *arena, const char *name, struct str text)
{
	struct csv csv = csv_open(text);
	struct str head[CSV_FIELDS_MAX], cells[CSV_FIELDS_MAX];
	unsigned columns = csv_read(&csv, arena, head), n;
	bool good = true;

	while ((n = csv_read(&csv, arena, cells)) > 0)
		for (unsigned i = 0; i < n && i < columns; i++)
			if (has_words(head[i]))
				good = check_cell(name, csv.line, head[i], cells[i]) && good;
	return good;
}

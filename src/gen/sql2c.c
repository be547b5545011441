/* sql2c SRCDIR OUTDIR FILE.sql...: binds named SQL statements (gen/statement.h) to C. Writes
 * OUTDIR/sql/<folder>.h, an argument struct and a prototype for each file, and OUTDIR/statements.c, the table
 * that db/ prepares at connect. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/statement.h"

enum {
	PATH_SIZE = 4096,
};

static int compare_statements(const void *a, const void *b)
{
	const struct statement *x = a, *y = b;
	int order = strcmp(x->folder, y->folder);

	return order ? order : strcmp(x->name, y->name);
}

/* The numbers of the columns, by which cells in binary form are read. */
static void write_columns(FILE *out, const struct statement *s)
{
	fprintf(out, "enum {");
	for (unsigned i = 0; i < s->ncolumns; i++) {
		fprintf(out, "\n\tSQL_");
		for (const char *p = s->name; *p; p++)
			fputc(toupper((unsigned char)*p), out);
		fputc('_', out);
		for (size_t k = 0; k < s->columns[i].len; k++)
			fputc(toupper((unsigned char)s->columns[i].at[k]), out);
		fputc(',', out);
	}
	fprintf(out, "\n};\n");
}

static void write_binding(FILE *out, const struct statement *s)
{
	const char *name = s->name;

	fprintf(out, "\n/* %s: ", s->below);
	for (size_t i = 0; i < s->about.len; i++) { /* nothing in it may end or open a comment */
		fputc(s->about.at[i], out);
		if (s->about.at[i] == '*' || s->about.at[i] == '/')
			fputc(' ', out);
	}
	fprintf(out, " */\nstruct sql_%s {\n", name);
	for (unsigned i = 0; i < s->nparams; i++)
		fprintf(out, "\t%s%s;\n", s->params[i].type->c, s->params[i].name);
	if (!s->nparams)
		fprintf(out, "\tchar unused;\n");
	fprintf(out, "};\nvoid sql_%s_(struct db_unit *u, const struct sql_%s *in);\n", name, name);
	fprintf(out, "#define sql_%s(u, ...) sql_%s_((u), &(struct sql_%s){__VA_ARGS__})\n", name, name,
		name);
	if (s->binary)
		write_columns(out, s);
}

/* Text in the making, written to a file at the end. */
struct target {
	char *text;
	size_t len;
	FILE *out;
};

static void target_open(struct target *t)
{
	t->out = open_memstream(&t->text, &t->len);
	if (!t->out)
		statement_fail("sql2c", 0, "%s", strerror(errno));
}

/* Writes the file unless it says the same already: an unchanged header keeps its age. */
static void target_save(struct target *t, const char *path)
{
	struct stat old;

	fclose(t->out);
	char *before = stat(path, &old) == 0 ? statement_read_file(path) : NULL;
	if (!before || strcmp(before, t->text) != 0) {
		FILE *file = fopen(path, "wb");
		if (!file || fwrite(t->text, 1, t->len, file) != t->len || fclose(file) != 0)
			statement_fail(path, 0, "%s", strerror(errno));
	}
	free(before);
	free(t->text);
}

static void write_header(const char *outdir, const struct statement *first, size_t n)
{
	struct target t;
	char path[PATH_SIZE];

	target_open(&t);
	fprintf(t.out, "/* Made by sql2c from the .sql files of %s: do not edit. */\n", first->folder);
	fprintf(t.out, "#ifndef GEN_SQL_%s_H\n#define GEN_SQL_%s_H\n\n#include \"db/unit.h\"\n",
		first->folder, first->folder);
	for (size_t i = 0; i < n; i++)
		write_binding(t.out, &first[i]);
	fprintf(t.out, "\n#endif\n");
	snprintf(path, sizeof(path), "%s/sql/%s.h", outdir, first->folder);
	target_save(&t, path);
}

/* SQL text as C string literals, one a line. */
static void write_text(FILE *out, const char *sql)
{
	fputs("\n\t\t\"", out);
	for (; *sql; sql++) {
		if (*sql == '"' || *sql == '\\')
			fputc('\\', out);
		if (*sql == '\n')
			fputs("\\n\"\n\t\t\"", out);
		else if (*sql == '\t')
			fputs("\\t", out);
		else if (*sql != '\r')
			fputc(*sql, out);
	}
	fputc('"', out);
}

static void write_function(FILE *out, const struct statement *s, size_t index)
{
	fprintf(out, "\nvoid sql_%s_(struct db_unit *u, const struct sql_%s *in)\n{\n", s->name, s->name);
	if (!s->nparams) {
		fprintf(out, "\t(void)in;\n\tdb_unit_add(u, &db_statements[%zu], NULL);\n}\n", index);
		return;
	}
	fprintf(out, "\tconst struct db_value values[] = {\n");
	for (unsigned i = 0; i < s->nparams; i++)
		fprintf(out, "\t\tdb_value_%s(u, in->%s),\n", s->params[i].type->encoder, s->params[i].name);
	fprintf(out, "\t};\n\n\tdb_unit_add(u, &db_statements[%zu], values);\n}\n", index);
}

static void write_row(FILE *out, const struct statement *s)
{
	fprintf(out, "\t{\"%s\",", s->name);
	write_text(out, s->sql);
	fprintf(out, ",\n\t\t%u, %s%s, %s, %s, %s, %s},\n", s->nparams, s->nparams ? "types_" : "NULL",
		s->nparams ? s->name : "", s->definer ? "true" : "false", s->pool,
		s->owner ? "true" : "false", s->binary || (s->has_bytes && !s->has_texts) ? "true" : "false");
}

static void write_table(FILE *out, const struct statement *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!all[i].nparams)
			continue;
		fprintf(out, "static const Oid types_%s[] = {", all[i].name);
		for (unsigned k = 0; k < all[i].nparams; k++)
			fprintf(out, "%s%s", k ? ", " : "", all[i].params[k].type->oid);
		fprintf(out, "};\n");
	}
	fprintf(out, "\nconst struct db_statement db_statements[] = {\n");
	for (size_t i = 0; i < n; i++)
		write_row(out, &all[i]);
	fprintf(out,
		"\t{NULL, NULL, 0, NULL, false, DB_FAST, false},\n};\nconst unsigned db_nstatements = %zu;\n",
		n);
}

static void write_source(const char *outdir, const struct statement *all, size_t n)
{
	struct target t;
	char path[PATH_SIZE];

	target_open(&t);
	fprintf(t.out, "/* Made by sql2c: do not edit. */\n#include \"db/unit.h\"\n");
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(all[i - 1].folder, all[i].folder) != 0)
			fprintf(t.out, "#include \"gen/sql/%s.h\"\n", all[i].folder);
	fputc('\n', t.out);
	write_table(t.out, all, n);
	for (size_t i = 0; i < n; i++)
		write_function(t.out, &all[i], i);
	snprintf(path, sizeof(path), "%s/statements.c", outdir);
	target_save(&t, path);
}

static void write_all(const char *outdir, const struct statement *all, size_t n)
{
	char folder[PATH_SIZE];
	size_t end;

	snprintf(folder, sizeof(folder), "%s/sql", outdir);
	if (mkdir(folder, 0777) != 0 && errno != EEXIST)
		statement_fail(folder, 0, "%s", strerror(errno));
	for (size_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n && strcmp(all[i].folder, all[end].folder) == 0; end++)
			if (strcmp(all[end - 1].name, all[end].name) == 0)
				statement_fail(all[end].path, 0, "the same name as %s", all[end - 1].path);
		write_header(outdir, &all[i], end - i);
	}
	write_source(outdir, all, n);
}

int main(int argc, char **argv)
{
	if (argc < 3 || strlen(argv[2]) > PATH_SIZE - 2 * NAME_SIZE) {
		fprintf(stderr, "usage: sql2c SRCDIR OUTDIR FILE.sql...\n");
		return 2;
	}
	size_t n = (size_t)argc - 3;
	struct statement *all = calloc(n + 1, sizeof(*all));
	if (!all)
		statement_fail(argv[2], 0, "%s", strerror(errno));
	for (size_t i = 0; i < n; i++)
		statement_read(&all[i], argv[1], argv[3 + i]);
	qsort(all, n, sizeof(*all), compare_statements);
	write_all(argv[2], all, n);
	for (size_t i = 0; i < n; i++)
		statement_free(&all[i]);
	free(all);
	return 0;
}

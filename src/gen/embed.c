/* embed OUT.c GROUP FILE... -- GROUP FILE... : writes files as constants for base/embedded.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINE_WIDTH = 100
};

struct file {
	const char *path;
	const char *name;
};

static _Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "embed: %s: %s\n", what, why);
	exit(EXIT_FAILURE);
}

/* Seeds of several cities share file names, so there the folder counts. */
static const char *name_of(const char *path)
{
	static const char seed[] = "/seed/";
	const char *name = NULL;

	for (const char *at = path; (at = strstr(at, seed)); at++)
		name = at + sizeof(seed) - 1;
	if (name)
		return name;
	name = strrchr(path, '/');
	return name ? name + 1 : path;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

/* One byte inside a string literal. Octal takes at most three digits, so a digit may follow it; "?" is
 * escaped because of trigraphs. Returns the characters written. */
static int put_byte(FILE *out, int c)
{
	if (c == '\n')
		return fprintf(out, "\\n");
	if (c == '"' || c == '\\' || c == '?')
		return fprintf(out, "\\%c", c);
	if (c >= ' ' && c < 127)
		return fprintf(out, "%c", c);
	return fprintf(out, "\\%03o", (unsigned)c);
}

static void put_text(FILE *out, const char *text)
{
	for (; *text; text++)
		put_byte(out, (unsigned char)*text);
}

static void put_data(FILE *out, const char *path, unsigned group, unsigned index)
{
	FILE *in = fopen(path, "rb");
	int width = 0;
	int c;

	if (!in)
		die(path, strerror(errno));
	fprintf(out, "static const char data_%u_%u[] =\n\t\"", group, index);
	while ((c = getc(in)) != EOF) {
		width += put_byte(out, c);
		if (c == '\n' || width >= LINE_WIDTH) {
			fputs("\"\n\t\"", out);
			width = 0;
		}
	}
	if (ferror(in))
		die(path, strerror(errno));
	fputs("\";\n", out);
	fclose(in);
}

static void put_group(FILE *out, unsigned group, char **paths, unsigned n)
{
	struct file *files = calloc(n + 1, sizeof(*files));

	if (!files)
		die("memory", strerror(ENOMEM));
	for (unsigned i = 0; i < n; i++)
		files[i] = (struct file){.path = paths[i], .name = name_of(paths[i])};
	qsort(files, n, sizeof(*files), by_name);
	for (unsigned i = 0; i < n; i++) {
		if (i && strcmp(files[i - 1].name, files[i].name) == 0)
			die(files[i].path, "two files of a group have the same name");
		put_data(out, files[i].path, group, i);
	}
	/* One entry more than there are files: ISO C has no empty array. */
	fprintf(out, "static const struct embedded_file files_%u[] = {\n", group);
	for (unsigned i = 0; i < n; i++) {
		fputs("\t{\"", out);
		put_text(out, files[i].name);
		fprintf(out, "\", {data_%u_%u, sizeof(data_%u_%u) - 1}},\n", group, i, group, i);
	}
	fputs("\t{0, {0, 0}},\n};\n", out);
	free(files);
}

static void put_lookup(FILE *out, char **names, const unsigned *counts, unsigned groups)
{
	fputs("const struct embedded_group *embedded_group(const char *name)\n{\n"
	      "\tstatic const struct {\n\t\tconst char *name;\n\t\tstruct embedded_group group;\n\t} "
	      "groups[] = {\n",
		out);
	for (unsigned i = 0; i < groups; i++) {
		fputs("\t\t{\"", out);
		put_text(out, names[i]);
		fprintf(out, "\", {files_%u, %u}},\n", i, counts[i]);
	}
	fputs("\t\t{0, {0, 0}},\n\t};\n\n"
	      "\tfor (unsigned i = 0; groups[i].name; i++)\n"
	      "\t\tif (strcmp(groups[i].name, name) == 0)\n\t\t\treturn &groups[i].group;\n"
	      "\treturn 0;\n}\n",
		out);
}

/* Splits the arguments at "--" and writes group after group; returns how many. */
static unsigned put_groups(FILE *out, char **args, char **names, unsigned *counts)
{
	unsigned groups = 0;

	while (*args) {
		unsigned n = 0;

		names[groups] = *args++;
		while (args[n] && strcmp(args[n], "--") != 0)
			n++;
		put_group(out, groups, args, n);
		counts[groups++] = n;
		args += n;
		if (*args)
			args++;
	}
	return groups;
}

int main(int argc, char **argv)
{
	char **names = calloc((size_t)argc + 1, sizeof(*names));
	unsigned *counts = calloc((size_t)argc + 1, sizeof(*counts));
	FILE *out;
	unsigned groups;

	if (argc < 3 || !names || !counts)
		die("usage", "embed OUT.c GROUP FILE... -- GROUP FILE...");
	out = fopen(argv[1], "wb");
	if (!out)
		die(argv[1], strerror(errno));
	fputs("/* Written by gen/embed.c. */\n#include <string.h>\n\n#include \"base/embedded.h\"\n\n", out);
	groups = put_groups(out, argv + 2, names, counts);
	put_lookup(out, names, counts, groups);
	if (fclose(out) != 0)
		die(argv[1], strerror(errno));
	free(names);
	free(counts);
	return 0;
}

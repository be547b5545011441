/* Reads statement files: the header, and the text with numbers for names. */
#include "gen/statement.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct type types[] = {
	{"uuid",          "struct uuid ",      "uuid",        "DB_UUID_OID"},
	{"text",          "struct str ",       "text",        "DB_TEXT_OID"},
	{"int",           "int64_t ",          "int",         "DB_INT8_OID"},
	{"float",         "double ",           "float",       "DB_FLOAT8_OID"},
	{"bool",          "bool ",             "bool",        "DB_BOOL_OID"},
	{"timestamptz",   "int64_t ",          "time",        "DB_TIMESTAMPTZ_OID"},
	{"date",          "struct str ",       "literal",     "DB_DATE_OID"},
	{"jsonb",         "struct str ",       "literal",     "DB_JSONB_OID"},
	{"bytea",         "struct str ",       "bytes",       "DB_BYTEA_OID"},
	{"uuid[]",        "struct db_uuids ",  "uuids",       "DB_UUID_ARRAY_OID"},
	{"text[]",        "struct db_texts ",  "texts",       "DB_TEXT_ARRAY_OID"},
	{"int[]",         "struct db_ints ",   "ints",        "DB_INT8_ARRAY_OID"},
	{"float[]",       "struct db_floats ", "floats",      "DB_FLOAT8_ARRAY_OID"},
	{"bool[]",        "struct db_bools ",  "bools",       "DB_BOOL_ARRAY_OID"},
	{"timestamptz[]", "struct db_times ",  "times",       "DB_TIMESTAMPTZ_ARRAY_OID"},
	{"bytea[]",       "struct db_texts ",  "bytes_array", "DB_BYTEA_ARRAY_OID"},
};
/* clang-format on */
enum {
	NTYPES = sizeof(types) / sizeof(types[0])
};

_Noreturn void statement_fail(const char *path, unsigned line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "%s:%u: error: ", path, line);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

/* Where the reader is. */
struct cursor {
	struct statement *s;
	const char *at;
	unsigned line; /* the line last begun */
};

static bool span_is(struct span s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}

static bool span_starts(struct span s, const char *prefix)
{
	return s.len >= strlen(prefix) && memcmp(s.at, prefix, strlen(prefix)) == 0;
}

static struct span span_trim(struct span s)
{
	while (s.len && isspace((unsigned char)s.at[0]))
		s.at++, s.len--;
	while (s.len && isspace((unsigned char)s.at[s.len - 1]))
		s.len--;
	return s;
}

static struct span span_skip(struct span s, size_t n)
{
	return span_trim((struct span){s.at + n, s.len - n});
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Leading part of `s` that is a lower-case name. */
static struct span name_at(const char *s)
{
	size_t n = 0;

	while (islower((unsigned char)s[n]) || s[n] == '_' || (n && isdigit((unsigned char)s[n])))
		n++;
	return (struct span){s, n};
}

static const struct type *find_type(struct span name)
{
	for (unsigned i = 0; i < NTYPES; i++)
		if (span_is(name, types[i].name))
			return &types[i];
	return NULL;
}

static struct param *find_param(struct statement *s, struct span name)
{
	for (unsigned i = 0; i < s->nparams; i++)
		if (span_is(name, s->params[i].name))
			return &s->params[i];
	return NULL;
}

static void copy_name(const struct statement *s, char ret[NAME_SIZE], struct span name)
{
	if (!name.len || name.len >= NAME_SIZE)
		statement_fail(s->path, 0, "a name must have 1 to %d letters", NAME_SIZE - 1);
	memcpy(ret, name.at, name.len);
	ret[name.len] = '\0';
}

static void add_column(struct cursor *c, struct span name, struct span type)
{
	struct statement *s = c->s;

	if (s->ncolumns == COLUMNS_MAX)
		statement_fail(s->path, c->line, "more than %d columns", COLUMNS_MAX);
	s->columns[s->ncolumns++] = name;
	if (span_is(type, "bytea"))
		s->has_bytes = true;
	else
		s->has_texts = true;
}

static void add_param(struct cursor *c, struct span name, struct span type)
{
	struct statement *s = c->s;

	if (find_param(s, name))
		statement_fail(s->path, c->line, "parameter %.*s stands twice", (int)name.len, name.at);
	if (s->nparams == PARAMS_MAX)
		statement_fail(s->path, c->line, "more than %d parameters", PARAMS_MAX);
	if (!find_type(type))
		statement_fail(s->path, c->line, "parameter %.*s: unknown type \"%.*s\"", (int)name.len,
			name.at, (int)type.len, type.at);
	struct param *param = &s->params[s->nparams++];
	*param = (struct param){.type = find_type(type), .line = c->line};
	copy_name(s, param->name, name);
}

/* One line of a list "name type, name type". Returns whether the list goes on in the next line. */
static bool read_list(struct cursor *c, struct span list, bool in)
{
	if (span_is(list, "none"))
		return false;
	while (list.len) {
		const char *comma = memchr(list.at, ',', list.len);
		struct span pair = {list.at, comma ? (size_t)(comma - list.at) : list.len};
		pair = span_trim(pair);
		struct span name = name_at(pair.at);
		struct span type = span_skip(pair, name.len < pair.len ? name.len : pair.len);

		if (!name.len || name.len >= pair.len || !isspace((unsigned char)pair.at[name.len]))
			statement_fail(c->s->path, c->line, "expected \"name type\", found \"%.*s\"",
				(int)pair.len, pair.at);
		(in ? add_param : add_column)(c, name, type);
		if (!comma)
			return false;
		list = span_skip(list, (size_t)(comma - list.at) + 1);
	}
	return true;
}

/* The next line if it is a comment, without its dashes. */
static bool next_comment(struct cursor *c, struct span *ret)
{
	if (strncmp(c->at, "--", 2) != 0)
		return false;
	size_t n = strcspn(c->at, "\n");
	*ret = span_trim((struct span){c->at + 2, n - 2});
	c->at += n + (c->at[n] == '\n');
	c->line++;
	return true;
}

/* A directive with a list; its further lines are taken as well. */
static void read_lists(struct cursor *c, struct span line, bool in)
{
	struct statement *s = c->s;
	bool *seen = in ? &s->has_in : &s->has_out;

	if (*seen)
		statement_fail(s->path, c->line, "a second \"%s:\" line", in ? "in" : "out");
	*seen = true;
	line = span_skip(line, in ? 3 : 4);
	if (!line.len)
		statement_fail(s->path, c->line, "an empty list: write \"none\"");
	while (read_list(c, line, in))
		if (!next_comment(c, &line))
			statement_fail(s->path, c->line, "the list ends with a comma");
}

_Noreturn static void fail_directive(const struct cursor *c, struct span line)
{
	statement_fail(c->s->path, c->line, "unknown directive \"%.*s\"", (int)line.len, line.at);
}

static void read_pool(struct cursor *c, struct span line)
{
	static const char *const pools[][2] = {
		{"search", "DB_SEARCH"}, {"slow", "DB_SLOW"}, {"door", "DB_DOOR"}, {"record", "DB_RECORD"}};
	size_t i = 0;

	while (i < sizeof(pools) / sizeof(pools[0]) && !span_is(span_skip(line, 5), pools[i][0]))
		i++;
	if (i == sizeof(pools) / sizeof(pools[0]))
		fail_directive(c, line);
	c->s->pool = pools[i][1];
}

static void read_header(struct cursor *c)
{
	struct statement *s = c->s;
	struct span line;

	while (next_comment(c, &line)) {
		if (span_starts(line, "in:"))
			read_lists(c, line, true);
		else if (span_starts(line, "out:"))
			read_lists(c, line, false);
		else if (span_starts(line, "as:") && span_is(span_skip(line, 3), "definer"))
			s->definer = true;
		else if (span_starts(line, "as:") && span_is(span_skip(line, 3), "owner"))
			s->owner = true;
		else if (span_starts(line, "pool:"))
			read_pool(c, line);
		else if (span_starts(line, "form:") && span_is(span_skip(line, 5), "binary"))
			s->binary = true;
		else if (span_starts(line, "as:") || span_starts(line, "form:"))
			fail_directive(c, line);
		else if (!s->about.len)
			s->about = line;
	}
	if (!s->about.len)
		statement_fail(s->path, 1, "the first comment line must say what the statement does");
	if (strcmp(s->pool, "DB_DOOR") == 0 && !s->definer)
		statement_fail(
			s->path, 1, "who comes in is nobody yet: \"-- pool: door\" needs \"-- as: definer\"");
	if (!s->has_in || !s->has_out)
		statement_fail(s->path, 1, "the header lacks its \"-- %s:\" line", s->has_in ? "out" : "in");
}

/* The end of a string or quoted identifier that begins at `p`, doubled quotes inside; NULL if it has none. */
static const char *quoted_end(const char *p, bool escapes)
{
	char quote = *p;

	for (p++; *p; p++) {
		if ((escapes && *p == '\\' && p[1]) || (*p == quote && p[1] == quote))
			p++;
		else if (*p == quote)
			return p + 1;
	}
	return NULL;
}

/* The same for $tag$ ... $tag$; a '$' that opens none ends after itself. */
static const char *dollar_end(const char *p)
{
	size_t n = 1;

	while (is_word(p[n]))
		n++;
	if (p[n] != '$' || isdigit((unsigned char)p[1]))
		return p + 1;
	for (const char *q = p + n + 1; (q = strchr(q, '$')) != NULL; q++)
		if (strncmp(q, p, n + 1) == 0)
			return q + n + 1;
	return NULL;
}

/* The same for a comment; those between slashes nest. */
static const char *comment_end(const char *p)
{
	unsigned depth = 0;

	if (*p == '-')
		return p + strcspn(p, "\n");
	for (; *p; p++) {
		if (p[0] == '/' && p[1] == '*')
			depth++, p++;
		else if (p[0] == '*' && p[1] == '/' && p++ && --depth == 0)
			return p + 1;
	}
	return NULL;
}

static bool is_comment(const char *p)
{
	return (p[0] == '-' && p[1] == '-') || (p[0] == '/' && p[1] == '*');
}

/* The end of what must not be looked into at `p`; `p` itself when that is plain SQL; NULL when it never
 * ends. */
static const char *verbatim_end(const struct cursor *c, const char *p)
{
	bool begins_word = p == c->s->source || !is_word(p[-1]);

	if (is_comment(p))
		return comment_end(p);
	if (*p == '"')
		return quoted_end(p, false);
	if (*p == '\'')
		return quoted_end(p, p > c->s->source && toupper((unsigned char)p[-1]) == 'E' &&
					     (p - 1 == c->s->source || !is_word(p[-2])));
	if (*p == '$' && begins_word)
		return dollar_end(p);
	if (p[0] == ':' && (p[1] == ':' || p[1] == '='))
		return p + 2;
	return p;
}

static void put(struct statement *s, const char *at, size_t len)
{
	memcpy(s->sql + s->nsql, at, len);
	s->nsql += len;
}

/* A ':' in plain SQL: writes the parameter it names; returns where the text goes on. */
static const char *read_param(struct cursor *c, const char *p)
{
	struct statement *s = c->s;
	bool quoted = p[1] == '\'';
	struct span name = name_at(p + 1 + quoted);
	char number[16];

	if (!name.len && !quoted) {
		put(s, p, 1);
		return p + 1;
	}
	if (is_word(name.at[name.len]) || (quoted && name.at[name.len] != '\''))
		statement_fail(s->path, c->line, "bad parameter name");
	struct param *param = find_param(s, name);
	if (!param)
		statement_fail(s->path, c->line, "parameter :%.*s is not in the \"in:\" line", (int)name.len,
			name.at);
	param->used = true;
	put(s, number, (size_t)snprintf(number, sizeof(number), "$%d", (int)(param - s->params) + 1));
	return name.at + name.len + quoted;
}

/* Copies the statement with numbers for names and a blank for each comment. */
static void read_sql(struct cursor *c)
{
	struct statement *s = c->s;
	const char *p = c->at;
	bool ended = false;

	while (*p) {
		const char *end = verbatim_end(c, p);
		if (!end)
			statement_fail(
				s->path, c->line, "a quotation or comment that begins here does not end");
		if (*p == '$' && isdigit((unsigned char)p[1]))
			statement_fail(s->path, c->line, "write :name, not a number");
		if (ended && !is_comment(p) && !isspace((unsigned char)*p))
			statement_fail(s->path, c->line, "a second statement");
		ended |= *p == ';';
		if (end == p && *p == ':') {
			p = read_param(c, p);
			continue;
		}
		if (end == p)
			end++;
		if (is_comment(p))
			put(s, " ", 1);
		else
			put(s, p, (size_t)(end - p));
		for (; p < end; p++)
			c->line += *p == '\n';
	}
}

/* Cuts white space and the last semicolon off. */
static void finish_sql(struct cursor *c)
{
	struct statement *s = c->s;
	struct span text = span_trim((struct span){s->sql, s->nsql});

	if (text.len && text.at[text.len - 1] == ';')
		text = span_trim((struct span){text.at, text.len - 1});
	if (!text.len)
		statement_fail(s->path, c->line, "no statement");
	memmove(s->sql, text.at, text.len);
	s->sql[text.len] = '\0';
	s->nsql = text.len;
	for (unsigned i = 0; i < s->nparams; i++)
		if (!s->params[i].used)
			statement_fail(
				s->path, s->params[i].line, "parameter %s is never used", s->params[i].name);
}

char *statement_read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	size_t cap = 1 << 16, n = 0;
	char *text = malloc(cap);

	if (!file || !text)
		statement_fail(path, 0, "%s", strerror(errno));
	for (size_t got; (got = fread(text + n, 1, cap - n - 1, file)) > 0;) {
		n += got;
		if (cap - n == 1 && !(text = realloc(text, cap *= 2)))
			statement_fail(path, 0, "%s", strerror(errno));
	}
	text[n] = '\0';
	fclose(file);
	if (strlen(text) != n)
		statement_fail(path, 0, "a zero byte");
	return text;
}

/* Splits .../<folder>/<file>.sql into the two parts of the statement's name. */
static void name_statement(struct statement *s)
{
	const char *file = strrchr(s->path, '/');
	const char *folder = file;

	if (!file)
		statement_fail(s->path, 0, "the file must lie in a folder");
	while (folder > s->path && folder[-1] != '/')
		folder--;
	struct span noun = name_at(folder), verb = name_at(file + 1);
	if (folder + noun.len != file || strcmp(verb.at + verb.len, ".sql") != 0)
		statement_fail(s->path, 0, "folder and file must be lower-case words joined by _");
	copy_name(s, s->folder, noun);
	copy_name(s, s->name, verb);
	snprintf(s->name, sizeof(s->name), "%s_%.*s", s->folder, (int)verb.len, verb.at);
}

void statement_read(struct statement *s, const char *root, const char *path)
{
	size_t n = strlen(root);
	struct cursor c = {s, NULL, 0};

	s->path = path;
	s->below = strncmp(path, root, n) == 0 ? path + n + strspn(path + n, "/") : path;
	name_statement(s);
	s->pool = "DB_FAST";
	s->source = statement_read_file(path);
	s->sql = calloc(2, strlen(s->source) + 1); /* ":a" becomes "$64" at the longest */
	if (!s->sql)
		statement_fail(path, 0, "%s", strerror(errno));
	c.at = s->source;
	read_header(&c);
	c.line++;
	read_sql(&c);
	finish_sql(&c);
}

void statement_free(struct statement *s)
{
	free(s->source);
	free(s->sql);
}

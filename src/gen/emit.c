/* Turns one object schema of the contract into a C struct and its table of fields. */
#include "gen/emit.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What a member's schema means, before it is written. */
struct member {
	const char *name;	   /* as in the contract */
	char c_name[72];	   /* as in C            */
	json_t *schema;		   /* resolved           */
	json_t *items;		   /* of a list, resolved; NULL: none */
	const char *type, *c_type; /* SHAPE_x, and the type of the struct member */
	const char *text;	   /* SHAPE_TEXT_x or NULL   */
	int64_t min, max;
	bool required, nullable, has_values;
};

static const char *const keywords[] = {"$ref", "type", "enum", "format", "minLength", "maxLength", "minimum",
	"maximum", "minItems", "maxItems", "uniqueItems", "items", "properties", "minProperties", "required",
	"additionalProperties", "default", "description", "title", "example", "examples", "x-text",
	"x-pattern", NULL};

static bool listed(const char *word, const char *const *words)
{
	while (*words && strcmp(word, *words) != 0)
		words++;
	return *words;
}

static void check_keywords(json_t *schema, const struct at *at)
{
	const char *name;
	json_t *value;

	if (!json_is_object(schema))
		at_die(at, "not a schema");
	json_object_foreach(schema, name, value)
	{
		const struct at here = {at, name};
		if (!listed(name, keywords))
			at_die(&here, "this keyword is not supported in input");
	}
}

static const char *text_of(json_t *schema, const char *name)
{
	return json_string_value(json_object_get(schema, name));
}

static int64_t limit(json_t *schema, const char *name, int64_t otherwise, const struct at *at)
{
	const struct at here = {at, name};
	json_t *value = json_object_get(schema, name);

	if (!value)
		return otherwise;
	if (!json_is_integer(value))
		at_die(&here, "must be a whole number");
	return json_integer_value(value);
}

/* `ret_nullable`: the type is a pair [X, "null"]. */
static const char *single_type(json_t *schema, bool *ret_nullable, const struct at *at)
{
	json_t *type = json_object_get(schema, "type");

	*ret_nullable = false;
	if (json_is_string(type))
		return json_string_value(type);
	const char *first = json_string_value(json_array_get(type, 0));
	const char *second = json_string_value(json_array_get(type, 1));
	if (json_array_size(type) != 2 || !first || !second || strcmp(second, "null") != 0)
		at_die(at, "type must be one name, or [name, \"null\"]");
	*ret_nullable = true;
	return first;
}

static void c_name(char *ret, size_t size, const char *name, const struct at *at)
{
	static const char *const words[] = {"auto", "break", "case", "char", "const", "continue", "default",
		"do", "double", "else", "enum", "extern", "float", "for", "goto", "if", "inline", "int",
		"long", "register", "restrict", "return", "short", "signed", "sizeof", "static", "struct",
		"switch", "typedef", "union", "unsigned", "void", "volatile", "while", "bool", "true",
		"false", "asm", "typeof", NULL};
	size_t length = strlen(name);

	if (length == 0 || length + 2 > size ||
		strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != length)
		at_die(at, "cannot be a name in C");
	snprintf(ret, size, "%s%s", name, listed(name, words) ? "_" : "");
	for (char *c = ret; *c; c++)
		if (*c == '-')
			*c = '_';
}

static void read_format(struct member *m, const char *format, const struct at *at)
{
	static const struct {
		const char *format, *type, *c_type;
	} formats[] = {
		{"uuid", "SHAPE_UUID", "struct uuid "},
		{"date", "SHAPE_DATE", "struct str "},
		{"date-time", "SHAPE_INSTANT", "int64_t "},
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (strcmp(format, formats[i].format) == 0) {
			m->type = formats[i].type;
			m->c_type = formats[i].c_type;
			return;
		}
	}
	at_die(at, "format %s is not supported", format);
}

static void read_text(struct member *m, const struct at *at)
{
	static const struct {
		const char *name, *text;
	} kinds[] = {{"line", "SHAPE_TEXT_LINE"}, {"block", "SHAPE_TEXT_BLOCK"}, {"raw", "SHAPE_TEXT_RAW"},
		{"file", "SHAPE_TEXT_FILE"}};
	const char *kind = text_of(m->schema, "x-text");
	const char *pattern = text_of(m->schema, "x-pattern");

	if (!kind && !pattern)
		at_die(at, "a text needs enum, format, x-text or x-pattern");
	m->type = "SHAPE_TEXT";
	m->c_type = "struct str ";
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kind ? kind : "line", kinds[i].name) == 0)
			m->text = kinds[i].text;
	if (!m->text)
		at_die(at, "x-text %s is not supported", kind);
	m->min = limit(m->schema, "minLength", 0, at);
	m->max = limit(m->schema, "maxLength", -1, at);
	if (m->max < m->min)
		at_die(at, "a text needs maxLength, not below minLength");
	if (pattern && strspn(pattern, "abcdefghijklmnopqrstuvwxyz_") != strlen(pattern))
		at_die(at, "x-pattern must be a name in C");
}

static void read_string(struct member *m, const struct at *at)
{
	const char *format = text_of(m->schema, "format");

	if (json_object_get(m->schema, "enum")) {
		m->type = "SHAPE_ENUM";
		m->c_type = "struct str ";
		m->has_values = true;
	} else if (format) {
		read_format(m, format, at);
	} else {
		read_text(m, at);
	}
}

static void read_range(struct member *m, const char *type, const char *type_in_c, const struct at *at)
{
	m->type = type;
	m->c_type = type_in_c;
	m->min = limit(m->schema, "minimum", INT64_MIN + 1, at);
	m->max = limit(m->schema, "maximum", INT64_MAX, at);
	if (m->max < m->min)
		at_die(at, "maximum is below minimum");
}

/* Objects whose members have any name: rows of cells, in a body alone. */
static bool is_rows(json_t *items, const struct at *at)
{
	json_t *cell = json_object_get(items, "additionalProperties");

	if (!json_is_object(cell) || json_object_get(items, "properties"))
		return false;
	json_t *known = json_pack("{s:[s,s,s,s]}", "type", "string", "number", "boolean", "null");
	bool equal = json_equal(cell, known);
	json_decref(known);
	if (!equal)
		at_die(at, "cells of rows must be { type: [string, number, boolean, \"null\"] }");
	return true;
}

/* A list of objects or rows, or of texts and enums, which put_item() checks. */
static void read_list(struct emit *e, struct member *m, bool in_query, const struct at *at)
{
	const struct at here = {at, "items"};
	json_t *items = json_object_get(m->schema, "items");

	m->type = "SHAPE_LIST";
	m->c_type = "struct shape_list ";
	m->items = items ? document_resolve(e->root, e->pool, items, &here) : NULL;
	if (json_object_get(m->items, "properties") && !in_query) {
		m->type = "SHAPE_OBJECTS";
		m->c_type = "struct shape_objects ";
		if (json_object_get(m->schema, "uniqueItems"))
			at_die(at, "uniqueItems is not supported for objects");
	} else if (!in_query && is_rows(m->items, &here)) {
		m->type = "SHAPE_ROWS";
		m->c_type = "struct str ";
	}
	m->min = limit(m->schema, "minItems", 0, at);
	m->max = limit(m->schema, "maxItems", -1, at);
	if (m->max < m->min)
		at_die(at, "a list needs maxItems, not below minItems");
}

static void read_member(struct emit *e, struct member *m, json_t *schema, bool in_query, const struct at *at)
{
	check_keywords(schema, at);
	m->schema = document_resolve(e->root, e->pool, schema, at);
	check_keywords(m->schema, at);
	const char *type = single_type(m->schema, &m->nullable, at);
	if (m->nullable && m->required)
		at_die(at, "a required member cannot be null");

	if (strcmp(type, "string") == 0) {
		read_string(m, at);
	} else if (strcmp(type, "integer") == 0) {
		read_range(m, "SHAPE_INT", "int64_t ", at);
	} else if (strcmp(type, "number") == 0) {
		read_range(m, "SHAPE_NUMBER", "double ", at);
	} else if (strcmp(type, "boolean") == 0) {
		m->type = "SHAPE_BOOL";
		m->c_type = "bool ";
	} else if (strcmp(type, "array") == 0) {
		read_list(e, m, in_query, at);
	} else if (strcmp(type, "object") == 0 && !in_query) {
		m->type = "SHAPE_OBJECT";
	} else {
		at_die(at, "type %s is not supported here", type);
	}
}

/* A text of the contract as a C string. Everything but printable ASCII is escaped by octal digits, which
 * cannot run on. */
static void put_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c < 0x20 || *c > 0x7e || *c == '"' || *c == '\\' || *c == '?')
			fprintf(out, "\\%03o", *c);
		else
			fputc(*c, out);
	}
	fputc('"', out);
}

static void put_limit(FILE *out, const char *name, int64_t value)
{
	if (value == INT64_MAX)
		fprintf(out, ", .%s = INT64_MAX", name);
	else if (value == INT64_MIN + 1)
		fprintf(out, ", .%s = INT64_MIN + 1", name);
	else if (value != 0)
		fprintf(out, ", .%s = %" PRId64, name, value);
}

static void put_values(struct emit *e, const char *owner, const struct member *m, const struct at *at)
{
	size_t i;
	json_t *value, *values = json_object_get(m->schema, "enum");

	if (json_array_size(values) == 0)
		at_die(at, "enum must list something");
	fprintf(e->source, "static const char *const %s_%s_values[] = {", owner, m->c_name);
	json_array_foreach(values, i, value)
	{
		if (!json_is_string(value))
			at_die(at, "enum must be a list of texts");
		put_string(e->source, json_string_value(value));
		fputs(", ", e->source);
	}
	fputs("NULL};\n", e->source);
}

static bool preset_fits(const struct member *m, json_t *preset)
{
	size_t i;
	json_t *value;

	if (json_is_boolean(preset))
		return strcmp(m->type, "SHAPE_BOOL") == 0;
	if (json_is_integer(preset))
		return strcmp(m->type, "SHAPE_INT") == 0 && json_integer_value(preset) >= m->min &&
		       json_integer_value(preset) <= m->max;
	json_array_foreach(
		json_object_get(m->schema, "enum"), i, value) if (json_equal(preset, value)) return true;
	return false;
}

static void put_preset(FILE *out, const struct member *m, const struct at *at)
{
	json_t *preset = json_object_get(m->schema, "default");

	if (!preset)
		return;
	if (!preset_fits(m, preset))
		at_die(at, "default fits neither a boolean, nor an integer in its range, nor an enum");
	fputs(", .preset = ", out);
	if (json_is_boolean(preset))
		fprintf(out, "\"%s\"", json_is_true(preset) ? "true" : "false");
	else if (json_is_integer(preset))
		fprintf(out, "\"%" JSON_INTEGER_FORMAT "\"", json_integer_value(preset));
	else
		put_string(out, json_string_value(preset));
}

/* What fields of a struct and items of a list have in common. */
static void put_check(FILE *out, const char *owner, const struct member *m)
{
	const char *pattern = text_of(m->schema, "x-pattern");

	fprintf(out, ".name = \"%s\", .type = %s", m->name, m->type);
	if (m->text)
		fprintf(out, ", .text = %s", m->text);
	put_limit(out, "min", m->min);
	put_limit(out, "max", m->max);
	if (m->has_values)
		fprintf(out, ", .values = %s_%s_values", owner, m->c_name);
	if (pattern)
		fprintf(out, ", .pattern = pattern_%s", pattern);
}

/* The table of the items of a list: texts or enums. */
static void put_item(struct emit *e, const char *owner, const struct member *list, const struct at *at)
{
	const struct at here = {at, "items"};
	struct member item = {.name = list->name};

	snprintf(item.c_name, sizeof(item.c_name), "%.63s_item", list->c_name);
	read_member(e, &item, json_object_get(list->schema, "items"), true, &here);
	if (strcmp(item.type, "SHAPE_TEXT") != 0 && strcmp(item.type, "SHAPE_ENUM") != 0)
		at_die(&here, "items must be texts or an enum");
	if (item.has_values)
		put_values(e, owner, &item, &here);
	fprintf(e->source, "static const struct shape_field %s_%s = {", owner, item.c_name);
	put_check(e->source, owner, &item);
	fputs("};\n", e->source);
}

static void put_field(struct emit *e, const char *owner, const struct member *m, const struct at *at)
{
	FILE *out = e->source;

	fprintf(out, "\t{");
	put_check(out, owner, m);
	fprintf(out, ", .offset = offsetof(struct %s, %s)", owner, m->c_name);
	if (m->required)
		fputs(", .required = true", out);
	if (m->nullable)
		fputs(", .nullable = true", out);
	if (json_is_true(json_object_get(m->schema, "uniqueItems")))
		fputs(", .unique = true", out);
	put_preset(out, m, at);
	if (strcmp(m->type, "SHAPE_OBJECT") == 0 || strcmp(m->type, "SHAPE_OBJECTS") == 0)
		fprintf(out, ", .sub = &shape_%s_%s", owner, m->c_name);
	if (strcmp(m->type, "SHAPE_LIST") == 0)
		fprintf(out, ", .item = &%s_%s_item", owner, m->c_name);
	fputs("},\n", out);
}

static bool is_required(json_t *schema, const char *name)
{
	size_t i;
	json_t *value;

	json_array_foreach(json_object_get(schema, "required"), i,
		value) if (json_is_string(value) && strcmp(json_string_value(value), name) == 0) return true;
	return false;
}

static void check_object(json_t *schema, const struct at *at)
{
	size_t i;
	json_t *value, *properties = json_object_get(schema, "properties");

	check_keywords(schema, at);
	if (json_object_size(properties) == 0)
		at_die(at, "an object of input needs properties");
	if (!json_is_false(json_object_get(schema, "additionalProperties")))
		at_die(at, "an object of input needs additionalProperties: false");
	json_array_foreach(json_object_get(schema, "required"), i,
		value) if (!json_is_string(value) || !json_object_get(properties, json_string_value(value)))
		at_die(at, "required names something that is not a property");
}

/* Reads the members of an object; what they refer to (nested shapes, lists of values) is written on the
 * way. */
static struct member *read_members(
	struct emit *e, const char *name, json_t *schema, bool in_query, const struct at *at)
{
	json_t *value, *properties = json_object_get(schema, "properties");
	struct member *members = calloc(json_object_size(properties), sizeof(*members)), *m = members;
	const char *key;
	char nested[160];

	if (!members)
		at_die(at, "out of memory");
	json_object_foreach(properties, key, value)
	{
		const struct at here = {at, key};
		m->name = key;
		m->required = is_required(schema, key);
		c_name(m->c_name, sizeof(m->c_name), key, &here);
		read_member(e, m, value, in_query, &here);
		bool many = strcmp(m->type, "SHAPE_OBJECTS") == 0;
		if (many || strcmp(m->type, "SHAPE_OBJECT") == 0) {
			snprintf(nested, sizeof(nested), "%s_%s", name, m->c_name);
			emit_shape(e, nested, many ? m->items : m->schema, INPUT_BODY, &here);
		}
		if (m->has_values)
			put_values(e, name, m, &here);
		if (strcmp(m->type, "SHAPE_LIST") == 0)
			put_item(e, name, m, &here);
		m++;
	}
	return members;
}

void emit_shape(struct emit *e, const char *name, json_t *schema, enum input in, const struct at *at)
{
	check_object(schema, at);
	if (in == INPUT_OPTIONAL_BODY && json_array_size(json_object_get(schema, "required")) > 0)
		at_die(at, "a body with members that are required cannot be optional");
	size_t n = json_object_size(json_object_get(schema, "properties"));
	int64_t least = limit(schema, "minProperties", 0, at);
	struct member *members = read_members(e, name, schema, in == INPUT_QUERY, at);

	fprintf(e->header, "struct %s {\n", name);
	fprintf(e->source, "static const struct shape_field %s_fields[] = {\n", name);
	for (const struct member *m = members; m < members + n; m++) {
		const struct at here = {at, m->name};
		if (m->c_type)
			fprintf(e->header, "\t%s%s;\n", m->c_type, m->c_name);
		else
			fprintf(e->header, "\tconst struct %s_%s *%s;\n", name, m->c_name, m->c_name);
		put_field(e, name, m, &here);
	}
	fputs("};\n", e->header);
	fprintf(e->header, "extern const struct shape shape_%s;\n\n", name);
	fputs("};\n", e->source);
	fprintf(e->source, "const struct shape shape_%s = {\"%s\", sizeof(struct %s), %s_fields, %zu, %s",
		name, name, name, name, n, in == INPUT_OPTIONAL_BODY ? "true" : "false");
	if (least > 0)
		fprintf(e->source, ", .least = %u", (unsigned)least);
	fputs("};\n\n", e->source);
	free(members);
}

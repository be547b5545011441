/* Reads the YAML of the contract into a JSON tree, and follows references in it. */
#include "gen/document.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

static void print_place(const struct at *at)
{
	if (!at)
		return;
	print_place(at->up);
	fputc('/', stderr);
	for (const char *c = at->name; *c; c++) {
		if (*c == '~' || *c == '/')
			fputs(*c == '~' ? "~0" : "~1", stderr);
		else
			fputc(*c, stderr);
	}
}

void at_die(const struct at *at, const char *format, ...)
{
	va_list args;

	fputs("api2c: ", stderr);
	print_place(at);
	fputs(at ? ": " : "", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static bool is_one_of(const char *text, const char *const *words)
{
	while (*words && strcmp(text, *words) != 0)
		words++;
	return *words;
}

/* [-+]?[0-9]+ */
static bool looks_int(const char *text)
{
	text += *text == '-' || *text == '+';
	size_t digits = strspn(text, "0123456789");

	return digits > 0 && text[digits] == '\0';
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool looks_float(const char *text)
{
	text += *text == '-' || *text == '+';
	size_t whole = strspn(text, "0123456789");
	text += whole;
	if (*text == '.') {
		text++;
		size_t part = strspn(text, "0123456789");
		text += part;
		whole += part;
	}
	if (whole == 0)
		return false;
	if (*text == 'e' || *text == 'E')
		return looks_int(text + 1);
	return *text == '\0';
}

static json_t *plain_scalar(const char *text, const struct at *at)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const yes[] = {"true", "True", "TRUE", NULL};
	static const char *const no[] = {"false", "False", "FALSE", NULL};

	if (is_one_of(text, nulls))
		return json_null();
	if (is_one_of(text, yes))
		return json_true();
	if (is_one_of(text, no))
		return json_false();
	if (looks_int(text)) {
		errno = 0;
		long long value = strtoll(text, NULL, 10);
		if (errno)
			at_die(at, "number out of range: %s", text);
		return json_integer(value);
	}
	if (looks_float(text))
		return json_real(strtod(text, NULL));
	return json_string(text);
}

static void next_event(yaml_parser_t *parser, yaml_event_t *ret_event, const struct at *at)
{
	if (!yaml_parser_parse(parser, ret_event))
		at_die(at, "line %zu: %s", parser->problem_mark.line + 1, parser->problem);
}

static json_t *read_node(yaml_parser_t *parser, yaml_event_t *event, const struct at *at);

static json_t *read_scalar(const yaml_event_t *event, const struct at *at)
{
	const char *text = (const char *)event->data.scalar.value;

	if (event->data.scalar.anchor || event->data.scalar.tag)
		at_die(at, "anchors and tags are not supported");
	if (event->data.scalar.length != strlen(text))
		at_die(at, "U+0000 in a text");
	json_t *value = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? plain_scalar(text, at)
									    : json_string(text);
	if (!value)
		at_die(at, "not a text in UTF-8");
	return value;
}

static json_t *read_list(yaml_parser_t *parser, const struct at *at)
{
	json_t *list = json_array();

	for (size_t n = 0;; n++) {
		yaml_event_t event;
		char number[24];
		snprintf(number, sizeof(number), "%zu", n);
		const struct at here = {at, number};
		next_event(parser, &event, &here);
		bool end = event.type == YAML_SEQUENCE_END_EVENT;
		if (!end)
			json_array_append_new(list, read_node(parser, &event, &here));
		yaml_event_delete(&event);
		if (end)
			return list;
	}
}

static json_t *read_object(yaml_parser_t *parser, const struct at *at)
{
	json_t *object = json_object();

	for (;;) {
		yaml_event_t key, value;
		next_event(parser, &key, at);
		if (key.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&key);
			return object;
		}
		if (key.type != YAML_SCALAR_EVENT)
			at_die(at, "line %zu: a member name must be a scalar", key.start_mark.line + 1);
		const char *name = (const char *)key.data.scalar.value;
		const struct at here = {at, name};
		if (json_object_get(object, name))
			at_die(&here, "line %zu: given twice", key.start_mark.line + 1);
		next_event(parser, &value, &here);
		json_object_set_new(object, name, read_node(parser, &value, &here));
		yaml_event_delete(&value);
		yaml_event_delete(&key);
	}
}

static json_t *read_node(yaml_parser_t *parser, yaml_event_t *event, const struct at *at)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return read_scalar(event, at);
	case YAML_SEQUENCE_START_EVENT:
		if (event->data.sequence_start.anchor || event->data.sequence_start.tag)
			at_die(at, "anchors and tags are not supported");
		return read_list(parser, at);
	case YAML_MAPPING_START_EVENT:
		if (event->data.mapping_start.anchor || event->data.mapping_start.tag)
			at_die(at, "anchors and tags are not supported");
		return read_object(parser, at);
	default:
		at_die(at, "line %zu: not a value (aliases are not supported)", event->start_mark.line + 1);
	}
}

json_t *document_load(const char *path)
{
	FILE *file = fopen(path, "rb");
	yaml_parser_t parser;
	yaml_event_t event;

	if (!file)
		at_die(NULL, "%s: %s", path, strerror(errno));
	if (!yaml_parser_initialize(&parser))
		at_die(NULL, "out of memory");
	yaml_parser_set_input_file(&parser, file);
	do {
		next_event(&parser, &event, NULL);
		if (event.type == YAML_STREAM_START_EVENT || event.type == YAML_DOCUMENT_START_EVENT)
			yaml_event_delete(&event);
		else
			break;
	} while (true);
	json_t *root = read_node(&parser, &event, NULL);
	yaml_event_delete(&event);
	for (bool end = false; !end;) {
		next_event(&parser, &event, NULL);
		if (event.type == YAML_DOCUMENT_START_EVENT)
			at_die(NULL, "%s: more than one document", path);
		end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	fclose(file);
	return root;
}

/* The value at "#/components/schemas/X". No document of ours needs escapes here. */
static json_t *look_up(json_t *root, const char *reference, const struct at *at)
{
	char part[128];
	json_t *value = root;

	if (strncmp(reference, "#/", 2) != 0)
		at_die(at, "only references inside the document: %s", reference);
	for (const char *c = reference + 1; *c && value;) {
		size_t length = strcspn(++c, "/");
		if (length >= sizeof(part))
			at_die(at, "reference too long: %s", reference);
		memcpy(part, c, length);
		part[length] = '\0';
		value = json_object_get(value, part);
		c += length;
	}
	if (!value)
		at_die(at, "nothing at %s", reference);
	return value;
}

json_t *document_resolve(json_t *root, json_t *pool, json_t *schema, const struct at *at)
{
	for (int hops = 0; json_object_get(schema, "$ref"); hops++) {
		const char *reference = json_string_value(json_object_get(schema, "$ref"));
		if (!reference || hops > 16)
			at_die(at, "bad or circular $ref");
		json_t *merged = json_copy(look_up(root, reference, at));
		json_array_append_new(pool, merged);
		const char *name;
		json_t *value;
		json_object_foreach(schema, name, value) if (strcmp(name, "$ref") != 0)
			json_object_set(merged, name, value);
		schema = merged;
	}
	return schema;
}

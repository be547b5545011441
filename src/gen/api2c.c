/* api2c openapi.yaml OUTDIR: writes OUTDIR/openapi.json (the whole contract), and OUTDIR/shapes.h and
 * OUTDIR/shapes.c: for each operation with a JSON body or, for GET, with query parameters, a struct and a
 * table named by its operationId, as src/shape/shape.h explains. What the interpreter of shapes cannot check
 * is refused here, with its place. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/document.h"
#include "gen/emit.h"

static FILE *create(const char *folder, const char *name)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		at_die(NULL, "the path of %s is too long", folder);
	FILE *file = fopen(path, "w");
	if (!file)
		at_die(NULL, "%s: %s", path, strerror(errno));
	return file;
}

static void finish(FILE *file, const char *name)
{
	bool failed = ferror(file);

	if (fclose(file) != 0 || failed)
		at_die(NULL, "cannot write %s", name);
}

static void write_json(json_t *root, const char *folder)
{
	FILE *file = create(folder, "openapi.json");

	if (json_dumpf(root, file, JSON_COMPACT) != 0)
		at_die(NULL, "cannot write openapi.json");
	fputc('\n', file);
	finish(file, "openapi.json");
}

static json_t *member(json_t *object, const char *name, const char *deeper)
{
	json_t *value = json_object_get(object, name);

	return deeper ? json_object_get(value, deeper) : value;
}

/* Whether a handler reads the body itself, as it comes: a file has no shape. */
static bool is_stream(json_t *content)
{
	return json_object_get(content, "multipart/form-data") ||
	       json_object_get(content, "application/offset+octet-stream");
}

/* The JSON body of an operation, NULL: none. */
static json_t *body_schema(struct emit *e, json_t *operation, const struct at *at)
{
	const struct at here = {at, "requestBody"};
	json_t *body = json_object_get(operation, "requestBody");

	if (!body || is_stream(json_object_get(body, "content")))
		return NULL;
	json_t *schema = member(member(body, "content", "application/json"), "schema", NULL);
	if (!schema || json_object_size(json_object_get(body, "content")) != 1)
		at_die(&here, "only application/json, and files, are supported");
	json_t *required = json_object_get(body, "required");
	if (!json_is_boolean(required))
		at_die(&here, "say whether the body is required");
	if (json_is_false(required) && strcmp(at->name, "post") != 0)
		at_die(&here, "only a POST may come without its body");
	return document_resolve(e->root, e->pool, schema, &here);
}

static void add_parameters(struct emit *e, json_t *list, json_t *schema, const struct at *at)
{
	const struct at here = {at, "parameters"};
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		json_t *parameter = document_resolve(e->root, e->pool, item, &here);
		const char *name = json_string_value(member(parameter, "name", NULL));
		const char *in = json_string_value(member(parameter, "in", NULL));
		if (!name || !in)
			at_die(&here, "a parameter needs name and in");
		if (strcmp(in, "query") != 0)
			continue;
		const struct at place = {&here, name};
		if (member(parameter, "style", NULL) || member(parameter, "content", NULL))
			at_die(&place, "style and content are not supported");
		if (member(schema, "properties", name))
			at_die(&place, "given twice");
		json_object_set(member(schema, "properties", NULL), name, member(parameter, "schema", NULL));
		if (json_is_true(member(parameter, "required", NULL)))
			json_array_append_new(member(schema, "required", NULL), json_string(name));
	}
}

/* The query parameters of an operation as an object schema; NULL: none. */
static json_t *query_schema(struct emit *e, json_t *path, json_t *operation, const struct at *at)
{
	json_t *schema = json_pack("{s:s, s:b, s:{}, s:[]}", "type", "object", "additionalProperties", false,
		"properties", "required");

	json_array_append_new(e->pool, schema);
	add_parameters(e, json_object_get(path, "parameters"), schema, at);
	add_parameters(e, json_object_get(operation, "parameters"), schema, at);
	return json_object_size(member(schema, "properties", NULL)) > 0 ? schema : NULL;
}

static void one_operation(struct emit *e, json_t *path, json_t *operation, const struct at *at)
{
	const char *name = json_string_value(json_object_get(operation, "operationId"));
	bool is_get = strcmp(at->name, "get") == 0;

	if (!name || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(name))
		at_die(at, "operationId must be a name in C");
	json_t *body = body_schema(e, operation, at);
	json_t *query = query_schema(e, path, operation, at);
	if (is_get ? body : query)
		at_die(at, is_get ? "GET takes no body" : "query parameters are for GET");
	if (!body && !query)
		return;
	fputs("/* ", e->header);
	for (const char *c = at->name; *c; c++)
		fputc(toupper((unsigned char)*c), e->header);
	fprintf(e->header, " %s */\n", at->up->name);
	bool optional = json_is_false(member(operation, "requestBody", "required"));
	emit_shape(e, name, body ? body : query,
		query	   ? INPUT_QUERY
		: optional ? INPUT_OPTIONAL_BODY
			   : INPUT_BODY,
		at);
}

static void all_operations(struct emit *e)
{
	static const char *const methods[] = {"get", "put", "post", "delete", "patch"};
	const struct at top = {NULL, "paths"};
	const char *template;
	json_t *path;

	json_object_foreach(json_object_get(e->root, "paths"), template, path)
	{
		const struct at place = {&top, template};
		for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
			const struct at here = {&place, methods[i]};
			json_t *operation = json_object_get(path, methods[i]);
			if (operation)
				one_operation(e, path, operation, &here);
		}
	}
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("usage: api2c openapi.yaml OUTDIR\n", stderr);
		return 2;
	}
	json_t *root = document_load(argv[1]);
	struct emit e = {.root = root,
		.pool = json_array(),
		.header = create(argv[2], "shapes.h"),
		.source = create(argv[2], "shapes.c")};

	write_json(root, argv[2]);
	fputs("/* Made by api2c from api/openapi.yaml. */\n#ifndef TIEPDAN_GEN_SHAPES_H\n#define "
	      "TIEPDAN_GEN_SHAPES_H\n\n"
	      "#include \"shape/shape.h\"\n\n",
		e.header);
	fputs("/* Made by api2c from api/openapi.yaml. */\n#include \"gen/shapes.h\"\n\n", e.source);
	all_operations(&e);
	fputs("#endif\n", e.header);
	finish(e.header, "shapes.h");
	finish(e.source, "shapes.c");
	json_decref(e.pool);
	json_decref(root);
	return 0;
}
